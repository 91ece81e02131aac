"""Measure the viewer in Chromium against a service over the sample archive.

`python -m benchmarks.viewer URL` prints ten figures beside their bars. It needs the packages of the
tests, Debian's Chromium, and for axe `npm ci` in `viewer/`.
"""

import argparse
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, expect, sync_playwright

from benchmarks.viewer_page import DEADLINE_MILLISECONDS, RESOURCES, Viewer

_RUNNING = ("QUEUED", "RUNNING")
_MILLION = (
    "SELECT a.n * 1000 + b.n - 1000 AS n, 'iam-admin' AS service, a.n / 7.0 AS share, "
    "concat('message ', CAST(b.n AS varchar)) AS message, b.n % 2 = 0 AS even "
    "FROM UNNEST(sequence(1, 1000)) AS a(n) CROSS JOIN UNNEST(sequence(1, 1000)) AS b(n)"
)
_RESULTS = f"{RESOURCES}.filter(e => e.name.includes('/results/'))"


def report(figure: str, measured: str, bar: str) -> None:
    """Print a line for a figure."""
    print(f"{figure:44} {measured:>22}   {bar}", flush=True)


def measure_first_look(viewer: Viewer, url: str) -> None:
    """Figures 2 to 5: what the address alone shows."""
    viewer.page.goto(f"{url}/v0/data_hist/viewer/")
    viewer.wait_until("window.firstRow")
    scripts = viewer.script_bytes() / 1000
    viewer.has_ended()
    paint = viewer.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    first_row = viewer.evaluate("window.firstRow")
    queries = viewer.new_queries()
    viewer.wait_until("window.allRows")
    last_rows = next(query["query_id"] for query in queries if not is_histogram(query))
    waited = viewer.evaluate(f"window.allRows - {finished_at(last_rows)}")
    report("2 JavaScript before the first rows", f"{scripts:.1f} kB", "<= 50 kB")
    report("3 first contentful paint", f"{paint:.0f} ms", "<= 400 ms")
    report("3 first rows", f"{first_row:.0f} ms", "<= 1500 ms")
    report("4 FINISHED to 500 rows on screen", f"{waited:.0f} ms", "<= 100 ms")
    scans = {is_histogram(query): query["statistics"]["scanned_bytes"] for query in queries}
    whole = sum(query["statistics"]["scanned_bytes"] for query in queries)
    report("5 bytes of a first look / one scan", f"{whole / scans[True]:.2f}", "<= 1.2")


def finished_at(query_id: str) -> str:
    """When the page heard that the query has finished, as an expression."""
    asked = f"e.name.includes('{query_id}')"
    looks = f"{RESOURCES}.filter(e => {asked} && e.name.includes('/status/'))"
    results = f"{RESOURCES}.find(e => {asked} && e.name.includes('/results/')).startTime"
    return f"({looks}.at(-1)?.responseEnd ?? {results})"


def is_histogram(query: dict[str, Any]) -> bool:
    """Whether a query counts records by time."""
    return "GROUP BY" in query["query"]


def measure_zoom(viewer: Viewer) -> None:
    """Figure 6: the histogram of a sixteenth of the range."""
    minute = int(time.time()) // 60 * 60 - 3600
    start, end = (time.strftime("%FT%TZ", time.gmtime(at)) for at in (minute - 5400, minute))
    fragment = f"#t=events&from={start}&to={end}&late=1h&by=data:$.level&tz=utc"
    viewer.evaluate(f"location.hash = '{fragment}'")
    expect(viewer.page.get_by_role("grid", name="Records")).to_be_visible()
    viewer.wait_until(f"{_RESULTS}.length > 2")
    viewer.has_ended()
    counted = [query for query in viewer.new_queries() if is_histogram(query)]
    scanned = sum(query["statistics"]["scanned_bytes"] for query in counted)
    report("6 histogram bytes of a zoom to 1/16", f"{scanned}", "0")


def measure_clicks(viewer: Viewer, url: str) -> None:
    """Figure 1: from the address to one service's errors, by values in cells or in the fields."""
    viewer.page.goto("about:blank")
    viewer.page.goto(f"{url}/v0/data_hist/viewer/")
    viewer.has_ended()
    records = viewer.page.get_by_role("grid", name="Records")
    viewer.wait_until("window.allRows")
    cell = records.get_by_role("gridcell").filter(has_text=re.compile("^ERROR$"))
    clicks = 0
    if cell.count() == 0:
        fields = viewer.page.get_by_role("navigation", name="Fields")
        fields.get_by_role("button", name="level", exact=True).click()
        fields.get_by_role("button", name="Filter for level = ERROR").click()
        clicks += 1
    else:
        filter_by(cell.first)
    viewer.has_ended()
    filter_by(second_cell(records))
    clicks += 2
    viewer.has_ended()
    chips = viewer.page.get_by_role("list", name="Filters").get_by_role("listitem")
    expect(chips).to_have_count(2)
    report("1 clicks to one service's errors", f"{clicks}", "<= 3")


