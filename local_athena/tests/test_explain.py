"""EXPLAIN in each of its forms: the answer's shape as recorded from Athena, a plan of DuckDB's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import assert_invalid_request, refused

if TYPE_CHECKING:
    from tests.clients import AthenaSession

QUERY = (
    "SELECT servicename, count(*) FROM data_hist.events_v0 WHERE dt = '2026-03-01' AND hr = '09' "
    "AND min < '07' GROUP BY 1"
)


def plan(session: AthenaSession, sql: str) -> tuple[dict[str, Any], str]:
    """The only column, and the text below its name."""
    execution = session.run(sql)
    assert execution["Status"].get("StateChangeReason") is None
    answer = session.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = [row["Data"][0]["VarCharValue"] for row in answer["ResultSet"]["Rows"]]
    assert session.result_file(execution).decode() == "\n".join(rows)
    assert (execution["StatementType"], execution["SubstatementType"]) == ("DML", "EXPLAIN")
    assert execution["ResultConfiguration"]["OutputLocation"].endswith(".txt")
    assert "UpdateCount" not in answer
    (column,) = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert (rows[0], rows[-1]) == (column["Name"], "")
    return dict(column), "\n".join(rows[1:-1])


@pytest.mark.parametrize(
    "options", ["(TYPE VALIDATE)", "( type validate , FORMAT json )", "/* ( */ (TYPE VALIDATE)"]
)
def test_a_query_is_validated(session: AthenaSession, options: str) -> None:
    column, text = plan(session, f"EXPLAIN {options} SELECT 1 AS a")

    assert (column["Name"], column["Type"], text) == ("Valid", "boolean", "true")


@pytest.mark.parametrize(
    "options",
    ["", "(TYPE LOGICAL)", "(TYPE DISTRIBUTED)", "(FORMAT TEXT, TYPE LOGICAL)", "-- (TYPE IO)\n"],
)
def test_a_plan_is_text(session: AthenaSession, options: str) -> None:
    column, text = plan(session, f"EXPLAIN {options} {QUERY}")

    assert (column["Name"], column["Type"], column["CaseSensitive"]) == (
        "Query Plan",
        "varchar",
        True,
    )
    assert column["Precision"] == len(text)
    lines = text.splitlines()
    assert lines[0].startswith("DuckDB version: ")
    assert any("HASH_GROUP_BY" in line for line in lines)
    # The innermost operator reads the files.
    assert [line for line in lines if "─ " in line][-1].endswith("READ_CSV")


def test_a_plan_is_a_graph(session: AthenaSession) -> None:
    column, text = plan(session, f"EXPLAIN (FORMAT GRAPHVIZ) {QUERY}")

    assert column["Precision"] == len(text)
    assert text.startswith("digraph ")
    assert "READ_CSV" in text


def test_a_plan_is_json(session: AthenaSession) -> None:
    _, text = plan(session, f"EXPLAIN (FORMAT JSON) {QUERY}")

    assert "READ_CSV" in json.dumps(json.loads(text))


def test_the_inputs_are_the_tables(session: AthenaSession) -> None:
    sql = "SELECT 1 FROM data_hist.events_v0 a, data_hist.events_v0 b, data_hist.metrics_v0 c"
    _, text = plan(session, f"EXPLAIN (TYPE IO, TYPE LOGICAL) {sql}")

    tables = [each["table"] for each in json.loads(text)["inputTableColumnInfos"]]
    assert tables == [
        {
            "catalog": "awsdatacatalog",
            "schemaTable": {"schema": "data_hist", "table": name},
        }
        for name in ("events_v0", "metrics_v0")
    ]


def test_nothing_is_read_for_a_plan(session: AthenaSession) -> None:
    scanned = [
        session.run(f"{start} {QUERY}")["Statistics"]["DataScannedInBytes"]
        for start in ("EXPLAIN", "EXPLAIN (TYPE IO)", "EXPLAIN ANALYZE", "")
    ]

    assert scanned[:2] == [0, 0]
    assert scanned[2] == scanned[3] > 0


@pytest.mark.parametrize("start", ["EXPLAIN ANALYZE", "explain analyze VERBOSE (FORMAT text)"])
def test_analyze_runs_the_query(session: AthenaSession, start: str) -> None:
    column, text = plan(session, f"{start} {QUERY}")

    assert column["Precision"] == 2147483647
    # 100 of the records are before the seventh minute, of two services.
    assert "Output: 100 rows, " in text
    assert "Output: 2 rows, " in text
    assert "EXPLAIN_ANALYZE" not in text


def test_analyze_writes_json(session: AthenaSession) -> None:
    _, text = plan(session, f"EXPLAIN ANALYZE (FORMAT JSON) {QUERY}")

    assert json.loads(text)["operator"]


def test_a_query_may_be_in_parentheses(session: AthenaSession) -> None:
    assert plan(session, "EXPLAIN (SELECT 1)")[1].startswith("DuckDB version: ")


def test_a_plan_shows_no_folder_of_the_machine(session: AthenaSession) -> None:
    _, text = plan(session, 'EXPLAIN ANALYZE SELECT "$file_size" FROM data_hist.events_v0')

    assert "events/dt=2026-03-01/" in text
    assert "/events/dt=2026-03-01/" not in text


def test_what_does_not_resolve_fails_without_a_result(session: AthenaSession) -> None:
    sql = "/* a plan */ EXPLAIN ANALYZE SELECT * FROM data_hist.missing_table"
    execution = session.run(sql)

    assert execution["SubstatementType"] == "EXPLAIN"
    reason = execution["Status"]["StateChangeReason"]
    assert reason.startswith("TABLE_NOT_FOUND: line 1:44: ")


def test_a_query_that_fails_fails_its_analysis(session: AthenaSession) -> None:
    execution = session.run("EXPLAIN ANALYZE SELECT 1 / (count(*) - 150) FROM data_hist.events_v0")

    assert execution["Status"]["StateChangeReason"] == "DIVISION_BY_ZERO: Division by zero"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "EXPLAIN (TYPE FOO) SELECT 1",
            "line 1:15: mismatched input 'FOO'. "
            "Expecting: 'DISTRIBUTED', 'IO', 'LOGICAL', 'VALIDATE'",
        ),
        (
            "EXPLAIN (FORMAT X) SELECT 1",
            "line 1:17: mismatched input 'X'. Expecting: 'GRAPHVIZ', 'JSON', 'TEXT'",
        ),
        (
            "EXPLAIN (TYPE IO SELECT 1",
            "line 1:18: mismatched input 'SELECT'. Expecting: ')', ','",
        ),
        (
            "EXPLAIN\n(TYPE IO,",
            "line 2:10: mismatched input '<EOF>'. Expecting: 'FORMAT', 'TYPE'",
        ),
        (
            "EXPLAIN ANALYZE (TYPE LOGICAL) SELECT 1",
            "line 1:18: mismatched input 'TYPE'. Expecting: 'FORMAT'",
        ),
        (
            "EXPLAIN ANALYZE (FORMAT GRAPHVIZ) SELECT 1",
            "line 1:25: mismatched input 'GRAPHVIZ'. Expecting: 'JSON', 'TEXT'",
        ),
    ],
)
def test_other_options_are_refused(session: AthenaSession, sql: str, message: str) -> None:
    assert_invalid_request(refused(session.start, sql=sql), "MALFORMED_QUERY", message)


@pytest.mark.parametrize("sql", ["EXPLAIN SHOW TABLES", "EXPLAIN EXPLAIN SELECT 1"])
def test_only_queries_are_explained(session: AthenaSession, sql: str) -> None:
    assert session.run(sql)["Status"]["StateChangeReason"].startswith("NOT_SUPPORTED: ")
