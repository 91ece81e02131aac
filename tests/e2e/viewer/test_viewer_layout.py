"""Nothing jumps: not as the page comes in, not as Run turns to Stop, not as a record opens."""

import httpx
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, count_of
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


def test_nothing_moves_while_the_page_comes_in(loaded: ViewerPage, service: httpx.Client) -> None:
    for screen in (DESK, PHONE):
        screen.show(loaded.page)
        loaded.page.reload()
        loaded.has_ended(count_of(service, LAST_DAY))
        expect(loaded.chart).to_be_visible()
        expect(loaded.button("CSV").first).to_be_visible()

        shifts = loaded.page.evaluate(_SHIFTS)

        assert sum(value for value, _ in shifts) < MOST_SHIFT, (screen, shifts)


def test_run_stays_where_it_is(loaded: ViewerPage, proxy: FaultProxy) -> None:
    parts = [loaded.button("Run"), loaded.histogram, loaded.records]
    proxy.spoil(on(held, SUBMIT))
    for screen in (DESK, PHONE):
        screen.show(loaded.page)
        before = [part.bounding_box() for part in parts]

        loaded.button("Run").click()
        expect(loaded.button("Stop")).to_be_visible()
        assert [part.bounding_box() for part in parts] == before
        loaded.button("Stop").click()
        expect(loaded.question).to_contain_text("Stopped")
        assert [part.bounding_box() for part in parts] == before


def test_a_record_opens_beside_the_columns_that_are_seen(loaded: ViewerPage) -> None:
    loaded.row(3).get_by_role("gridcell").last.click(position={"x": 5, "y": 5})
    expect(loaded.record.get_by_role("tree")).to_be_visible()

    assert loaded.records.evaluate("grid => grid.scrollLeft") == 0
