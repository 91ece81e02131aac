"""The columns of a result as GetQueryResults describes them, and the text of its file."""

from pathlib import Path

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.errors import StatementFailure

from tests.dialect.running import Endpoint


@pytest.mark.parametrize(
    ("expression", "type_name", "precision", "scale"),
    [
        ("true", "boolean", 0, 0),
        ("cast(1 AS tinyint)", "tinyint", 3, 0),
        ("cast(1 AS smallint)", "smallint", 5, 0),
        ("1", "integer", 10, 0),
        ("count(*)", "bigint", 19, 0),
        ("sum(1)", "bigint", 19, 0),
        ("cast(1 AS real)", "float", 17, 0),
        ("avg(1)", "double", 17, 0),
        ("corr(1, 2)", "float", 17, 0),
        ("covar_pop(1, DECIMAL '2.5')", "float", 17, 0),
        ("covar_samp(1, cast(2 AS real))", "float", 17, 0),
        ("regr_slope(1, cast(2 AS double))", "double", 17, 0),
        ("geometric_mean(1)", "double", 17, 0),
        ("geometric_mean(DECIMAL '1.5')", "float", 17, 0),
        ("1.5", "double", 17, 0),
        ("DECIMAL '1.50'", "decimal", 3, 2),
        ("'abc'", "varchar", 3, 0),
        ("upper('abc')", "varchar", 3, 0),
        ("to_utf8('a')", "varbinary", 1073741824, 0),
        ("current_date", "date", 0, 0),
        ("time '01:02:03.000'", "time", 3, 0),
        ("date_parse('2026', '%Y')", "timestamp", 3, 0),
        ("now()", "timestamp with time zone", 3, 0),
        ("interval '1' day", "interval day to second", 0, 0),
        ("interval '1' month", "interval year to month", 0, 0),
        ("ARRAY[1]", "array", 0, 0),
        ("map(ARRAY[1], ARRAY[2])", "map", 0, 0),
        ("row(1)", "row", 0, 0),
        ("json_parse('1')", "json", 0, 0),
    ],
)
def test_column_carries_athenas_type(
    endpoint: Endpoint, expression: str, type_name: str, precision: int, scale: int
) -> None:
    (column,) = endpoint.run(f"SELECT {expression} AS x").columns

    assert (column.type, column.precision, column.scale) == (type_name, precision, scale)
    assert column.case_sensitive is (type_name == "varchar")


def test_unnamed_columns_are_numbered_and_names_may_repeat(endpoint: Endpoint) -> None:
    result = endpoint.run('SELECT 1, dt, dt, upper(dt), hr AS "H r" FROM events_v0 LIMIT 1')

    assert [column.name for column in result.columns] == ["_col0", "dt", "dt", "_col3", "H r"]


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("r.a", "a"),
        ("t.r.a", "a"),
        ("r.a.b", "b"),
        ("(r).a", "a"),
        ("(t.r).a", "a"),
        ("(r.a)", "a"),
        ("coalesce(r, r).a", "_col0"),
        ("ARRAY[r][1].a", "_col0"),
        ("(SELECT r).a", "_col0"),
        ("CAST(ROW(1) AS row(a integer)).a", "_col0"),
    ],
)
def test_a_field_gives_its_name_if_names_alone_lead_to_it(
    endpoint: Endpoint, expression: str, name: str
) -> None:
    rows = "SELECT CAST(ROW(ROW(1)) AS row(a row(b integer))) AS r"

    (column,) = endpoint.run(f"SELECT {expression} FROM ({rows}) AS t").columns

    assert column.name == name


def test_star_gives_the_columns_of_the_table_in_order(endpoint: Endpoint) -> None:
    result = endpoint.run("SELECT * FROM events_v0")

    assert [column.name for column in result.columns][:2] == ["resourceid", "customerid"]
    assert len(result.columns) == 12


def test_rendered_query_can_be_copied_to_athenas_csv(endpoint: Endpoint, tmp_path: Path) -> None:
    target = tmp_path / "result.csv"
    sql = """SELECT 1 AS a, NULL AS a, '' AS b, 'x"y' AS c, 1e20 AS d"""

    with endpoint.translated(sql) as (session, translation):
        query = dialect.render_query(translation)
        session.execute(
            f"COPY ({query}) TO '{target}' (FORMAT csv, HEADER false, FORCE_QUOTE *, NULLSTR '')"
        )

    assert target.read_text() == '"1",,"","x""y","1.0E20"\n'


def test_order_survives_rendering(endpoint: Endpoint) -> None:
    sql = "SELECT x, x * 1.0 FROM UNNEST(sequence(1, 10000)) AS t(x) ORDER BY x % 7, x DESC"

    numbers = [int(row[0] or 0) for row in endpoint.run(sql).rows]

    assert numbers == sorted(range(1, 10001), key=lambda number: (number % 7, -number))


def test_explain_validate_reports_errors_at_their_place(endpoint: Endpoint) -> None:
    with pytest.raises(StatementFailure) as raised:
        endpoint.run("EXPLAIN (TYPE VALIDATE)\nSELECT nocol FROM events_v0")

    assert str(raised.value) == "COLUMN_NOT_FOUND: line 2:8: Column 'nocol' cannot be resolved"


def test_binding_error_is_a_failure_of_the_statement(endpoint: Endpoint) -> None:
    with pytest.raises(StatementFailure) as raised:
        endpoint.run("SELECT servicename, count(*) FROM events_v0")

    assert raised.value.name == "EXPRESSION_NOT_AGGREGATE"
