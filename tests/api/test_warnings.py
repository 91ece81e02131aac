"""Every query document warns of records that the archive may no longer serve."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.api_calls import as_tenant, listed_queries, submitted
from tests.support.running_service import running_service, settings_for

PAST = "SELECT count(*) FROM events WHERE dt BETWEEN '2020-02-01' AND '2020-02-29'"
WITHIN = (
    "SELECT count(*) FROM events "
    "WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '365' day"
)


def codes(document: dict[str, list[dict[str, str]]]) -> list[str]:
    return [warning["code"] for warning in document["warnings"]]


def test_the_warning_names_the_part_that_may_be_missing(client: httpx.Client) -> None:
    document = submitted(client, PAST)

    (warning,) = document["warnings"]
    assert warning["code"] == "RANGE_PARTLY_ARCHIVED"
    assert "from 2020-02-01T00:00:00Z up to 2020-03-01T00:00:00Z" in warning["detail"]


def test_every_document_of_the_query_has_the_same_warning(client: httpx.Client) -> None:
    document = submitted(client, PAST)
    query_id = document["query_id"]

    status = client.get(f"/status/{query_id}").json()
    cancelled = client.delete(f"/query/{query_id}").json()
    listed = listed_queries(client, 1, limit=50)
    checked = client.post("/query", json={"query": PAST, "dry_run": True}).json()

    same = [status, cancelled, *(each for each in listed if each["query_id"] == query_id), checked]
    assert len(same) == 4
    assert all(each["warnings"] == document["warnings"] for each in same)


@pytest.mark.parametrize("sql", [WITHIN, "SELECT 1"])
def test_no_warning_without_archived_records(client: httpx.Client, sql: str) -> None:
    assert submitted(client, sql)["warnings"] == []


def test_a_warning_does_not_move_the_position_of_an_error(client: httpx.Client) -> None:
    response = client.post("/query", json={"query": f"{PAST}\nAND nope = 1", "wait_seconds": 30})

    assert (response.json()["line"], response.json()["column"]) == (2, 5)


@pytest.fixture(scope="module")
def customers(endpoint_url: str) -> Iterator[httpx.Client]:
    """A service that archives records after a day, but those of one customer after a century."""
    settings = settings_for(
        endpoint_url,
        tenant_required=True,
        archived_after_days=1,
        archived_after_days_of_customers={11000: 36_500},
    )
    with running_service(settings) as client:
        yield client


def test_the_age_is_the_customers_own(customers: httpx.Client) -> None:
    by_tenant = {
        tenant: codes(submitted(customers, PAST, headers=as_tenant(tenant)))
        for tenant in (1, 11000, 11001)
    }

    archived = ["RANGE_PARTLY_ARCHIVED"]
    assert by_tenant == {1: archived, 11000: [], 11001: archived}
