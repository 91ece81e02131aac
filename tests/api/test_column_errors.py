"""An error about an unknown column suggests the nearest one."""

import httpx
import pytest

from tests.support.api_calls import assert_problem

UNRESOLVED = "Column '{}' cannot be resolved{}"
FROM = ": '{}' is a column of events, metrics and logs; check the FROM around it, and its aliases."
COLUMNS = [
    ("SELECT service_name FROM events", 8, "service_name", "; did you mean 'servicename'?"),
    ("SELECT e.tag FROM events AS e", 8, "e.tag", "; did you mean 'tags'?"),
    ("SELECT createdtime FROM metrics", 8, "createdtime", "; did you mean 'createdtimestamp'?"),
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


def test_reading_the_rows_of_a_failed_query_gives_the_same_hint(
    client: httpx.Client,
) -> None:
    sql = "SELECT service_name FROM events"
    failed = client.post("/query", json={"query": sql, "wait_seconds": 30}).json()

    refused = client.post("/next", json={"query_id": failed["query_id"]})

    problem = assert_problem(refused, 409, "query-not-successful")
    assert problem["detail"] == failed["detail"]
