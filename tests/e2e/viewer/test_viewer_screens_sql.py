"""Each state of the SQL view, the history and the saved questions on each screen."""

from collections.abc import Iterator

import httpx
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
    held,
    problem,
    with_batches,
)
from tests.e2e.viewer.inspection import inspect
from tests.e2e.viewer.test_viewer_sql import BOUND, editor, run
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.e2e.viewer.watch import Watch
from tests.reliability.fault_proxy import FaultProxy, on

pytestmark = [needs_chromium, needs_axe]

BY_THE_HOUR = (
    "SELECT date_trunc('hour', time) AS hour, count(*) AS records,\n"
    "  count_if(level = 'ERROR') AS errors, count(DISTINCT service) AS services\n"
    f"FROM events\nWHERE {BOUND}\nGROUP BY 1\nORDER BY 1"
)
UNBOUND = "SELECT count(*) AS n FROM events"
BITS = "SELECT true AS bit FROM UNNEST(sequence(1, 10000)) AS t(n)"
# More rows than a page holds.
BATCHES = 110
DEAR = {"scanned_bytes": 2_400_000_000_000, "files": 90_000, "cost_usd": 12.0, "bounded": True}


@pytest.fixture
def sql_view(open_viewer: OpenViewer, proxy: FaultProxy, watch: Watch) -> ViewerPage:
    # Unfinished SQL is checked and refused.
    watch.announce("status of 422")
    viewer = open_viewer("#sql=", of=proxy.url)
    expect(editor(viewer)).to_be_visible()
    return viewer


def test_sql(sql_view: ViewerPage, proxy: FaultProxy) -> None:
    inspect(sql_view, "sql, empty")
    run(sql_view, "SELECT count(*) AS n\nFRM events")
    expect(sql_view.alert).to_contain_text("line 2")
    expect(sql_view.sql.locator(".cm-lintRange-error")).to_have_count(1)
    inspect(sql_view, "sql, wrong")
    run(sql_view, BY_THE_HOUR.replace("GROUP", "AND servise = 'billing'\nGROUP"))
    expect(sql_view.button("Use service")).to_be_visible()
    inspect(sql_view, "sql, with a suggestion")

    proxy.spoil(on(held, ROWS))
    run(sql_view, BY_THE_HOUR)
    # Stop is there before the run is, as long as the service checks the text.
    expect(sql_view.sql.get_by_role("status").filter(has_text="Running")).to_be_visible()
    inspect(sql_view, "sql, running")
    sql_view.button("Stop").click()
    expect(sql_view.sql).to_contain_text("Stopped")
    inspect(sql_view, "sql, stopped")


def test_results(sql_view: ViewerPage) -> None:
    run(sql_view, BY_THE_HOUR)
    grid = sql_view.sql.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "4")
    sql_view.page.wait_for_url("**id=*")
    inspect(sql_view, "sql, rows")

    grid.get_by_role("gridcell").first.click()
    expect(sql_view.page.get_by_role("dialog")).to_contain_text("Row 1")
    inspect(sql_view, "sql, a row")
    sql_view.page.keyboard.press("Escape")
    sql_view.open_tab("Chart")
    expect(sql_view.sql.locator(".sql-chart canvas")).to_be_visible()
    inspect(sql_view, "sql, chart")


def test_runs_that_are_asked_about(sql_view: ViewerPage, proxy: FaultProxy) -> None:
    dialog = sql_view.page.get_by_role("dialog", name="Run this query?")
    run(sql_view, UNBOUND)
    expect(dialog).to_contain_text("not bounded")
    inspect(sql_view, "sql, unbounded")
    sql_view.page.keyboard.press("Escape")

    proxy.spoil(on(changed(estimate=DEAR), SUBMIT, marker=DRY_RUN))
    run(sql_view, BY_THE_HOUR)
    expect(dialog).to_contain_text("$12")
    inspect(sql_view, "sql, dear")


def test_results_that_are_gone_or_too_large(
    sql_view: ViewerPage, proxy: FaultProxy, watch: Watch
) -> None:
    proxy.spoil(on(with_batches(BATCHES), ROWS))
    run(sql_view, BITS)
    expect(sql_view.alert).to_contain_text("larger than a page can hold")
    inspect(sql_view, "sql, too large")

    watch.announce("status of 410")
    sql_view.page.wait_for_url("**id=*")
    proxy.spoil(on(problem("query-expired"), "GET status", ROWS))
    sql_view.page.reload()
    expect(sql_view.alert).to_contain_text("retention")
    inspect(sql_view, "sql, expired")


@pytest.fixture
def saved(service: httpx.Client) -> Iterator[str]:
    """The address of a saved question."""
    question = {"title": "Who is billed from 12 to 15?", "state": "t=events&from=now-1h&to=now"}
    answer = service.post("/saved", json=question)
    address = f"/saved/{answer.json()['id']}"
    yield address
    service.delete(address, headers={"If-Match": service.get(address).headers["ETag"]})


def test_history(
    open_viewer: OpenViewer, service: httpx.Client, proxy: FaultProxy, watch: Watch, saved: str
) -> None:
    service.post("/query", json={"query": BY_THE_HOUR, "wait_seconds": 30})
    viewer = open_viewer("#view=history", of=proxy.url)
    expect(viewer.history.get_by_role("table", name="Queries")).to_be_visible()
    expect(viewer.button("Rename Who")).to_be_visible()
    inspect(viewer, "history")
    viewer.history.get_by_label("Find in my queries").fill("no such words")
    expect(viewer.history).to_contain_text("No query matches.")
    inspect(viewer, "history, nothing found")

    watch.announce("status of (412|503)")
    viewer.button("Rename Who").click()
    dialog = viewer.page.get_by_role("dialog")
    inspect(viewer, "rename")
    theirs = {"title": "Who is billed from 12 to 16?", "state": "t=events&from=now-1h&to=now"}
    match = {"If-Match": service.get(saved).headers["ETag"]}
    service.put(saved, json=theirs, headers=match).raise_for_status()
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Someone changed it")
    inspect(viewer, "rename, changed meanwhile")
    viewer.page.keyboard.press("Escape")
    viewer.button("Delete Who").click()
    inspect(viewer, "delete")
    viewer.page.keyboard.press("Escape")

    proxy.spoil(on(problem("overloaded"), "GET queries", "GET saved"))
    viewer.page.reload()
    expect(viewer.alert).to_have_count(2)
    inspect(viewer, "history, not answered")


def test_save(open_viewer: OpenViewer, saved: str) -> None:
    assert saved
    viewer = open_viewer()
    expect(viewer.chart).to_be_visible()
    viewer.button("Save").click()
    dialog = viewer.page.get_by_role("dialog", name="Save question")
    inspect(viewer, "save")

    dialog.get_by_label("Title").fill("Who is billed from 12 to 15?")
    expect(dialog.get_by_role("button", name="Replace")).to_be_visible()
    inspect(viewer, "save, of a title that is taken")
