"""The engine keeps spellings and values, so that its answers prove something."""

import pytest

from tests.guarded_queries.engine import Answer, Engine, Refused

EVENTS = "awsdatacatalog.data_hist.events_v0"


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT x FROM (VALUES 2, 1) AS t(x) ORDER/**/BY x", [("1",), ("2",)]),
        ("SELECT x FROM (VALUES 1, 1) AS t(x) GROUP -- so\n BY x", [("1",)]),
        ("SELECT 1 /* /* */", [("1",)]),
        ("SELECT 1; -- done", [("1",)]),
        (
            "SELECT '/* no */', '--', \"a--b\" FROM (SELECT 1 AS \"a--b\")",
            [("/* no */", "--", "1")],
        ),
        ("SELECT DECIMAL/**/'1.50', DECIMAL -- it's\n'2.50'", [("1.50", "2.50")]),
        ("SELECT x FROM (VALUES 1) AS t(x) LIMIT ALL", [("1",)]),
        ("SELECT array_agg(x ORDER BY 'same') FROM (VALUES 1) AS t(x)", [("[1]",)]),
    ],
)
def test_a_spelling_is_read_as_athena_reads_it(
    engine: Engine, sql: str, rows: list[tuple[str, ...]]
) -> None:
    outcome = engine.run(sql)

    assert isinstance(outcome, Answer), outcome
    assert list(outcome.rows) == rows


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("DECIMAL '0.5'", "0.5"),
        ("DECIMAL '-0.05'", "-0.05"),
        ("CAST(DECIMAL '0.5' AS varchar)", "0.5"),
        ("ARRAY[DECIMAL '0.25']", "[0.25]"),
        ("CAST('0' AS decimal(2, 2))", "0.00"),
        ("TIMESTAMP '1969-12-31 23:59:59.999'", "1969-12-31 23:59:59.999"),
        ("TIMESTAMP '0001-01-01 00:00:00.000'", "0001-01-01 00:00:00.000"),
        ("CAST('1950-06-01 10:00:00.0015' AS timestamp)", "1950-06-01 10:00:00.002"),
        ("CAST('1950-06-01 10:00:00.0014' AS timestamp)", "1950-06-01 10:00:00.001"),
    ],
)
def test_a_value_is_written_as_athena_writes_it(engine: Engine, expression: str, text: str) -> None:
    outcome = engine.run(f"SELECT {expression}")

    assert isinstance(outcome, Answer), outcome
    assert outcome.rows == ((text,),)


def test_an_error_keeps_its_place_behind_comments(engine: Engine) -> None:
    outcome = engine.run(f"/* a\nb */ SELECT -- c\n  nocol FROM {EVENTS}")

    assert isinstance(outcome, Refused)
    assert outcome.reason == "COLUMN_NOT_FOUND: line 3:3: Column 'nocol' cannot be resolved"


def test_a_sub_query_in_a_lambda_is_refused_by_its_name(engine: Engine) -> None:
    outcome = engine.run(f"SELECT transform(ARRAY[1], x -> x + (SELECT count(*) FROM {EVENTS}))")

    assert isinstance(outcome, Refused)
    assert outcome.name == "NOT_SUPPORTED"
