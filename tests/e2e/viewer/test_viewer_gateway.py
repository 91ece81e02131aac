"""The viewer through the gateway of `deploy/`: with a password, and under a path prefix."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import needs_chromium
from tests.e2e.gateway import PASSWORD, TENANTS, needs_nginx
from tests.e2e.viewer.viewer_page import ViewerPage

pytestmark = [needs_chromium, needs_nginx]


@pytest.mark.parametrize("address", ["gateway", "prefixed"])
def test_the_browser_asks_for_a_password_and_sends_it_with_each_call(
    windows: Callable[..., BrowserContext], request: pytest.FixtureRequest, address: str
) -> None:
    url = request.getfixturevalue(address)
    page = windows(http_credentials={"username": "alice", "password": PASSWORD}).new_page()

    page.goto(f"{url}/")

    expect(ViewerPage(page).heading).to_be_visible()
    assert page.url.startswith(f"{url}/v1/data_hist/viewer/")
    session = page.evaluate("fetch('../session').then(answer => answer.json())")
    assert session["tenant"] == TENANTS["alice"]