def filter_by(cell: Locator) -> None:
    """Press + in a cell."""
    cell.hover()
    cell.get_by_role("button", name=re.compile("^Filter for")).click()


def second_cell(records: Locator) -> Locator:
    """The service of the newest record."""
    return records.locator("[role=row][aria-rowindex='2']").get_by_role("gridcell").nth(1)


def measure_changes(viewer: Viewer) -> None:
    """Figure 10: queries that run 3 seconds after ten quick changes of the range."""
    viewer.new_queries()
    for hours in range(1, 11):
        fragment = f"#t=events&from=now-{hours}h&to=now&by=data:$.level"
        viewer.evaluate(f"location.hash = '{fragment}'")
        viewer.page.wait_for_timeout(100)
    viewer.page.wait_for_timeout(3_000)
    states = [query["status"] for query in viewer.new_queries()]
    running = sum(state in _RUNNING for state in states)
    cancelled = states.count("CANCELLED")
    report(
        "10 RUNNING 3 s after 10 quick changes",
        f"{running} of {len(states)}, {cancelled} cancelled",
        "0",
    )


def measure_million(viewer: Viewer, url: str) -> None:
    """Figures 2, 7 and 8: the editor, and a result of a million rows."""
    viewer.page.goto("about:blank")
    viewer.page.goto(f"{url}/v0/data_hist/viewer/#sql=SELECT+1")
    sql = viewer.page.get_by_role("region", name="SQL", exact=True)
    editor = sql.get_by_role("textbox", name="SQL")
    editor.fill(_MILLION)
    chunk = f"{RESOURCES}.find(e => /editor-.*js$/.test(e.name))"
    viewer.wait_until(f"{chunk} !== undefined")
    editor_bytes = viewer.evaluate(f"{chunk}.encodedBodySize")
    report("2 editor", f"{editor_bytes / 1000:.1f} kB", "<= 135 kB")
    editor.press("Control+Enter")
    grid = sql.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "1000001")
    cell = grid.locator("[tabindex='0']").first
    frames = 60
    before = task_seconds(viewer)
    for _ in range(frames):
        cell.page.keyboard.press("PageDown") if _ else cell.press("PageDown")
    cpu = (task_seconds(viewer) - before) / frames * 1000
    viewer.page.keyboard.press("End")
    expect(grid.locator("[role=row][aria-rowindex='1000001']")).to_be_visible()
    viewer.cdp.send("HeapProfiler.collectGarbage")
    usage = viewer.cdp.send("Runtime.getHeapUsage")
    megabytes = (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6
    report("7 memory of a million rows; the last is shown", f"{megabytes:.0f} MB; yes", "<= 350 MB")
    report("8 main-thread CPU a frame, all rows new", f"{cpu:.1f} ms", "<= 10 ms")


def task_seconds(viewer: Viewer) -> float:
    """How long the main thread has worked."""
    metrics = viewer.cdp.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


def measure_accessibility(viewer: Viewer, url: str) -> None:
    """Figure 9: what axe finds in each state, and what the console said all along."""
    page = viewer.page
    page.goto("about:blank")
    page.goto(f"{url}/v0/data_hist/viewer/")
    viewer.has_ended()
    violations = {"builder": viewer.axe_violations()}
    dialog = page.get_by_role("dialog").first
    for state in ("As table", "Add filter", "Save", "Help"):
        page.get_by_role("button", name=state, exact=True).click()
        expect(page.get_by_role("table") if state == "As table" else dialog).to_be_visible()
        violations[state] = viewer.axe_violations()
        page.keyboard.press("Escape")
    second_cell(page.get_by_role("grid", name="Records")).click()
    expect(page.get_by_role("tree")).to_be_visible()
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        violations[f"record, {colours}"] = viewer.axe_violations()
    for tab in ("SQL", "History"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("region", name=tab, exact=True)).to_be_visible()
        violations[f"{tab}, dark"] = viewer.axe_violations()
    found = ", ".join(f"{state}: {count}" for state, count in violations.items() if count)
    total = f"{sum(violations.values())} in {len(violations)} states; {len(viewer.errors)}"
    report("9 axe violations; console and policy errors", total, f"0; 0  {found}")


@contextmanager
def running_viewer(url: str) -> Iterator[Viewer]:
    """Open a window for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        try:
            viewer = Viewer(browser, url)
            # The time that the thread worked, not that it waited for a core.
            viewer.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
            yield viewer
        finally:
            browser.close()


def main() -> None:
    """Print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="such as http://127.0.0.1:8080")
    url = parser.parse_args().url.rstrip("/")
    expect.set_options(timeout=DEADLINE_MILLISECONDS)
    with running_viewer(url) as viewer:
        measure_first_look(viewer, url)
        measure_zoom(viewer)
        measure_clicks(viewer, url)
        measure_changes(viewer)
        measure_million(viewer, url)
        measure_accessibility(viewer, url)


if __name__ == "__main__":
    main()
