"""A page on which something goes wrong fails its test, also where nobody sees it."""

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.watch import Watch
from tests.support.waiting import wait_until

pytestmark = needs_chromium

WRONGS = {
    "console": ("console.error('the page says so')", "the page says so"),
    "exception": (
        "setTimeout(() => { throw new Error('nobody catches it') })",
        "nobody catches it",
    ),
    "promise": ("void Promise.reject(new Error('nobody waits'))", "nobody waits"),
    "request": ("fetch('../none').catch(() => {})", "404"),
    "unreachable": ("fetch('http://127.0.0.1:9/').catch(() => {})", "connect-src"),
    "inline style": ("document.body.setAttribute('style', 'color: red')", "style-src"),
    "inline script": ("document.body.setAttribute('onclick', '1')", "require-trusted-types-for"),
    "markup": ("try { document.body.innerHTML = '<b>' } catch {}", "require-trusted-types-for"),
}


@pytest.mark.parametrize("name", WRONGS)
def test_it_is_noted(browser: Browser, service: httpx.Client, name: str) -> None:
    script, expected = WRONGS[name]
    watch = Watch()
    with browser.new_context() as context:
        watch.follow(context)
        page = context.new_page()
        page.goto(str(service.base_url.join("/v0/data_hist/viewer/#view=history")))
        page.evaluate(f"void setTimeout(() => {{ {script} }})")
        # One wrong may be told twice, the event and the error apart.
        wait_until(
            lambda: page.evaluate("1") and expected in " ".join(watch.unannounced()),
            f"{expected} is noted",
        )

    watch.announce(expected)
    assert [seen for seen in watch.unannounced() if expected in seen] == []
