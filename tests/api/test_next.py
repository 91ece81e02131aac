"""POST /next returns full pages with exact values."""

import httpx
import pytest

from tests.support.api_calls import UNKNOWN_ID, all_rows, assert_problem, next_page, submitted
from tests.support.queries import SLOW, numbers


@pytest.mark.parametrize(
    ("count", "per_page", "sizes"),
    [
        (1, 1000, [1]),
        (1000, 1000, [1000]),
        (2500, 1000, [1000, 1000, 500]),
        (2000, 1000, [1000, 1000]),
        (5, 1, [1, 1, 1, 1, 1]),
        (10, 3, [3, 3, 3, 1]),
    ],
)
def test_pages_are_full_until_the_last(
    client: httpx.Client, count: int, per_page: int, sizes: list[int]
) -> None:
    query_id = submitted(client, numbers(count))["query_id"]
    rows: list[list[object]] = []
    token: str | None = None

    for number, size in enumerate(sizes):
        page = next_page(client, query_id, paging_token=token, results_per_page=per_page)
        assert page["query_id"] == query_id
        assert page["row_offset"] == len(rows)
        assert len(page["rows"]) == size
        assert [column["type"] for column in page["columns"]] == ["bigint", "varchar"]
        token = page["paging_token"]
        assert (token is None) is (number == len(sizes) - 1)
        rows += page["rows"]

    assert rows == [[n, f"row {n}"] for n in range(1, count + 1)]


def test_page_size_may_change_between_pages(client: httpx.Client) -> None:
    query_id = submitted(client, numbers(30))["query_id"]
    first = next_page(client, query_id, results_per_page=7)

    second = next_page(client, query_id, paging_token=first["paging_token"], results_per_page=1000)

    assert second["row_offset"] == 7
    assert [row[0] for row in second["rows"]] == list(range(8, 31))


def test_replayed_token_gives_the_same_page(client: httpx.Client) -> None:
    query_id = submitted(client, numbers(30))["query_id"]
    token = next_page(client, query_id, results_per_page=10)["paging_token"]

    pages = [next_page(client, query_id, paging_token=token, results_per_page=10) for _ in range(3)]

    assert pages[0] == pages[1] == pages[2]


def test_result_without_rows_has_its_columns(client: httpx.Client) -> None:
    sql = "SELECT servicename, customerid FROM events WHERE customerid = 5"
    page = next_page(client, submitted(client, sql)["query_id"])

    assert page["rows"] == []
    assert page["paging_token"] is None
    assert page["columns"] == [
        {"name": "servicename", "type": "varchar"},
        {"name": "customerid", "type": "bigint"},
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("true, false, CAST(NULL AS boolean)", [True, False, None]),
        ("CAST(-128 AS tinyint), CAST(32767 AS smallint)", [-128, 32767]),
        ("9223372036854775807, -9223372036854775807", [9223372036854775807, -9223372036854775807]),
        ("CAST(1.1 AS real), 1e20, 0.1e0, nan(), infinity()", [1.1, 1e20, 0.1, "NaN", "Infinity"]),
        ("CAST('12345678901234567.10' AS decimal(20,2))", ["12345678901234567.10"]),
        ("'', CAST(NULL AS varchar), 'null', 'NULL'", ["", None, "null", "NULL"]),
        (
            "'a\"b', 'a,b', 'a\nb', 'a\r\nb', '\"', '\\'",
            ['a"b', "a,b", "a\nb", "a\r\nb", '"', "\\"],
        ),
        ("'é日本🙂'", ["é日本🙂"]),
        ("date '2026-11-20', time '01:02:03'", ["2026-11-20", "01:02:03.000"]),
        ("timestamp '2026-11-20 05:15:00'", ["2026-11-20T05:15:00.000"]),
        (
            "timestamp '2026-07-20 12:00:00' AT TIME ZONE 'America/New_York'",
            ["2026-07-20T08:00:00.000-04:00"],
        ),
        ("to_utf8('ab'), X''", ["YWI=", ""]),
        (
            'json_parse(\'{"b": 12345678901234567890, "a": [1.10, null]}\')',
            [{"b": 12345678901234567890, "a": [1.1, None]}],
        ),
        (
            "ARRAY[1, 2], MAP(ARRAY['k'], ARRAY[1]), ROW(1, 'x')",
            ["[1, 2]", "{k=1}", "{field0=1, field1=x}"],
        ),
        ("CAST(ARRAY['a,b', NULL] AS json)", [["a,b", None]]),
    ],
)
def test_values_of_every_type(client: httpx.Client, sql: str, expected: list[object]) -> None:
    assert all_rows(client, f"SELECT {sql}") == [expected]


