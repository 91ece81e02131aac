"""Write SQL with help: errors where they are, completed names, finished rows by their address."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import API
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.faults import problem
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.e2e.viewer.watch import Watch
from tests.reliability.fault_proxy import fault_proxy, on, service_operation

pytestmark = needs_chromium

# Bounds on the time and on the arrival: otherwise the page asks before it runs anything.
BOUND = (
    "time >= timestamp '2026-11-20 12:00:00' AND time < timestamp '2026-11-20 15:00:00' "
    "AND arrived < timestamp '2026-11-20 16:00:00'"
)
SERVICES = f"SELECT service, count(*) AS n\nFROM events\nWHERE {BOUND}\nGROUP BY 1 ORDER BY 1"
# Types a key into the focused editor before the page can render anew.
TYPE_AS_THE_ADDRESS_CHANGES = """() => {
    const replaceState = history.replaceState.bind(history)
    history.replaceState = (...entry) => {
        history.replaceState = replaceState
        replaceState(...entry)
        document.execCommand('insertText', false, '2')
    }
}"""
ENABLED_LIST = ".cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)"
TYPE_AND_LOOK_FOR = """async (selector) => {
    document.execCommand('insertText', false, 'n')
    await new Promise(requestAnimationFrame)
    return document.querySelector('.sql-editor-host').shadowRoot.querySelector(selector) !== null
}"""
# The page has unfinished SQL checked, and the service refuses it.
REFUSED = "status of 422"


@pytest.fixture
def sql_view(open_viewer: OpenViewer, watch: Watch) -> ViewerPage:
    watch.announce(REFUSED)
    viewer = open_viewer("#sql=")
    # Until it is there, a plain text area is, which offers nothing.
    expect(viewer.sql.locator(".cm-content")).to_be_visible()
    return viewer


def editor(viewer: ViewerPage) -> Locator:
    return viewer.sql.get_by_role("textbox", name="SQL")


def take(viewer: ViewerPage, text: str) -> None:
    """Take what the editor offers by itself."""
    viewer.page.locator(".cm-tooltip-autocomplete").get_by_role("option", name=text).first.click()


def run(viewer: ViewerPage, sql: str) -> None:
    # To fill in over a text, the browser writes inline styles, which the policy refuses.
    editor(viewer).press("Control+a")
    editor(viewer).press("Delete")
    editor(viewer).fill(sql)
    editor(viewer).press("Control+Enter")


def test_rows_of_a_statement(sql_view: ViewerPage, service: httpx.Client) -> None:
    run(sql_view, SERVICES)

    grid = sql_view.sql.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "5")
    answer = service.post(
        service.base_url.join(f"{API}/query"),
        json={"query": SERVICES, "wait_seconds": 30, "results_per_page": 100},
    ).json()
    shown = [
        row.get_by_role("gridcell").all_inner_texts() for row in grid.get_by_role("row").all()[1:]
    ]
    assert [(name, int(n.replace(",", ""))) for name, n in shown] == [
        tuple(row) for row in answer["page"]["rows"]
    ]


def test_a_wrong_word_is_marked_on_its_line(sql_view: ViewerPage) -> None:
    run(sql_view, f"SELECT service\nFROM events\nWHER {BOUND}")

    expect(sql_view.alert).to_contain_text("line 3")
    expect(sql_view.sql.locator(".cm-lintRange-error")).to_have_count(1)
    marked = sql_view.sql.locator(".cm-line", has=sql_view.page.locator(".cm-lintRange-error"))
    expect(marked).to_contain_text("WHER ")


def test_an_unknown_column_has_a_suggestion_that_mends_it(sql_view: ViewerPage) -> None:
    run(sql_view, SERVICES.replace("SELECT service", "SELECT servise"))
    expect(sql_view.alert).to_contain_text("servise")

    sql_view.button("Use service").click()
    editor(sql_view).press("Control+Enter")

    expect(sql_view.sql.get_by_role("grid")).to_have_attribute("aria-rowcount", "5")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("SELECT * FROM eve", "events"),
        ("SELECT serv FROM events", "service"),
    ],
)
def test_names_are_completed(sql_view: ViewerPage, typed: str, offered: str) -> None:
    start, gap, rest = typed.partition(" FROM events")
    editor(sql_view).fill(f" {gap.strip()}{rest}" if gap else "")
    editor(sql_view).press("Control+Home")
    sql_view.page.keyboard.type(start)

    take(sql_view, offered)
    expect(editor(sql_view)).to_contain_text(offered)


def test_paths_are_completed_once_a_sample_is_read(sql_view: ViewerPage) -> None:
    editor(sql_view).fill(" FROM events")
    editor(sql_view).press("Control+Home")
    sql_view.page.keyboard.type("SELECT json_extract_scalar(data, '$.lev")

    take(sql_view, "Look up what is in events")
    take(sql_view, "$.level")
    expect(editor(sql_view)).to_contain_text("json_extract_scalar(data, '$.level') FROM events")


def test_keys_typed_as_the_address_takes_the_text_stay(sql_view: ViewerPage) -> None:
    sql_view.page.evaluate(TYPE_AS_THE_ADDRESS_CHANGES)

    editor(sql_view).fill("SELECT 1")

    sql_view.page.wait_for_url(re.compile("SELECT%2012"))
    expect(editor(sql_view)).to_have_text("SELECT 12")


def test_the_list_of_names_is_there_between_two_keys(sql_view: ViewerPage) -> None:
    editor(sql_view).press_sequentially("SELECT * FROM eve")
    expect(sql_view.page.locator(ENABLED_LIST)).to_contain_text("events")

    stays = sql_view.page.evaluate(TYPE_AND_LOOK_FOR, ENABLED_LIST)

    assert stays


def test_the_address_of_finished_rows_runs_nothing(
    open_viewer: OpenViewer, sql_view: ViewerPage, service: httpx.Client
) -> None:
    run(sql_view, SERVICES)
    expect(sql_view.sql.get_by_role("grid")).to_have_attribute("aria-rowcount", "5")
    sql_view.page.wait_for_url("**id=*")
    asked = service.get("/queries").json()["queries"][0]["query_id"]

    sql_view.button("Copy link").click()
    other = open_viewer(f"#{sql_view.copied().partition('#')[2]}")

    expect(other.sql.get_by_role("grid")).to_have_attribute("aria-rowcount", "5")
    assert service.get("/queries").json()["queries"][0]["query_id"] == asked


def test_an_expired_result_runs_again_on_request(
    open_viewer: OpenViewer, sql_view: ViewerPage, service: httpx.Client, watch: Watch
) -> None:
    run(sql_view, SERVICES)
    expect(sql_view.sql.get_by_role("grid")).to_have_attribute("aria-rowcount", "5")
    sql_view.page.wait_for_url("**id=*")
    fragment = sql_view.page.url.partition("#")[2]
    watch.announce("status of 410")
    address = f"http://{service.base_url.netloc.decode()}"

    with fault_proxy(address, service_operation) as proxy:
        expired = problem("query-expired")
        with proxy.spoiling(on(expired, "GET status", "GET results")):
            other = open_viewer(f"#{fragment}", of=proxy.url)
            expect(other.alert).to_contain_text("retention")
        other.button("Run again").click()
        expect(other.sql.get_by_role("grid")).to_have_attribute("aria-rowcount", "5")
