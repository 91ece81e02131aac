"""The history: queries of the builder with their values, opened for nothing and run again."""

import re
from datetime import timedelta

import httpx
from playwright.sync_api import Locator, expect

from tests.e2e.viewer.archive import NOW
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.viewer_page import ViewerPage

# Nothing is kept as long, and the page alone turns its clock.
LATER = NOW + timedelta(days=60)
SEARCHED = "#t=events&from=now-24h&to=now&late=1h&tz=utc&f=service~eq~%22iam-admin%22"


def rows_query(viewer: ViewerPage) -> Locator:
    """The newest query of the builder that reads rows."""
    queries = viewer.history.get_by_role("table", name="Queries").get_by_role("row")
    return queries.filter(has_text=re.compile("service = 'iam-admin'.*LIMIT", re.DOTALL)).first


def test_a_query_of_the_builder_opens_and_runs_again(
    open_viewer: OpenViewer, service: httpx.Client
) -> None:
    viewer = open_viewer(SEARCHED)
    expect(viewer.records).not_to_have_attribute("aria-busy", "true")
    viewer.open_tab("History")
    viewer.history.get_by_label("Find in my queries").fill("service = 'iam-admin'")
    before = newest(service)

    rows_query(viewer).get_by_role("link").click()
    grid = viewer.sql.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", re.compile("[1-9][0-9]"))
    expect(viewer.sql.get_by_role("textbox", name="SQL")).to_contain_text("'iam-admin'")
    assert newest(service) == before

    viewer.page.clock.set_fixed_time(LATER)
    viewer.open_tab("History")
    expired = rows_query(viewer)
    expect(expired).to_contain_text("Expired")
    expired.get_by_role("button", name="Run again").click()
    expect(grid).to_have_attribute("aria-rowcount", re.compile("[1-9][0-9]"))
    viewer.page.wait_for_url("**id=*")
    assert newest(service) != before


def newest(service: httpx.Client) -> str:
    query_id: str = service.get("/queries?limit=1").json()["queries"][0]["query_id"]
    return query_id
