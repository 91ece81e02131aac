"""Queries without time bounds are warned of, or refused, where the operator wants that."""

import httpx
import pytest

from tests.support.api_calls import all_rows, assert_problem, listed_queries, submitted
from tests.support.running_service import running_service, settings_for

UNBOUNDED = "SELECT count(*) FROM events WHERE dt > '2026-01-01'"
BOUNDED = "SELECT count(*) FROM events WHERE dt BETWEEN '2026-11-20' AND '2026-11-21'"
LONG = f"{UNBOUNDED} AND servicename NOT IN ({', '.join(map(repr, map(str, range(500))))})"


@pytest.mark.parametrize("sql", [UNBOUNDED, LONG], ids=["short", "long"])
def test_every_document_of_the_query_has_the_warning(endpoint_url: str, sql: str) -> None:
    settings = settings_for(endpoint_url, unbounded_queries="warn")
    with running_service(settings) as service:
        document = submitted(service, sql)
        query_id = document["query_id"]
        dry_run = service.post("/query", json={"query": sql, "dry_run": True}).json()
        listed = {query["query_id"]: query for query in listed_queries(service, 1, limit=50)}
        status = service.get(f"/status/{query_id}").json()
        bounded = submitted(service, BOUNDED)
        assert service.get("/session").json()["unbounded_queries"] == "warn"

    (warning,) = document["warnings"]
    assert warning["code"] == "TIME_RANGE_UNBOUNDED"
    assert document["query"] == sql
    for other in (dry_run, listed[query_id], status):
        assert other["warnings"] == document["warnings"]
    assert bounded["warnings"] == []


@pytest.mark.parametrize("fields", [{}, {"dry_run": True}])
def test_it_is_refused_where_it_names_the_table(endpoint_url: str, fields: dict[str, bool]) -> None:
    settings = settings_for(endpoint_url, unbounded_queries="refuse")
    with running_service(settings) as service:
        response = service.post("/query", json={"query": UNBOUNDED, **fields})
        assert all_rows(service, BOUNDED)

    problem = assert_problem(response, 422, "statement-not-allowed")
    assert (problem["code"], problem["line"], problem["column"]) == ("TIME_RANGE_UNBOUNDED", 1, 22)


def test_by_default_nothing_happens(client: httpx.Client) -> None:
    assert submitted(client, UNBOUNDED)["warnings"] == []
