"""Nothing jumps: not as the page comes in, not as Run turns to Stop, not as a record opens."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, count_of
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.faults import SUBMIT, held
from tests.e2e.viewer.screens import DESK, PHONE
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.reliability.fault_proxy import FaultProxy, on

pytestmark = needs_chromium

# Google calls a page good up to 0.1.
MOST_SHIFT = 0.005
# The elements that moved since the page was asked for, but for what a person did, and how far.
_SHIFTS = """
new Promise(told => {
  const shifts = []
  const observer = new PerformanceObserver(list => shifts.push(...list.getEntries()))
  observer.observe({ type: 'layout-shift', buffered: true })
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    shifts.push(...observer.takeRecords())
    told(shifts.filter(shift => !shift.hadRecentInput).map(({ value, sources }) => [
      value,
      sources.map(({ node, previousRect: from, currentRect: to }) =>
        `${node?.className ?? node?.nodeName}: ${from.x},${from.y} ${from.width}x${from.height}`
          + ` to ${to.x},${to.y} ${to.width}x${to.height}`),
    ]))
  })))
})
"""


@pytest.fixture
def viewer(open_viewer: OpenViewer, service: httpx.Client, proxy: FaultProxy) -> ViewerPage:
    viewer = open_viewer(of=proxy.url)
    viewer.has_ended(count_of(service, LAST_DAY))
    expect(viewer.chart).to_be_visible()
    return viewer


def test_nothing_moves_while_the_page_comes_in(viewer: ViewerPage, service: httpx.Client) -> None:
    for screen in (DESK, PHONE):
        screen.show(viewer.page)
        viewer.page.reload()
        viewer.has_ended(count_of(service, LAST_DAY))
        expect(viewer.chart).to_be_visible()
        expect(viewer.button("CSV").first).to_be_visible()

        shifts = viewer.page.evaluate(_SHIFTS)

        assert sum(value for value, _ in shifts) < MOST_SHIFT, (screen, shifts)


def test_run_stays_where_it_is(viewer: ViewerPage, proxy: FaultProxy) -> None:
    parts = [viewer.button("Run"), viewer.histogram, viewer.records]
    proxy.spoil(on(held, SUBMIT))
    for screen in (DESK, PHONE):
        screen.show(viewer.page)
        before = [part.bounding_box() for part in parts]

        viewer.button("Run").click()
        expect(viewer.button("Stop")).to_be_visible()
        assert [part.bounding_box() for part in parts] == before
        viewer.button("Stop").click()
        expect(viewer.question).to_contain_text("Stopped")
        assert [part.bounding_box() for part in parts] == before


def test_a_record_opens_beside_the_columns_that_are_seen(viewer: ViewerPage) -> None:
    viewer.row(3).get_by_role("gridcell").last.click(position={"x": 5, "y": 5})
    expect(viewer.record.get_by_role("tree")).to_be_visible()

    assert viewer.records.evaluate("grid => grid.scrollLeft") == 0
