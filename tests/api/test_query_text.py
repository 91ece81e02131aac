"""`query` and `parameters` are the caller's own in every query document."""

from typing import Any

import httpx
import pytest

from data_hist.sql_guard.guard import MAX_SQL_BYTES
from tests.support.api_calls import as_tenant, assert_problem, listed_queries, submitted
from tests.support.queries import SLOW

TEXTS: list[dict[str, Any]] = [
    {"query": "SELECT 1"},
    {"query": "\n  SELECT 1 ;\n-- é🙂\u2028 done\r\n"},
    {"query": "SELECT count(*) FROM data_hist /* x */ . \"events\" e, events WHERE e.dt = '2026'"},
    {
        "query": "SELECT ?, '?' FROM events WHERE servicename = ? LIMIT 1;",
        "parameters": [1, "a\n-- data_hist: 0+1=x"],
    },
    {"query": "SELECT 1\n-- data_hist: 0+8=DROP"},
]


@pytest.mark.parametrize("request_body", TEXTS)
def test_text_is_in_every_document(tenants: httpx.Client, request_body: dict[str, Any]) -> None:
    mine = as_tenant(12101)
    document = submitted(
        tenants, request_body["query"], parameters=request_body.get("parameters", []), headers=mine
    )
    path = document["query_id"]

    assert document["query"] == request_body["query"]
    assert document["parameters"] == request_body.get("parameters", [])
    assert tenants.get(f"/status/{path}", headers=mine).json() == document
    assert tenants.delete(f"/query/{path}", headers=mine).json() == document
    assert document in listed_queries(tenants, 12101)


VALUES: list[Any] = [
    *(None, True, 0, -7, 2**53 - 1, "it's ?", "", "é🙂"),
    {"type": "bigint", "value": "9223372036854775807"},
    {"type": "double", "value": "1E300"},
    {"type": "double", "value": "-Infinity"},
    {"type": "real", "value": "1.5E0"},
    {"type": "decimal(5,2)", "value": "-1.50"},
    {"type": "timestamp", "value": "2026-11-20 05:15:00.123"},
    {"type": "timestamp with time zone", "value": "2026-11-20 05:15:00 UTC"},
    {"type": "varchar(3)", "value": "a"},
    {"type": "json", "value": '{"a": 1}'},
]


def test_query_and_parameters_ask_the_same_again(tenants: httpx.Client) -> None:
    mine = as_tenant(12105)
    sql = f"SELECT {', '.join(f'CAST(? AS varchar) v{at}' for at in range(len(VALUES)))} LIMIT ?"
    sql = sql.replace("CAST(? AS varchar) v16", "json_format(?) v16")
    first = submitted(tenants, sql, parameters=[*VALUES, 5], results_per_page=1, headers=mine)

    asked = tenants.get(f"/status/{first['query_id']}", headers=mine).json()
    again = submitted(
        tenants, asked["query"], parameters=asked["parameters"], results_per_page=1, headers=mine
    )

    assert asked["parameters"] == again["parameters"]
    assert again["page"]["rows"] == first["page"]["rows"]


def test_list_is_searched_with_values_in_place(tenants: httpx.Client) -> None:
    mine = as_tenant(12106)
    submitted(tenants, "SELECT ? AS found", parameters=["Needle"], headers=mine)

    for text, count in (("'needle' as", 1), ("? AS found", 1), ("other", 0)):
        assert len(listed_queries(tenants, 12106, text=text)) == count


def test_text_of_a_query_that_runs_and_is_cancelled(tenants: httpx.Client) -> None:
    mine = as_tenant(12102)
    started = tenants.post("/query", json={"query": SLOW}, headers=mine).json()

    cancelled = tenants.delete(f"/query/{started['query_id']}", headers=mine).json()

    assert started["query"] == cancelled["query"] == SLOW


def test_text_is_hidden_from_other_tenants(tenants: httpx.Client) -> None:
    query_id = submitted(tenants, "SELECT 'mine'", headers=as_tenant(12103))["query_id"]

    for tenant in (12104, 1):
        response = tenants.get(f"/status/{query_id}", headers=as_tenant(tenant))
        assert_problem(response, 404, "query-not-found")
        assert "mine" not in str(listed_queries(tenants, tenant))


@pytest.mark.parametrize(("room", "told"), [(100, True), (3, False)])
def test_text_that_fills_the_limit(client: httpx.Client, room: int, told: bool) -> None:
    frame = "SELECT length('')"
    sql = frame.replace("''", f"'{'x' * (MAX_SQL_BYTES - len(frame) - room)}'")

    document = submitted(client, sql)

    assert document["query"] == (sql if told else None)


def test_text_that_imitates_the_trailer_of_the_service(client: httpx.Client) -> None:
    sql = "SELECT 1 /*" + "x" * (MAX_SQL_BYTES - 45) + "*/\n-- data_hist: 0+8=DROP"

    assert_problem(client.post("/query", json={"query": sql}), 413, "query-too-large")
