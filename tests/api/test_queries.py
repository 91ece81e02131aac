"""GET /queries lists the caller's own queries, newest first."""

import httpx
import pytest

from tests.support.api_calls import as_tenant, assert_problem, listed_queries, submitted


def listed(
    client: httpx.Client, tenant: int, token: str | None = None, **parameters: object
) -> list[str]:
    """Return the ids of a tenant's queries."""
    return [each["query_id"] for each in listed_queries(client, tenant, token, **parameters)]


def test_list_is_newest_first_and_complete_at_any_page_size(tenants: httpx.Client) -> None:
    mine, theirs = as_tenant(12001), as_tenant(12002)
    started = []
    for number in range(7):
        started.append(submitted(tenants, f"SELECT {number}", headers=mine)["query_id"])
        submitted(tenants, f"SELECT {number}", headers=theirs)
    started.reverse()

    for limit in (1, 2, 3, 7, 50):
        assert listed(tenants, 12001, limit=limit) == started


def test_paging_is_stable_while_queries_are_started(tenants: httpx.Client) -> None:
    headers = as_tenant(12007)
    started = [
        submitted(tenants, f"SELECT {number}", headers=headers)["query_id"] for number in range(6)
    ]
    first = tenants.get("/queries?limit=2", headers=headers).json()
    parameters = {"limit": 2, "paging_token": first["paging_token"]}
    second = tenants.get("/queries", params=parameters, headers=headers).json()

    for number in range(3):
        submitted(tenants, f"SELECT {number}", headers=headers)

    assert tenants.get("/queries", params=parameters, headers=headers).json() == second
    found = [query["query_id"] for query in first["queries"] + second["queries"]]
    assert found == started[:1:-1]


def test_list_holds_the_query_documents(tenants: httpx.Client) -> None:
    document = submitted(tenants, "SELECT 1", headers=as_tenant(12003))

    assert listed_queries(tenants, 12003) == [document]


def test_list_by_status(tenants: httpx.Client) -> None:
    headers = as_tenant(12004)
    finished = submitted(tenants, "SELECT 1", headers=headers)["query_id"]
    failed = tenants.post(
        "/query", json={"query": "SELECT 1/0", "wait_seconds": 30}, headers=headers
    ).json()["query_id"]

    assert listed(tenants, 12004, status="FINISHED") == [finished]
    assert listed(tenants, 12004, status="FAILED") == [failed]
    assert listed(tenants, 12004, status="RUNNING") == []
    [entry] = tenants.get("/queries?status=FAILED", headers=headers).json()["queries"]
    assert entry["error"]["code"] == "DIVISION_BY_ZERO"


TEXTS = {
    "count": "SELECT count(*) AS Records FROM events WHERE servicename = ?",
    "last": "SELECT data FROM data_hist.events -- Ärger_1 100%\nLIMIT 1",
    "plain": "SELECT 1",
}


@pytest.fixture(scope="module")
def texts(tenants: httpx.Client) -> dict[str, str]:
    """The name of each query by its id, oldest first."""
    return {
        submitted(tenants, sql, parameters=["a-value"] * sql.count("?"), headers=as_tenant(12008))[
            "query_id"
        ]: name
        for name, sql in TEXTS.items()
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select", ["plain", "last", "count"]),
        ("COUNT(*) as records", ["count"]),
        ("servicename = ?", ["count"]),
        ("from data_hist.events", ["last"]),
        ("ÄRGER", ["last"]),
        ("events -- ärger_1 100%\nlimit", ["last"]),
        # There are no wildcards.
        ("%", ["last"]),
        ("_1", ["last"]),
        (".*", []),
        ("SERVICENAME = 'a-value'", ["count"]),
        # The search covers the caller's text and values only.
        ("customerid", []),
        ("events_v0", []),
        ("-- data_hist:", []),
    ],
)
def test_list_by_text(
    tenants: httpx.Client, texts: dict[str, str], text: str, names: list[str]
) -> None:
    for limit in (1, 50):
        found = listed(tenants, 12008, text=text, limit=limit)
        assert [texts[query_id] for query_id in found] == names


def test_list_by_text_and_status(tenants: httpx.Client, texts: dict[str, str]) -> None:
    assert len(listed(tenants, 12008, text="FROM", status="FINISHED")) == 2
    assert listed(tenants, 12008, text="FROM", status="FAILED") == []
    assert listed(tenants, 12009, text="FROM") == []


def test_token_works_with_any_filter(tenants: httpx.Client, texts: dict[str, str]) -> None:
    headers = as_tenant(12008)
    page = tenants.get("/queries", params={"text": "1", "limit": 1}, headers=headers).json()

    found = listed(tenants, 12008, page["paging_token"], text="count")

    assert [texts[query["query_id"]] for query in page["queries"]] == ["plain"]
    assert [texts[query_id] for query_id in found] == ["count"]


def test_token_of_another_tenant_is_refused(tenants: httpx.Client) -> None:
    for number in range(2):
        submitted(tenants, f"SELECT {number}", headers=as_tenant(12005))
    page = tenants.get("/queries?limit=1", headers=as_tenant(12005)).json()

    response = tenants.get(
        "/queries", params={"paging_token": page["paging_token"]}, headers=as_tenant(12006)
    )

    assert_problem(response, 400, "invalid-paging-token")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=51", "limit=x", "status=DONE", "text=", "other=1"]
)
def test_request_outside_the_contract(tenants: httpx.Client, query: str) -> None:
    response = tenants.get(f"/queries?{query}", headers=as_tenant(1))

    assert_problem(response, 400, "invalid-request")
