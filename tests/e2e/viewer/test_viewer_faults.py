"""What the page says and offers when the service, the gateway or the network does not answer."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, count_of
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.faults import ROWS, SUBMIT, cut_in_the_middle, problem
from tests.e2e.viewer.watch import Watch
from tests.reliability.fault_proxy import FaultProxy, on

pytestmark = needs_chromium

RETRY_SECONDS = 30


@pytest.mark.parametrize("slug", ["too-many-queries", "overloaded"])
def test_what_may_be_tried_again_is_after_the_time_that_is_asked_for(
    open_viewer: OpenViewer,
    service: httpx.Client,
    proxy: FaultProxy,
    watch: Watch,
    slug: str,
) -> None:
    watch.announce("status of (429|503)")
    proxy.spoil(on(problem(slug, Retry_After=str(RETRY_SECONDS)), SUBMIT, marker="LIMIT", times=1))

    viewer = open_viewer(of=proxy.url)
    expect(viewer.page.get_by_text(f"Trying again in {RETRY_SECONDS} s")).to_be_visible()
    viewer.page.clock.fast_forward(RETRY_SECONDS * 1000)

    viewer.has_ended(count_of(service, LAST_DAY))


def test_who_is_signed_out_signs_in_and_has_the_question_still(
    open_viewer: OpenViewer, service: httpx.Client, proxy: FaultProxy, watch: Watch
) -> None:
    viewer = open_viewer(of=proxy.url)
    viewer.has_ended(count_of(service, LAST_DAY))
    watch.announce("status of 401")
    proxy.spoil(on(problem("unauthenticated"), SUBMIT))

    viewer.add_filter("level", "eq", "ERROR")
    expect(viewer.alert.first).to_contain_text("signed out")
    proxy.spoil(lambda _: None)
    viewer.button("Sign in").first.click()

    viewer.has_ended(count_of(service, f"{LAST_DAY} AND level = 'ERROR'"))
    assert viewer.filter_texts() == ["level = ERROR"]


def test_a_stream_that_breaks_off_keeps_what_has_come(
    open_viewer: OpenViewer, service: httpx.Client, proxy: FaultProxy, watch: Watch
) -> None:
    watch.announce("ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONTENT_LENGTH_MISMATCH|ERR_CONNECTION")
    proxy.spoil(on(cut_in_the_middle, ROWS, times=1))

    viewer = open_viewer(of=proxy.url)
    expect(viewer.alert.first).to_contain_text("broke off")
    viewer.button("Run again").first.click()

    viewer.has_ended(count_of(service, LAST_DAY))
    expect(viewer.alert).to_have_count(0)


def test_offline_the_rows_stay(
    open_viewer: OpenViewer, service: httpx.Client, watch: Watch
) -> None:
    viewer = open_viewer()
    viewer.has_ended(count_of(service, LAST_DAY))
    first = viewer.cells(1)
    watch.announce("ERR_INTERNET_DISCONNECTED")

    viewer.page.context.set_offline(True)
    expect(viewer.messages).to_contain_text("You are offline")
    viewer.button("Run").click()
    expect(viewer.alert.first).to_contain_text("No connection")
    assert viewer.cells(1) == first

    viewer.page.context.set_offline(False)
    expect(viewer.messages).not_to_contain_text("You are offline")
    viewer.button("Try again").first.click()
    expect(viewer.alert).to_have_count(0)
    viewer.has_ended(count_of(service, LAST_DAY))