def test_types_are_those_of_athena(client: httpx.Client) -> None:
    sql = (
        "SELECT 1 AS a, 1e0 AS b, 'x' AS c, CAST(1 AS decimal(5,2)) AS d, count(*) AS e, "
        "CAST(1 AS real) AS f, ARRAY[1] AS g, json_parse('1') AS h FROM events"
    )
    page = next_page(client, submitted(client, sql)["query_id"])

    assert [column["type"] for column in page["columns"]] == [
        *("integer", "double", "varchar", "decimal", "bigint", "float", "array", "json")
    ]


def test_messages_with_quotes_and_newlines_are_intact(client: httpx.Client) -> None:
    rows = all_rows(
        client,
        "SELECT json_extract_scalar(data, '$.message') FROM events "
        "WHERE json_extract_scalar(data, '$.number') = '7'",
    )

    assert rows == [['number 7 said "hi",\nthen went']]


def test_columns_that_share_a_name(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1 AS x, 2 AS x, 3 AS y")["query_id"]

    page = next_page(client, query_id)

    assert [column["name"] for column in page["columns"]] == ["x", "x", "y"]
    assert page["rows"] == [[1, 2, 3]]
    refused = client.post("/next", json={"query_id": query_id, "row_format": "objects"})
    assert_problem(refused, 400, "invalid-request")


def test_rows_as_objects(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1 AS x, NULL AS y")["query_id"]

    assert next_page(client, query_id, row_format="objects")["rows"] == [{"x": 1, "y": None}]


def test_next_waits_for_the_end(client: httpx.Client) -> None:
    query_id = client.post("/query", json={"query": numbers(3)}).json()["query_id"]

    assert len(next_page(client, query_id, wait_seconds=30)["rows"]) == 3


def test_next_before_finish_is_409_with_retry_after(client: httpx.Client) -> None:
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]

    response = client.post("/next", json={"query_id": query_id})

    problem = assert_problem(response, 409, "query-not-finished")
    assert problem["retryable"]
    assert int(response.headers["retry-after"]) >= 1
    client.delete(f"/query/{query_id}")


def test_token_of_another_query_is_refused(client: httpx.Client) -> None:
    query_id = submitted(client, numbers(5))["query_id"]
    other_id = submitted(client, numbers(6))["query_id"]
    foreign = next_page(client, other_id, results_per_page=2)["paging_token"]

    for token in ("x", "not base64!", foreign, foreign[:-2] + "xx"):
        response = client.post("/next", json={"query_id": query_id, "paging_token": token})
        assert_problem(response, 400, "invalid-paging-token")


@pytest.mark.parametrize(
    "fields",
    [
        {"results_per_page": 0},
        {"results_per_page": 1001},
        {"results_per_page": "10"},
        {"results_per_page": 1.5},
        {"row_format": "csv"},
        {"paging_token": ""},
        {"paging_token": 5},
        {"wait_seconds": 31},
        {"query_id": None},
        {"unknown": 1},
    ],
)
def test_request_outside_the_contract(client: httpx.Client, fields: dict[str, object]) -> None:
    response = client.post("/next", json={"query_id": UNKNOWN_ID, **fields})

    problem = assert_problem(response, 400, "invalid-request")
    assert problem["errors"]
