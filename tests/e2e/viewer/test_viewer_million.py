"""A result of a million rows: its last row is reached and found, within bounds of memory."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.conftest import OpenViewer

pytestmark = needs_chromium

MOST_BYTES = 350_000_000
ROWS = 1_000_000
MILLION = (
    "SELECT a.n * 1000 + b.n - 1000 AS n, 'iam-admin' AS service, a.n / 7.0 AS share, "
    "concat('message ', CAST(b.n AS varchar)) AS message, b.n % 2 = 0 AS even "
    "FROM UNNEST(sequence(1, 1000)) AS a(n) CROSS JOIN UNNEST(sequence(1, {})) AS b(n)"
)


@pytest.mark.parametrize(("per_thousand", "rows"), [(999, 999_000)])
def test_the_last_row_is_reached(open_viewer: OpenViewer, per_thousand: int, rows: int) -> None:
    viewer = open_viewer("#sql=")
    editor = viewer.sql.get_by_role("textbox", name="SQL")
    editor.fill(MILLION.format(per_thousand))
    editor.press("Control+Enter")
    grid = viewer.sql.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", str(rows + 1))

    grid.locator("[tabindex='0']").first.press("End")

    last = grid.locator(f"[role=row][aria-rowindex='{rows + 1}']")
    expect(last).to_be_visible()
    grid.locator("[tabindex='0']").first.press("Home")
    expect(last).to_be_hidden()
    viewer.page.keyboard.press("Control+f")
    viewer.page.get_by_role("searchbox", name="Find").fill(str(rows - 1))
    expect(viewer.page.get_by_role("search")).to_contain_text("1 of 1 record")
    expect(last).to_be_visible()
    session = viewer.page.context.new_cdp_session(viewer.page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    assert usage["usedSize"] + usage.get("backingStorageSize", 0) <= MOST_BYTES
