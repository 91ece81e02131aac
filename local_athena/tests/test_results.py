"""Results: the file on S3 byte for byte, and GetQueryResults page by page."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from tests.clients import ENDLESS, AthenaSession, address, refused

NOT_FINISHED = "INVALID_QUERY_EXECUTION_STATE"


@pytest.mark.parametrize(
    ("sql", "content"),
    [
        ("SELECT 1 AS a, 'x' AS b", '"a","b"\n"1","x"\n'),
        ("SELECT CAST(NULL AS varchar) AS a, '' AS b", '"a","b"\n,""\n'),
        ("SELECT 'say \"hi\"' AS a", '"a"\n"say ""hi"""\n'),
        ("SELECT 'a,b\nc' AS a, 'é😀' AS b", '"a","b"\n"a,b\nc","é😀"\n'),
        ("SELECT 1 AS a WHERE 1 = 0", '"a"\n'),
        ("SELECT a FROM (VALUES (CAST(NULL AS varchar)), ('b')) AS t (a)", '"a"\n\n"b"\n'),
        ("SELECT 1 AS a, 2 AS a, 3 AS a_1", '"a","a","a_1"\n"1","2","3"\n'),
        ('SELECT 1 AS "with ""q"", \'n\' , x"', '"with ""q"", \'n\' , x"\n"1"\n'),
        ("SELECT x FROM (VALUES 3, 1, 2) AS t (x) ORDER BY x DESC", '"x"\n"3"\n"2"\n"1"\n'),
    ],
)
def test_the_result_file_is_athenas_csv(session: AthenaSession, sql: str, content: str) -> None:
    execution = session.run(sql)

    assert session.result_file(execution).decode() == content


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT try(CAST(x AS bigint) / 2), try(CAST(x AS bigint))", [[None, None], ["0", "1"]]),
        ("SELECT try(1 / (1 - length(x) + ord)), try(1 / (1 - length(x) + ord) + 1)",
         [[None, None], ["1", "2"]]),
        ("SELECT try(date_parse(x, '%Y')), try(year(date_parse(x, '%Y')))",
         [[None, None], ["0001-01-01 00:00:00.000", "1"]]),
        ("SELECT try(CAST(x AS bigint)) + try(CAST(x AS bigint) + 1)", [[None], ["3"]]),
        ("SELECT coalesce(x, CAST(CAST(x AS bigint) AS varchar)), "
         "coalesce(x, CAST(CAST(x AS bigint) + 1 AS varchar))", [["a", "a"], ["1", "1"]]),
        ("SELECT CASE WHEN x = '1' THEN CAST(x AS bigint) END, "
         "CASE WHEN x = '1' THEN CAST(x AS bigint) + 1 END", [[None, None], ["1", "2"]]),
    ],
)  # fmt: skip
def test_what_expressions_share_does_not_fail_outside_of_them(
    session: AthenaSession, sql: str, rows: list[list[str | None]]
) -> None:
    of = "FROM (VALUES ('a', 0), ('1', 1)) AS t (x, ord) ORDER BY ord"

    assert session.rows(f"{sql} {of}") == rows
    # What fails otherwise still does.
    assert session.run("SELECT try(1 / 0), 1 / (length('a') - 1)")["Status"]["State"] == "FAILED"


def test_the_order_of_a_large_result_is_kept(session: AthenaSession) -> None:
    execution = session.run(
        "SELECT a.x * 100 + b.y AS n FROM UNNEST(sequence(0, 2999)) AS a (x) "
        "CROSS JOIN UNNEST(sequence(0, 99)) AS b (y) ORDER BY n"
    )

    lines = session.result_file(execution).splitlines()
    assert lines[1:] == [b'"%d"' % number for number in range(300_000)]


def test_a_page_has_the_header_first_and_null_as_nothing(session: AthenaSession) -> None:
    answer = _results(session, "SELECT 1 AS a, CAST(NULL AS varchar) AS b, '' AS c")

    assert [row["Data"] for row in answer["ResultSet"]["Rows"]] == [
        [{"VarCharValue": "a"}, {"VarCharValue": "b"}, {"VarCharValue": "c"}],
        [{"VarCharValue": "1"}, {}, {"VarCharValue": ""}],
    ]
    assert answer["UpdateCount"] == 0


def test_columns_are_described_as_athena_does(session: AthenaSession) -> None:
    info = _results(session, "SELECT 1 AS a, 'x' AS b, CAST(1 AS bigint) AS a WHERE 1 = 0")

    columns = info["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert columns[0] == {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": "a",
        "Label": "a",
        "Type": "integer",
        "Precision": 10,
        "Scale": 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": False,
    }
    assert [(each["Name"], each["Type"], each["CaseSensitive"]) for each in columns[1:]] == [
        ("b", "varchar", True),
        ("a", "bigint", False),
    ]


def test_pages_of_2500_rows_count_the_header(session: AthenaSession) -> None:
    query_id = session.run("SELECT x FROM UNNEST(sequence(1, 2500)) AS t (x) ORDER BY x")[
        "QueryExecutionId"
    ]

    pages = session.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
    values = [
        [row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]] for page in pages
    ]

    assert [len(page) for page in values] == [1000, 1000, 501]
    assert [*chain(*values)] == ["x", *map(str, range(1, 2501))]


