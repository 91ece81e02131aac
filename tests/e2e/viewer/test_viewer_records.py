"""A record as it is, what happened around it, and what a person takes away from the page."""

import csv
import io
import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import LAST_DAY, NOW, count_of, rows_of, within
from tests.e2e.viewer.conftest import OpenViewer

pytestmark = needs_chromium

LAST_HOUR = within(NOW - timedelta(hours=1), NOW)

OTHERS = ("filebeat", "iam-admin", "nova-api")
BILLING = "#t=events&from=now-1h&to=now&f=service~eq~%22billing%22"


def test_integers_are_exact(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer(BILLING)
    viewer.has_ended(count_of(service, f"{LAST_HOUR} AND service = 'billing'"))
    ((data,),) = rows_of(
        service,
        f"SELECT data FROM events WHERE {LAST_HOUR} AND service = 'billing' "
        "ORDER BY time DESC LIMIT 1",
    )
    large = next(
        word
        for word in data.replace("}", ",").replace(":", ",").split(",")
        if word.isdigit() and int(word) > 2**53
    )

    viewer.open_record(1)

    expect(viewer.record).to_contain_text(large)


def test_neighbours_keep_the_filter(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer(BILLING)
    viewer.has_ended(count_of(service, f"{LAST_HOUR} AND service = 'billing'"))
    viewer.open_record(20)

    viewer.record.get_by_role("button", name="Neighbours").click()

    dialog = viewer.page.get_by_role("dialog", name="Neighbours")
    around = dialog.get_by_role("grid", name="Neighbours")
    expect(dialog.get_by_role("status").first).to_contain_text("before and")
    expect(around).to_contain_text("billing")
    for other in OTHERS:
        expect(around).not_to_contain_text(other)
    dialog.get_by_label("Keep the filters").click()
    expect(around).to_contain_text(re.compile("|".join(OTHERS)))


def test_a_link_shows_the_same_rows_to_another(
    open_viewer: OpenViewer, service: httpx.Client
) -> None:
    viewer = open_viewer("#t=events&from=now-2h&to=now&f=level~eq~%22ERROR%22")
    condition = f"{within(NOW - timedelta(hours=2), NOW)} AND level = 'ERROR'"
    viewer.has_ended(count_of(service, condition))
    viewer.button("Copy link").first.click()
    link = viewer.copied()
    assert "now" not in link

    other = open_viewer(f"#{link.partition('#')[2]}")

    other.has_ended(count_of(service, condition))
    assert [other.cells(number) for number in (1, 2, 3)] == [
        viewer.cells(number) for number in (1, 2, 3)
    ]

    viewer.open_record(2)
    viewer.record.get_by_role("button", name="Copy link to the record").click()
    other.page.goto(viewer.copied())
    other.has_ended(1)
    assert other.cells(1)[:3] == viewer.cells(2)[:3]
    viewer.record.get_by_role("treeitem").filter(has_text="ERROR").first.press("c")
    assert viewer.copied() == "ERROR"


def test_the_copied_command_runs(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer()
    count = count_of(service, LAST_DAY)
    viewer.has_ended(count)

    viewer.button("Copy as curl").click()
    ended = subprocess.run(
        ["bash", "-c", viewer.copied()], capture_output=True, text=True, check=True, timeout=120
    )

    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(rows) == count
    assert rows[0]["service"] == viewer.cells(1)[1]


@pytest.mark.parametrize("kind", ["CSV", "NDJSON"])
def test_a_download_has_all_rows(
    open_viewer: OpenViewer, service: httpx.Client, tmp_path: Path, kind: str
) -> None:
    viewer = open_viewer("#t=events&from=now-1h&to=now&f=level~eq~%22ERROR%22")
    count = count_of(service, f"{LAST_HOUR} AND level = 'ERROR'")
    viewer.has_ended(count)

    with viewer.page.expect_download() as download:
        viewer.button(kind).click()
        viewer.page.get_by_role("dialog").get_by_role("button", name="Download").click()
    file = tmp_path / "rows"
    download.value.save_as(file)

    text = file.read_text()
    lines = list(csv.reader(io.StringIO(text)))[1:] if kind == "CSV" else text.splitlines()
    assert len(lines) == count
