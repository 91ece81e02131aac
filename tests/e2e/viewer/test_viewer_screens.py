"""Each screen and colour scheme in each state: nothing that axe finds, nothing wider than it."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, count_of
from tests.e2e.viewer.axe import needs_axe, violations
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.screens import SCREENS, Screen
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.e2e.viewer.watch import Watch

pytestmark = [needs_chromium, needs_axe]
ON_EACH_SCREEN = pytest.mark.parametrize("screen", SCREENS, ids=str)


def check(viewer: ViewerPage, screen: Screen) -> None:
    assert violations(viewer.page) == []
    assert viewer.page.evaluate("document.documentElement.scrollWidth") == screen.width


@ON_EACH_SCREEN
def test_the_builder(open_viewer: OpenViewer, service: httpx.Client, screen: Screen) -> None:
    viewer = open_viewer(screen=screen)
    viewer.has_ended(count_of(service, LAST_DAY))
    check(viewer, screen)

    viewer.open_record(1)
    check(viewer, screen)
    viewer.button("As table").click()
    check(viewer, screen)

    viewer.button("Add filter").click()
    expect(viewer.page.get_by_role("dialog", name="Filter")).to_be_visible()
    check(viewer, screen)


@ON_EACH_SCREEN
def test_an_empty_range(open_viewer: OpenViewer, screen: Screen) -> None:
    viewer = open_viewer("#t=events&from=now-1h&to=now&f=level~eq~%22NONE%22", screen=screen)

    expect(viewer.page.get_by_role("heading", name="No records in this range")).to_be_visible()
    check(viewer, screen)
    viewer.button("Drop level = NONE").click()
    expect(viewer.records).to_be_visible()


@ON_EACH_SCREEN
def test_sql_and_history(open_viewer: OpenViewer, watch: Watch, screen: Screen) -> None:
    # Unfinished SQL is checked and refused.
    watch.announce("status of 422")
    viewer = open_viewer(screen=screen)
    viewer.open_tab("SQL")
    editor = viewer.sql.get_by_role("textbox", name="SQL")
    editor.fill("SELECT count(*) AS n FRM events")
    editor.press("Control+Enter")
    expect(viewer.alert).to_contain_text("line 1")
    check(viewer, screen)

    viewer.open_tab("History")
    expect(viewer.history.get_by_role("table", name="Queries")).to_be_visible()
    check(viewer, screen)
