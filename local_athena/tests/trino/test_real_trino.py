"""The endpoint over a real Trino; its catalog `system` is all that the statements need."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local_athena import testing
from tests.clients import OUTPUT, AthenaSession, refused
from tests.waiting import wait_until

USER = "local-athena-tests"
VALUES = [
    ("NULL", None),
    ("1", "1"),
    ("9223372036854775807", "9223372036854775807"),
    ("true", "true"),
    ("DECIMAL '-0.10'", "-0.10"),
    ("1.5e0", "1.5"),
    ("1e10", "1.0E10"),
    ("1e-4", "1.0E-4"),
    ("4.9e-324", "4.9E-324"),
    ("nan()", "NaN"),
    ("-infinity()", "-Infinity"),
    ("REAL '3.4028235e38'", "3.4028235E38"),
    ("'say \"hi\", ü 😀\n'", 'say "hi", ü 😀\n'),
    ("''", ""),
    ("CAST('ab' AS char(4))", "ab  "),
    ("X'00FF'", "00 ff"),
    ("DATE '2020-02-29'", "2020-02-29"),
    ("TIME '01:02:03'", "01:02:03.000"),
    ("TIMESTAMP '2020-01-01 00:00:00'", "2020-01-01 00:00:00.000"),
    ("TIMESTAMP '2020-01-01 00:00:00.123456'", "2020-01-01 00:00:00.123456"),
    ("TIMESTAMP '2020-01-01 00:00:00 Europe/Berlin'", "2020-01-01 00:00:00.000 Europe/Berlin"),
    ("INTERVAL '-1' DAY", "-1 00:00:00.000"),
    ("INTERVAL '14' MONTH", "1-2"),
    ("JSON '[1, {\"a\": null}]'", '[1,{"a":null}]'),
    ("ARRAY[1, NULL]", "[1, null]"),
    ("ARRAY[TIMESTAMP '2020-01-01 00:00:00']", "[2020-01-01 00:00:00.000]"),
    ("MAP(ARRAY['b', 'a'], ARRAY[1, 2])", "{b=1, a=2}"),
    ("MAP(ARRAY[10, 9], ARRAY[true, NULL])", "{10=true, 9=null}"),
    ("MAP(ARRAY[X'00FF'], ARRAY[1e10])", "{00 ff=1.0E10}"),
    ("ROW('Bob', 38)", "{field0=Bob, field1=38}"),
    ('CAST(ROW(1, NULL) AS row(a integer, "B c" varchar))', "{a=1, B c=null}"),
    ("current_timezone()", "UTC"),
]
ENDLESS = (
    f"SELECT /* {uuid.uuid4()} */ count(*) FROM UNNEST(sequence(1, 10000)) AS a (x) "
    "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y) CROSS JOIN UNNEST(sequence(1, 10000)) AS c (z) "
    "WHERE x + y * z = -1"
)


@pytest.fixture(scope="module")
def session(trino_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AthenaSession]:
    state = tmp_path_factory.mktemp("state")
    options: dict[str, Any] = {
        "backend": "trino",
        "trino_url": trino_url,
        "trino_user": USER,
        "trino_catalog": "system",
        "bucket": OUTPUT.split("/")[2],
    }
    with testing.running_endpoint([], None, state, **options) as running:
        yield AthenaSession(running.url)


def test_values_are_written_as_athena_does(session: AthenaSession) -> None:
    (row,) = session.rows("SELECT " + ", ".join(sql for sql, _ in VALUES))

    assert row == [text for _, text in VALUES]


def test_rows_come_in_order_and_all(session: AthenaSession) -> None:
    execution = session.run(
        "SELECT a * 1000 + b AS n FROM UNNEST(sequence(0, 199)) AS t (a) "
        "CROSS JOIN UNNEST(sequence(0, 999)) AS u (b) ORDER BY n"
    )

    lines = session.result_file(execution).splitlines()
    assert lines == [b'"n"', *(b'"%d"' % number for number in range(200_000))]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'. Expecting: "),
        ("SELECT\n  1 +", "line 2:6: mismatched input '<EOF>'. Expecting: <expression>"),
        ("-- nothing", "line 1:11: mismatched input '<EOF>'"),
        ("SELECT 1; SELECT 2", "line 1:9: mismatched input ';'"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "line 1:1: statement is too large"),
    ],
)
def test_what_does_not_parse_is_refused(session: AthenaSession, sql: str, message: str) -> None:
    response = refused(session.start, sql=sql)

    assert response["AthenaErrorCode"] == "MALFORMED_QUERY"
    assert response["Error"]["Message"].startswith(message)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT\n x FROM runtime.nodes", "COLUMN_NOT_FOUND: line 2:2: Column 'x' cannot be"),
        ("SELECT * FROM absent.s.t", "CATALOG_NOT_FOUND: line 1:15: Catalog 'absent' not found"),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("EXPLAIN (TYPE VALIDATE) SELECT x", "COLUMN_NOT_FOUND: line 1:32: Column 'x' cannot"),
        ("EXECUTE p", "NOT_SUPPORTED: "),
    ],
)
def test_a_failure_has_trinos_name_and_place(session: AthenaSession, sql: str, reason: str) -> None:
    status = session.run(sql)["Status"]

    assert status["StateChangeReason"].startswith(reason)
    assert (status["AthenaError"]["ErrorCategory"], status["AthenaError"]["Retryable"]) == (
        2,
        False,
    )


def test_a_statement_of_the_longest_size_runs(session: AthenaSession) -> None:
    text = "ü;( " * 52_000

    assert session.rows(f"SELECT length('{text}')") == [[str(len(text))]]


def test_parameters_are_bound(session: AthenaSession) -> None:
    query_id = session.start(
        "SELECT ?, ? FROM UNNEST(sequence(1, 9)) LIMIT ?",
        ExecutionParameters=["1 + 1", "it's", "1"],
    )
    session.finish(query_id)
    rows = session.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]

    assert rows[1]["Data"] == [{"VarCharValue": "2"}, {"VarCharValue": "it's"}]


def test_a_plan_is_explained(session: AthenaSession) -> None:
    lines = session.rows("EXPLAIN SELECT * FROM runtime.nodes")

    assert any("Output layout: [node_id, " in str(line) for (line,) in lines)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("EXPLAIN (TYPE LOGICAL) SELECT 1", "Query Plan"),
        ("EXPLAIN (TYPE IO) SELECT 1", "Query Plan"),
        ("EXPLAIN (TYPE VALIDATE) SELECT 1", "Valid"),
        ("EXPLAIN (FORMAT JSON) SELECT 1", "Query Plan"),
        ("EXPLAIN (FORMAT GRAPHVIZ) SELECT 1", "Query Plan"),
        ("EXPLAIN ANALYZE VERBOSE SELECT 1", "Query Plan"),
    ],
)
def test_each_kind_of_plan_is_lines_below_its_name(
    session: AthenaSession, sql: str, name: str
) -> None:
    execution = session.run(sql)
    query_id = execution["QueryExecutionId"]
    rows = session.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]

    lines = [row["Data"][0]["VarCharValue"] for row in rows]
    assert (lines[0], lines[-1]) == (name, "")
    assert session.result_file(execution).decode() == "\n".join(lines)


def test_functions_are_shown(session: AthenaSession) -> None:
    rows = session.rows("SHOW FUNCTIONS LIKE 'levenshtein%'")

    assert [row[:5] for row in rows] == [
        ["levenshtein_distance", "bigint", "varchar(x), varchar(y)", "scalar", "true"]
    ]


def test_a_stop_ends_the_statement_on_trino(session: AthenaSession, trino_url: str) -> None:
    query_id = session.start(ENDLESS)
    running = wait_until(lambda: _states(trino_url, ENDLESS), "Trino has the statement")
    assert running != {"FAILED"}

    session.athena.stop_query_execution(QueryExecutionId=query_id)

    assert session.state(query_id) == "CANCELLED"
    wait_until(lambda: _states(trino_url, ENDLESS) == {"FAILED"}, "Trino has cancelled it")


def _states(trino_url: str, sql: str) -> set[str]:
    """The states of the statements of that text that Trino knows."""
    request = urllib.request.Request(f"{trino_url}/v1/query", headers={"X-Trino-User": USER})  # noqa: S310 - the address that the tests were given
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
        queries = json.load(answer)
    return {each["state"] for each in queries if each["query"] == sql}
