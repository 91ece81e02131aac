"""What the page says on each screen while it waits, and when something does not answer."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.axe import needs_axe
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.faults import (
    DRY_RUN,
    ROWS,
    SUBMIT,
    changed,
    cut_in_the_middle,
    held,
    problem,
)
from tests.e2e.viewer.inspection import inspect
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.e2e.viewer.watch import Watch
from tests.reliability.fault_proxy import FaultProxy, on

pytestmark = [needs_chromium, needs_axe]

DEAR = {"scanned_bytes": 40_000_000_000, "files": 90_000, "cost_usd": 0.2, "bounded": True}
WARNING = {
    "code": "partial-result",
    "detail": "Three files of the archive could not be read, so their records are missing.",
}


def test_a_start(open_viewer: OpenViewer, proxy: FaultProxy) -> None:
    proxy.spoil(on(held, "GET tables"))
    viewer = open_viewer(of=proxy.url)
    expect(viewer.heading).to_be_visible()
    inspect(viewer, "start")

    proxy.spoil(on(held, SUBMIT))
    viewer.page.reload()
    expect(viewer.button("Stop")).to_be_visible()
    inspect(viewer, "first rows awaited")
    viewer.button("Stop").click()
    expect(viewer.question).to_contain_text("Stopped")
    inspect(viewer, "stopped before the first rows")


@pytest.mark.parametrize("slug", ["unauthenticated", "internal"])
def test_a_start_that_fails(
    open_viewer: OpenViewer, proxy: FaultProxy, watch: Watch, slug: str
) -> None:
    watch.announce("status of (401|500)")
    proxy.spoil(on(problem(slug), "GET session"))

    viewer = open_viewer(of=proxy.url)

    expect(viewer.alert).to_be_visible()
    inspect(viewer, f"start failed with {slug}")


def test_rows_awaited_and_not_given(loaded: ViewerPage, proxy: FaultProxy, watch: Watch) -> None:
    proxy.spoil(on(held, SUBMIT))
    loaded.button("Run").click()
    expect(loaded.records).to_have_attribute("aria-busy", "true")
    inspect(loaded, "other rows awaited")
    loaded.button("Stop").click()
    expect(loaded.question).to_contain_text("Stopped")
    inspect(loaded, "stopped, with rows")

    watch.announce("status of (401|429|503)")
    for slug in ("too-many-queries", "overloaded"):
        proxy.spoil(on(problem(slug, Retry_After="30"), SUBMIT))
        loaded.button("Run").click()
        expect(loaded.page.get_by_text("Trying again in").first).to_be_visible()
        inspect(loaded, f"{slug}, trying again")
        loaded.button("Stop").first.click()
        proxy.spoil(on(problem(slug, Retry_After="0"), SUBMIT))
        loaded.button("Run").click()
        expect(loaded.button("Try again").first).to_be_visible()
        inspect(loaded, f"{slug}, given up")

    proxy.spoil(on(problem("unauthenticated"), SUBMIT))
    loaded.button("Run").click()
    expect(loaded.button("Sign in").first).to_be_visible()
    inspect(loaded, "signed out")


def test_a_stream_that_is_cut(open_viewer: OpenViewer, proxy: FaultProxy, watch: Watch) -> None:
    watch.announce("ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONTENT_LENGTH_MISMATCH|ERR_CONNECTION")
    proxy.spoil(on(cut_in_the_middle, ROWS))

    viewer = open_viewer(of=proxy.url)

    expect(viewer.alert.filter(has_text="broke off")).to_have_count(2)
    inspect(viewer, "cut off")


def test_offline(loaded: ViewerPage, watch: Watch) -> None:
    watch.announce("ERR_INTERNET_DISCONNECTED")
    loaded.page.context.set_offline(True)
    expect(loaded.messages).to_contain_text("You are offline")
    inspect(loaded, "offline")

    loaded.button("Run").click()
    expect(loaded.alert.first).to_contain_text("No connection")
    inspect(loaded, "offline, asked")


def test_warnings_and_a_dear_histogram(loaded: ViewerPage, proxy: FaultProxy) -> None:
    proxy.spoil(on(changed(warnings=[WARNING]), "GET status"))
    loaded.button("Run").click()
    expect(loaded.messages).to_contain_text("Three files")
    inspect(loaded, "records may be missing")

    proxy.spoil(on(changed(estimate=DEAR), SUBMIT, marker=DRY_RUN))
    loaded.button("Earlier").click()
    expect(loaded.histogram).to_contain_text("would read about 40 GB")
    inspect(loaded, "dear histogram")
