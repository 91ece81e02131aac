"""Each tenant sees its own records, and the page says whose they are."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, count_of
from tests.e2e.viewer.conftest import A_CENTURY_OF_DAYS, OpenViewer
from tests.e2e.viewer.watch import Watch
from tests.support.api_calls import as_tenant
from tests.support.running_service import running_service, settings_for

pytestmark = needs_chromium


@pytest.mark.parametrize(("tenant", "named"), [(11003, "Tenant 11003"), (1, "Operator (1)")])
def test_a_tenant_sees_its_own(
    open_viewer: OpenViewer,
    service: httpx.Client,
    tenants_service: httpx.Client,
    tenant: int,
    named: str,
) -> None:
    own = LAST_DAY if tenant == 1 else f"{LAST_DAY} AND tenant = {tenant}"

    viewer = open_viewer(of=tenants_service, tenant=tenant)

    viewer.has_ended(count_of(service, own))
    expect(viewer.page.get_by_role("banner")).to_contain_text(named)
    assert count_of(tenants_service, LAST_DAY, **as_tenant(tenant)) == count_of(service, own)


def test_without_a_tenant_the_page_asks_to_sign_in(
    open_viewer: OpenViewer, tenants_service: httpx.Client, watch: Watch
) -> None:
    watch.announce("status of 401")

    viewer = open_viewer(of=tenants_service)

    expect(viewer.alert).to_contain_text("signed out")
    expect(viewer.button("Sign in")).to_be_visible()


@pytest.mark.parametrize(("tenant", "is_limited"), [(11003, True), (11002, False)])
def test_the_header_tells_what_is_used_of_the_budget(
    open_viewer: OpenViewer,
    service: httpx.Client,
    sample_endpoint: str,
    tenant: int,
    is_limited: bool,
) -> None:
    settings = settings_for(
        sample_endpoint,
        archived_after_days=A_CENTURY_OF_DAYS,
        tenant_required=True,
        daily_budget_bytes_of_tenants={11003: 5_000_000_000},
    )
    with running_service(settings) as client:
        viewer = open_viewer(of=client, tenant=tenant)
        viewer.has_ended(count_of(service, f"{LAST_DAY} AND tenant = {tenant}"))
        shown = viewer.page.get_by_role("banner").get_by_text("of 5 GB used today")

        expect(shown).to_have_count(int(is_limited))
