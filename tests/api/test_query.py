"""POST /query: what it starts, what it responds with, and what it refuses."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.api_calls import (
    all_rows,
    as_tenant,
    assert_problem,
    listed_queries,
    next_page,
    submitted,
)

COUNT = "SELECT count(*) AS records FROM events"


def test_submit_returns_the_query_document(client: httpx.Client) -> None:
    document = submitted(client, f"{COUNT} WHERE dt = '2026-11-20'", retention_minutes=90)

    assert set(document) == {
        *("query_id", "query", "status", "submitted_at", "completed_at", "expires_at"),
        *("parameters", "retention_minutes", "statistics", "warnings"),
    }
    assert document["retention_minutes"] == 90
    assert document["warnings"] == []
    assert document["statistics"]["scanned_bytes"] > 0
    assert document["statistics"]["estimated_cost_usd"] > 0
    assert document["submitted_at"] <= document["completed_at"] < document["expires_at"]


def test_submit_does_not_wait_unless_asked(client: httpx.Client) -> None:
    response = client.post("/query", json={"query": COUNT})

    assert response.status_code == 200
    assert response.json()["retention_minutes"] == 1440


@pytest.mark.parametrize(
    ("body", "prefer", "applied", "status"),
    [
        ({}, "wait=30", "wait=30", "FINISHED"),
        ({"wait_seconds": 30}, "wait=0", None, "FINISHED"),
        ({"wait_seconds": 30}, "respond-async", None, "FINISHED"),
    ],
)
def test_submit_honours_prefer_unless_the_body_has_a_wait(
    client: httpx.Client, body: dict[str, int], prefer: str, applied: str | None, status: str
) -> None:
    response = client.post("/query", json={"query": COUNT} | body, headers={"Prefer": prefer})

    assert response.json()["status"] == status
    assert response.headers.get("Preference-Applied") == applied


def test_submitted_query_gives_its_rows(client: httpx.Client) -> None:
    assert all_rows(client, COUNT) == [[20]]


def test_star_selects_the_columns_that_may_be_queried(client: httpx.Client) -> None:
    page = next_page(client, submitted(client, "SELECT * FROM events LIMIT 1")["query_id"])

    assert [column["name"] for column in page["columns"]] == [
        *("customerid", "servicename", "service", "createdtimestamp", "arrivaltimestamp"),
        *("tags", "data", "dt", "hr", "min"),
    ]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (["it's", None, True], ["it's", None, True]),
        ([9223372036854775807, 1.5, ""], [9223372036854775807, 1.5, ""]),
        (
            [
                {"type": "timestamp", "value": "2026-11-20 05:15:00.000"},
                {"type": "date", "value": "2026-11-20"},
                "line\nbreak",
            ],
            ["2026-11-20T05:15:00.000", "2026-11-20", "line\nbreak"],
        ),
        ([{"type": "varbinary", "value": "AP9B"}, "", 0], ["AP9B", "", 0]),
    ],
)
def test_parameters_arrive_unchanged(
    client: httpx.Client, parameters: list[object], expected: list[object]
) -> None:
    assert all_rows(client, "SELECT ?, ?, ?", parameters=parameters) == [expected]


def test_parameter_is_never_sql(client: httpx.Client) -> None:
    rows = all_rows(
        client,
        "SELECT count(*) FROM events WHERE servicename = ?",
        parameters=["' OR 1=1 OR servicename = '"],
    )

    assert rows == [[0]]


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [("SELECT ?", None), ("SELECT ?", []), ("SELECT ?", [1, 2]), ("SELECT 1", [1])],
)
def test_wrong_number_of_parameters(
    client: httpx.Client, sql: str, parameters: list[object] | None
) -> None:
    body = {"query": sql} | ({} if parameters is None else {"parameters": parameters})

    problem = assert_problem(client.post("/query", json=body), 422, "statement-not-allowed")

    assert problem["code"] == "PARAMETER"


def test_same_idempotency_key_gives_the_same_query(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    first = submitted(client, COUNT, headers=headers)
    second = submitted(client, COUNT, headers=headers)

    assert first["query_id"] == second["query_id"]
    assert submitted(client, COUNT)["query_id"] != first["query_id"]


@pytest.mark.parametrize(
    "change", [{"query": "SELECT 2"}, {"retention_minutes": 61}, {"parameters": [2]}]
)
def test_idempotency_key_with_another_request(
    client: httpx.Client, change: dict[str, object]
) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    request = {"query": "SELECT ?", "parameters": [1], "retention_minutes": 60}
    if "query" in change:
        change = change | {"parameters": []}
    assert client.post("/query", json=request, headers=headers).status_code == 200

    response = client.post("/query", json=request | change, headers=headers)

    assert_problem(response, 422, "idempotency-key-reused")


def test_concurrent_requests_with_one_key_start_one_query(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    def submit(_: int) -> str:
        response = client.post("/query", json={"query": COUNT}, headers=headers)
        assert response.status_code == 200, response.text
        return str(response.json()["query_id"])

    with ThreadPoolExecutor(10) as callers:
        assert len(set(callers.map(submit, range(20)))) == 1


def test_idempotency_key_of_another_tenant_is_another_key(tenants: httpx.Client) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}

    first = submitted(tenants, "SELECT 1", headers=key | as_tenant(11000))
    second = submitted(tenants, "SELECT 1", headers=key | as_tenant(11001))

    assert first["query_id"] != second["query_id"]


def test_dry_run_checks_and_leaves_no_query(tenants: httpx.Client) -> None:
    headers = as_tenant(11005)
    body = {"query": f"{COUNT} WHERE dt = ?", "parameters": ["2020-11-20"], "dry_run": True}
    response = tenants.post("/query", json=body | {"results_per_page": 1}, headers=headers)

    assert response.status_code == 200
    document = response.json()
    assert [warning["code"] for warning in document.pop("warnings")] == ["RANGE_PARTLY_ARCHIVED"]
    assert document == {
        **dict.fromkeys(("query_id", "status", "submitted_at", "completed_at", "expires_at")),
        "query": body["query"],
        "valid": True,
        "retention_minutes": 1440,
        "statistics": None,
        "estimate": {
            "scanned_bytes": 0,
            "files": 0,
            "cost_usd": 0.0,
            "partitions": 24 * 60,
            "bounded": True,
        },
    }
    assert "retry-after" not in response.headers
    assert listed_queries(tenants, 11005) == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_unknown_column_is_reported_with_its_position(client: httpx.Client, dry_run: bool) -> None:
    sql = "SELECT e.servicename\nFROM events e\nWHERE e.nosuch = ? AND e.customerid = 1"
    body = {"query": sql, "parameters": ["x"], "wait_seconds": 30, "dry_run": dry_run}

    problem = assert_problem(client.post("/query", json=body), 422, "invalid-sql")

    assert problem["code"] == "COLUMN_NOT_FOUND"
    assert (problem["line"], problem["column"]) == (3, 7)
    assert ("query_id" in problem) is not dry_run


@pytest.mark.parametrize(
    ("sql", "code"),
    [("SELECT 1/0", "DIVISION_BY_ZERO"), ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT")],
)
def test_failure_of_the_sql_is_the_same_problem_on_submit_and_status(
    client: httpx.Client, sql: str, code: str
) -> None:
    on_submit = client.post("/query", json={"query": sql, "wait_seconds": 30})
    problem = assert_problem(on_submit, 422, "invalid-sql")

    on_status = client.get(f"/status/{problem['query_id']}")

    assert problem["code"] == code
    assert on_status.json() == problem


@pytest.mark.parametrize(
    ("sql", "slug", "code"),
    [
        ("SELEC 1", "statement-not-allowed", "NOT_SELECT"),
        ("DROP TABLE events", "statement-not-allowed", "NOT_SELECT"),
        ("SELECT 1; SELECT 2", "statement-not-allowed", "MULTIPLE_STATEMENTS"),
        ("SELECT * FROM users", "statement-not-allowed", "TABLE_NOT_ALLOWED"),
        ("SELECT resourceid FROM events", "statement-not-allowed", "COLUMN_NOT_ALLOWED"),
        ("SELECT read_csv('/etc/passwd')", "statement-not-allowed", "FUNCTION_NOT_ALLOWED"),
    ],
)
def test_statement_that_is_not_allowed(
    client: httpx.Client, sql: str, slug: str, code: str
) -> None:
    problem = assert_problem(client.post("/query", json={"query": sql}), 422, slug)

    assert problem["code"] == code
    assert problem["line"] == 1
    assert problem["column"] >= 1


@pytest.mark.parametrize("sql", ["SELECT 'open", "SELECT (1", "SELECT FROM WHERE", "SELECT 1 +"])
def test_syntax_error_is_reported_with_its_position(client: httpx.Client, sql: str) -> None:
    problem = assert_problem(client.post("/query", json={"query": sql}), 422, "invalid-sql")

    assert problem["line"] == 1
    assert problem["column"] >= 1


@pytest.mark.parametrize("letter", ["e", "é"])
def test_sql_longer_than_athena_accepts(client: httpx.Client, letter: str) -> None:
    sql = "SELECT '" + letter * (262_144 // len(letter.encode())) + "'"

    assert_problem(client.post("/query", json={"query": sql}), 413, "query-too-large")


def test_long_sql_within_the_limit_runs(client: httpx.Client) -> None:
    assert all_rows(client, "SELECT length('" + "é" * 120_000 + "')") == [[120_000]]
