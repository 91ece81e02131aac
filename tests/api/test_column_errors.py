"""An error about an unknown column suggests the nearest one."""

import httpx
import pytest

from tests.support.api_calls import as_tenant, assert_problem, listed_queries

UNRESOLVED = "Column '{}' cannot be resolved{}"
FROM = ": '{}' is a column of events, metrics and logs; check the FROM around it, and its aliases."
COLUMNS = [
    ("SELECT service_name FROM events", 8, "service_name", "; did you mean 'servicename'?"),
    ("SELECT e.tag FROM events AS e", 8, "e.tag", "; did you mean 'e.tags'?"),
    ("SELECT createdtime FROM metrics", 8, "createdtime", "; did you mean 'createdtimestamp'?"),
    (
        "WITH n AS (SELECT count(*) AS records FROM events) SELECT n.recrods FROM n",
        59,
        "n.recrods",
        "; did you mean 'n.records'?",
    ),
    (
        "SELECT count(*) AS records FROM events ORDER BY recrods",
        49,
        "recrods",
        "; did you mean 'records'?",
    ),
    ("SELECT DISTICT tags FROM events", 8, "distict", "; did you mean 'DISTINCT'?"),
    (
        'SELECT tags FROM events WHERE servicename = "iam-admin"',
        45,
        "iam-admin",
        "; double quotes are for names, a string takes single quotes.",
    ),
    (
        "SELECT resource_id FROM events",
        8,
        "resource_id",
        "; GET /tables describes the columns, and a string takes single quotes.",
    ),
    (
        "SELECT opperationid FROM events",
        8,
        "opperationid",
        "; GET /tables describes the columns, and a string takes single quotes.",
    ),
    ("SELECT tags events", 8, "tags", FROM.format("tags")),
    ("SELECT tags FROM (SELECT data FROM events) AS e", 8, "tags", FROM.format("tags")),
]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("case", COLUMNS, ids=lambda case: case[0])
def test_an_unknown_column_is_reported_with_the_nearest(
    client: httpx.Client, case: tuple[str, int, str, str], dry_run: bool
) -> None:
    sql, column, name, hint = case
    body = {"query": sql, "wait_seconds": 30, "dry_run": dry_run}

    problem = assert_problem(client.post("/query", json=body), 422, "invalid-sql")

    assert problem["code"] == "COLUMN_NOT_FOUND"
    assert problem["detail"] == UNRESOLVED.format(name, hint)
    assert (problem["line"], problem["column"]) == (1, column)
    asked = hint.startswith("; did you mean")
    assert problem.get("suggestions", [None])[0] == (hint.split("'")[1] if asked else None)


@pytest.mark.parametrize(
    ("sql", "code", "suggestions"),
    [
        ("SELECT evnts.* FROM events", "TABLE_NOT_FOUND", ["events"]),
        ("SELECT 1 FROM events JOIN logs USING (customrid)", "COLUMN_NOT_FOUND", ["customerid"]),
        ("SELECT tags FROM events e, logs l", "AMBIGUOUS_NAME", ["e.tags", "l.tags"]),
        ("SELECT a.b FROM events JOIN logs USING (nothing_like_it)", "COLUMN_NOT_FOUND", None),
    ],
)
def test_other_errors_about_names_have_suggestions_too(
    client: httpx.Client, sql: str, code: str, suggestions: list[str] | None
) -> None:
    response = client.post("/query", json={"query": sql, "wait_seconds": 30})

    problem = assert_problem(response, 422, "invalid-sql")
    assert (problem["code"], problem.get("suggestions")) == (code, suggestions)


@pytest.mark.parametrize(
    ("sql", "suggestions"),
    [
        ("SELECT mesage FROM events", ["message"]),
        ("SELECT e.mesage FROM events AS e", ["e.message"]),
        ("SELECT labls FROM metrics", ["labels"]),
        ("SELECT labls FROM events", None),
        ("SELECT opperationid FROM events", None),
    ],
)
def test_derived_columns_are_suggested_too(
    client: httpx.Client, sql: str, suggestions: list[str] | None
) -> None:
    url = client.base_url.join("/v1/data_hist/query")

    response = client.post(url, json={"query": sql, "wait_seconds": 30})

    problem = assert_problem(response, 422, "invalid-sql")
    assert problem.get("suggestions") == suggestions


def test_reading_the_rows_of_a_failed_query_gives_the_same_hint(
    client: httpx.Client,
) -> None:
    sql = "SELECT service_name FROM events"
    failed = client.post("/query", json={"query": sql, "wait_seconds": 30}).json()

    refused = client.post("/next", json={"query_id": failed["query_id"]})

    problem = assert_problem(refused, 409, "query-not-successful")
    assert problem["detail"] == failed["detail"]
    assert problem["suggestions"] == failed["suggestions"]


def test_the_document_of_a_failed_query_has_the_same_suggestions(tenants: httpx.Client) -> None:
    sql, headers = "SELECT service_name FROM events", as_tenant(11777)
    body = {"query": sql, "wait_seconds": 30}
    failed = tenants.post("/query", json=body, headers=headers).json()

    [listed] = listed_queries(tenants, 11777)
    cancelled = tenants.delete(f"/query/{failed['query_id']}", headers=headers).json()

    assert cancelled == listed
    assert listed["error"] == {
        "code": "COLUMN_NOT_FOUND",
        "detail": failed["detail"],
        "retryable": False,
        "line": 1,
        "column": 8,
        "suggestions": failed["suggestions"],
    }
