"""GET /session tells who the caller is, and which prices and limits hold."""

from collections.abc import Iterator
from importlib.metadata import version

import httpx
import pytest

from tests.support.api_calls import as_tenant, assert_problem
from tests.support.contract import SCHEMAS, SPEC
from tests.support.running_service import running_service, settings_for


@pytest.fixture(scope="module")
def limited(endpoint_url: str) -> Iterator[httpx.Client]:
    """A service with tenants, whose settings are not the default ones."""
    settings = settings_for(
        endpoint_url,
        tenant_required=True,
        price_usd_per_tb=6.25,
        max_query_days=31,
        archived_after_days=180,
        archived_after_days_of_customers={11000: 90},
    )
    with running_service(settings) as client:
        yield client


@pytest.mark.parametrize("api", ["v0", "v1"])
@pytest.mark.parametrize(
    ("tenant", "is_operator", "archived_after_days"),
    [(1, True, 180), (11000, False, 90), (11001, False, 180)],
)
def test_session_of_a_tenant(
    limited: httpx.Client, api: str, tenant: int, is_operator: bool, archived_after_days: int
) -> None:
    url = limited.base_url.join(f"/{api}/data_hist/session")
    response = limited.get(url, headers=as_tenant(tenant))

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "tenant": tenant,
        "operator": is_operator,
        "version": version("data-hist"),
        "price_usd_per_tb": 6.25,
        "archived_after_days": archived_after_days,
        "max_query_days": 31,
        "unbounded_queries": "allow",
        "result_link_seconds": None,
        "budget": None,
        "max_query_bytes": 262_144,
        "max_parameters": 1000,
        "max_wait_seconds": 30,
        "retention_minutes": {"minimum": 1, "maximum": 43_200, "default": 1440},
        "results_per_page": {"minimum": 1, "maximum": 1000, "default": 1000},
        "max_age_minutes": {"minimum": 0, "maximum": 10_080, "default": 0},
    }


@pytest.mark.parametrize(
    ("headers", "tenant", "is_operator"),
    [({}, None, True), (as_tenant(1), 1, True), (as_tenant(11000), 11000, False)],
)
def test_a_service_without_tenants_still_reads_them(
    client: httpx.Client, headers: dict[str, str], tenant: int | None, is_operator: bool
) -> None:
    session = client.get("/session", headers=headers).json()

    assert (session["tenant"], session["operator"]) == (tenant, is_operator)
    assert session["max_query_days"] is None


def test_a_request_without_its_tenant_has_no_session(limited: httpx.Client) -> None:
    assert_problem(limited.get("/session"), 401, "unauthenticated")


@pytest.mark.parametrize("name", ["SessionOfTenant", "SessionWithoutTenants"])
def test_examples_have_the_fields_of_a_session(client: httpx.Client, name: str) -> None:
    example = SPEC["components"]["examples"][name]["value"]

    assert (
        example.keys()
        == client.get("/session").json().keys()
        == SCHEMAS["Session"]["properties"].keys()
    )
    assert set(SCHEMAS["Session"]["required"]) == example.keys()
