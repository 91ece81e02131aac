"""Everything by keyboard alone: ask, zoom, filter, read a record, and find the list of keys."""

from datetime import timedelta

import httpx
from playwright.sync_api import Locator, expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, NOW, count_of, rows_of, within
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.viewer_page import ViewerPage

pytestmark = needs_chromium

MOST_TABS = 80


def tab_to(viewer: ViewerPage, target: Locator) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element.contains(document.activeElement)"):
            return
        viewer.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def test_a_question_is_asked_by_keyboard(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer()
    viewer.has_ended(count_of(service, LAST_DAY))
    keys = viewer.page.keyboard

    keys.press("/")
    dialog = viewer.page.get_by_role("dialog", name="Filter")
    expect(dialog).to_be_visible()
    tab_to(viewer, dialog.get_by_label("Field"))
    keys.type("level")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("ERROR")
    keys.press("Enter")
    viewer.has_ended(count_of(service, f"{LAST_DAY} AND level = 'ERROR'"))

    keys.press("[")
    day = timedelta(days=1)
    earlier = within(NOW - 2 * day, NOW - day, timedelta(hours=1))
    viewer.has_ended(count_of(service, f"{earlier} AND level = 'ERROR'"))


def test_the_histogram_zooms_by_keyboard(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer()
    whole = count_of(service, LAST_DAY)
    viewer.has_ended(whole)
    keys = viewer.page.keyboard

    tab_to(viewer, viewer.chart)
    keys.press("Home")
    for _ in range(3):
        keys.press("Shift+ArrowRight")
    keys.press("Enter")

    expect(viewer.summary).not_to_contain_text(f"{whole:,} record")
    start, end = viewer.range_of_the_address()
    # The bars are those of the whole day, with all that arrived by its end.
    viewer.has_ended(count_of(service, within(start, end)))


def test_a_record_is_read_by_keyboard(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer()
    viewer.has_ended(count_of(service, LAST_DAY))
    keys = viewer.page.keyboard

    keys.press("j")
    keys.press("j")
    keys.press("Enter")
    expect(viewer.record).to_be_visible()
    keys.press("Escape")
    expect(viewer.record).to_be_hidden()
    keys.press("?")
    expect(viewer.page.get_by_role("dialog")).to_contain_text("Next record")
    keys.press("Escape")
    expect(viewer.page.get_by_role("dialog")).to_have_count(0)

    newest = rows_of(service, f"SELECT * FROM events WHERE {LAST_DAY} ORDER BY time DESC LIMIT 500")
    found = sum("failed" in str(row).lower() for row in newest)
    keys.press("Control+f")
    bar = viewer.page.get_by_role("search")
    expect(bar.get_by_role("searchbox")).to_be_focused()
    keys.type("FAILED")
    expect(bar).to_contain_text(f"1 of {found} records")
    keys.press("Enter")
    expect(bar).to_contain_text(f"2 of {found} records")
    keys.press("Escape")
    expect(bar).to_be_hidden()
    expect(viewer.records.locator(":focus")).to_contain_text("failed")
