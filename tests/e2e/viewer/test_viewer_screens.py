"""Each state of the builder on each screen."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, count_of
from tests.e2e.viewer.axe import needs_axe
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.inspection import inspect
from tests.e2e.viewer.screens import DESK, PHONE, SCREENS
from tests.e2e.viewer.viewer_page import ViewerPage

pytestmark = [needs_chromium, needs_axe]

# In the past, so that records of it arrived after its end, with a filter of each kind.
FILTERED = (
    "#t=events&from=2026-11-20T03:00:00Z&to=2026-11-20T05:00:00Z&by=service"
    "&f=level~ne~%22DEBUG%22&f=!data:$.user.login~eq~%22asmith%22&f=message~contains~%22in%22"
)
NOTHING = "#t=events&from=now-1h&to=now&f=level~eq~%22NONE%22"
# Its payload is JSON in text.
BILLING = "#t=events&from=now-1h&to=now&f=service~eq~%22billing%22"


@pytest.fixture
def last_day(open_viewer: OpenViewer, service: httpx.Client) -> ViewerPage:
    viewer = open_viewer()
    viewer.has_ended(count_of(service, LAST_DAY))
    expect(viewer.chart).to_be_visible()
    return viewer


def test_rows_and_their_fields(last_day: ViewerPage) -> None:
    inspect(last_day, "rows")
    last_day.button("CSV").click()
    expect(last_day.page.get_by_role("dialog")).to_contain_text("MB")
    inspect(last_day, "download")
    last_day.page.keyboard.press("Escape")
    last_day.button("Columns").click()
    expect(last_day.page.get_by_role("list", name="Columns")).to_be_visible()
    inspect(last_day, "columns")
    last_day.page.keyboard.press("Escape")

    last_day.records.get_by_role("columnheader").nth(2).click()
    last_day.row(4).get_by_role("gridcell").nth(1).hover()
    inspect(last_day, "rows sorted, buttons in a cell")
    last_day.row(4).get_by_role("gridcell").last.focus()
    inspect(last_day, "focus in a row")

    last_day.fields.get_by_role("button", name="level").first.click()
    inspect(last_day, "fields, values of one")
    PHONE.show(last_day.page)
    last_day.fields_button.click()
    expect(last_day.fields).to_be_visible()
    last_day.fields.get_by_role("button", name="level").first.click()
    inspect(last_day, "fields in a drawer", [s for s in SCREENS if s.width != DESK.width])


def test_the_histogram_the_help_and_the_theme(last_day: ViewerPage) -> None:
    last_day.chart.focus()
    last_day.page.keyboard.press("ArrowLeft")
    for _ in range(3):
        last_day.page.keyboard.press("Shift+ArrowLeft")
    inspect(last_day, "histogram selected")
    last_day.page.keyboard.press("Escape")
    last_day.button("As table").click()
    expect(last_day.page.get_by_role("table", name="Records over time")).to_be_visible()
    inspect(last_day, "histogram as table")
    last_day.button("Hide").click()
    last_day.fields_button.click()
    inspect(last_day, "histogram and fields hidden")

    last_day.button("Help").click()
    dialog = last_day.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Next record")
    inspect(last_day, "help")
    dialog.get_by_role("switch", name="Keys without Ctrl").click()
    inspect(last_day, "help without single keys")
    last_day.page.keyboard.press("Escape")

    last_day.button("Theme").click()
    expect(last_day.page.get_by_role("menu", name="Theme")).to_be_visible()
    inspect(last_day, "theme")
    last_day.page.get_by_role("menuitemradio", name="Dark").click()
    inspect(last_day, "dark on a light system", [DESK])


def test_a_record_and_its_neighbours(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(BILLING)
    expect(viewer.chart).to_be_visible()
    viewer.open_record(1)
    expect(viewer.record.get_by_role("tree")).to_be_visible()
    inspect(viewer, "record")

    viewer.record.get_by_role("button", name="Neighbours").click()
    dialog = viewer.page.get_by_role("dialog", name="Neighbours")
    expect(dialog.get_by_role("status").first).to_contain_text("before and")
    inspect(viewer, "neighbours")
    dialog.get_by_role("row").nth(3).get_by_role("gridcell").first.click()
    expect(dialog.get_by_role("tree")).to_be_visible()
    inspect(viewer, "neighbours with a record")


def test_a_question_with_filters(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(FILTERED)
    expect(viewer.page.get_by_text("Without records that arrived after")).to_be_visible()
    expect(viewer.chart).to_be_visible()
    inspect(viewer, "filters and late records")

    viewer.button("level ≠ DEBUG").first.click()
    dialog = viewer.page.get_by_role("dialog", name="Filter")
    dialog.get_by_label("Field").fill("levl")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_contain_text("no such column")
    inspect(viewer, "filter editor with a mistake")
    viewer.page.keyboard.press("Escape")

    viewer.question.get_by_role("button", name=re.compile("^Time range")).click()
    dialog = viewer.page.get_by_role("dialog", name="Time range")
    inspect(viewer, "time range")
    dialog.get_by_label("From").fill("yesterday")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_label("From")).to_have_attribute("aria-invalid", "true")
    inspect(viewer, "time range with a mistake")


def test_no_records(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(NOTHING)
    expect(viewer.page.get_by_role("heading", name="No records in this range")).to_be_visible()
    inspect(viewer, "no records")

    viewer.button("Drop level = NONE").click()
    expect(viewer.records).to_be_visible()