def test_any_page_can_be_read_again_and_is_found_by_its_bytes(session: AthenaSession) -> None:
    execution = session.run(
        "SELECT x, 'line\nbreak, \"quoted\"' AS y FROM UNNEST(sequence(1, 30)) AS t (x) ORDER BY x"
    )
    page: dict[str, Any] = {"QueryExecutionId": execution["QueryExecutionId"], "MaxResults": 7}
    first = session.athena.get_query_results(**page)

    second = session.athena.get_query_results(**page, NextToken=first["NextToken"])
    again = session.athena.get_query_results(**page, NextToken=first["NextToken"])

    rows = second["ResultSet"]["Rows"]
    assert [row["Data"][0]["VarCharValue"] for row in rows] == [str(n) for n in range(7, 14)]
    assert {row["Data"][1]["VarCharValue"] for row in rows} == {'line\nbreak, "quoted"'}
    assert again["ResultSet"] == second["ResultSet"]


def test_a_page_that_is_exactly_full_has_a_token_for_an_empty_one(session: AthenaSession) -> None:
    query_id = session.run("SELECT x FROM UNNEST(sequence(1, 4)) AS t (x)")["QueryExecutionId"]

    full = session.athena.get_query_results(QueryExecutionId=query_id, MaxResults=5)
    empty = session.athena.get_query_results(
        QueryExecutionId=query_id, MaxResults=5, NextToken=full["NextToken"]
    )

    assert len(full["ResultSet"]["Rows"]) == 5
    assert empty["ResultSet"]["Rows"] == []
    assert "NextToken" not in empty


def test_a_value_of_several_hundred_kilobytes_is_one_value(session: AthenaSession) -> None:
    ten = 'ab"' * 10
    query_id = session.run(f"SELECT array_join(repeat('{ten}', 10000), '') AS v, 1 AS n")[
        "QueryExecutionId"
    ]

    row = session.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"][1]

    assert row["Data"] == [{"VarCharValue": ten * 10_000}, {"VarCharValue": "1"}]


def test_there_are_no_results_while_a_query_runs_nor_once_it_is_cancelled(
    session: AthenaSession,
) -> None:
    query_id = session.start(ENDLESS)
    session.wait_for(query_id, "RUNNING")
    get = session.athena.get_query_results

    while_running = refused(get, QueryExecutionId=query_id)
    session.athena.stop_query_execution(QueryExecutionId=query_id)
    afterwards = refused(get, QueryExecutionId=query_id)

    assert _shown(while_running) == (
        NOT_FINISHED,
        "Query has not yet finished. Current state: RUNNING",
    )
    assert _shown(afterwards) == ("RESULT_NOT_FOUND", "Could not find results")


def test_a_failed_query_has_no_results(session: AthenaSession) -> None:
    query_id = session.run("SELECT * FROM data_hist.missing_table")["QueryExecutionId"]

    response = refused(session.athena.get_query_results, QueryExecutionId=query_id)

    message = "Query did not finish successfully. Final query state: FAILED"
    assert _shown(response) == (NOT_FINISHED, message)


def test_a_result_that_was_deleted_is_not_found(session: AthenaSession) -> None:
    execution = session.run("SELECT 1")
    bucket, key = address(execution)
    session.s3.delete_object(Bucket=bucket, Key=key)

    response = refused(
        session.athena.get_query_results, QueryExecutionId=execution["QueryExecutionId"]
    )

    assert _shown(response) == ("RESULT_NOT_FOUND", "Could not find results")


def test_pages_have_a_greatest_size(session: AthenaSession) -> None:
    query_id = session.run("SELECT 1")["QueryExecutionId"]

    response = refused(session.athena.get_query_results, QueryExecutionId=query_id, MaxResults=1001)

    message = "MaxResults is more than maximum allowed length 1000"
    assert _shown(response) == ("INVALID_INPUT", message)


def test_a_token_is_refused_when_damaged_or_of_another_query(session: AthenaSession) -> None:
    sql = "SELECT x FROM UNNEST(sequence(1, 9)) AS t (x)"
    one, other = (session.run(sql)["QueryExecutionId"] for _ in range(2))
    get = session.athena.get_query_results
    token = get(QueryExecutionId=one, MaxResults=2)["NextToken"]

    for query_id, sent in ((other, token), (one, token[:-4] + "AAAA"), (one, "x"), (one, "é")):
        response = refused(get, QueryExecutionId=query_id, NextToken=sent)

        assert _shown(response) == ("INVALID_INPUT", f"Malformed nextPageToken {sent}")


def test_the_state_is_checked_before_the_token(session: AthenaSession) -> None:
    query_id = session.run("SELECT * FROM data_hist.missing_table")["QueryExecutionId"]

    response = refused(
        session.athena.get_query_results, QueryExecutionId=query_id, NextToken="nonsense"
    )

    assert response["AthenaErrorCode"] == NOT_FINISHED


def _results(session: AthenaSession, sql: str) -> dict[str, Any]:
    query_id = session.run(sql)["QueryExecutionId"]
    return dict(session.athena.get_query_results(QueryExecutionId=query_id))


def _shown(response: dict[str, Any]) -> tuple[str, str]:
    assert response["Error"]["Code"] == "InvalidRequestException"
    return response["AthenaErrorCode"], response["Error"]["Message"]
