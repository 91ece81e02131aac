"""Look through the archive without SQL: first look, zoom, filters, late records, a long day."""

from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from data_hist.auth.authentication import OPERATOR
from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.archive import (
    HOURS_OF_THE_DAY,
    LAST_DAY,
    MARKUP,
    NIGHT,
    NOW,
    RECORDS_OF_AN_HOUR,
    count_of,
    rows_of,
    within,
)
from tests.e2e.viewer.conftest import OpenViewer
from tests.support.api_calls import listed_queries

pytestmark = needs_chromium

OF_THE_NIGHT = (
    f"#t=events&from={NIGHT:%Y-%m-%dT%H:%M:%SZ}"
    f"&to={NIGHT + timedelta(hours=HOURS_OF_THE_DAY):%Y-%m-%dT%H:%M:%SZ}"
)


def test_the_address_alone_shows_a_histogram_and_rows(
    open_viewer: OpenViewer, service: httpx.Client
) -> None:
    viewer = open_viewer()

    viewer.has_ended(count_of(service, LAST_DAY))
    expect(viewer.chart).to_be_visible()
    newest = rows_of(
        service,
        f"SELECT service, level, message FROM events WHERE {LAST_DAY} ORDER BY time DESC LIMIT 1",
    )[0]
    assert viewer.cells(1)[1:3] == newest[:2]


def test_a_drag_zooms_and_back_undoes_it(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer()
    whole = count_of(service, LAST_DAY)
    viewer.has_ended(whole)
    counted = histograms(service)

    viewer.drag_over_the_chart(0.25, 0.5)
    expect(viewer.summary).not_to_contain_text(f"{whole:,} record")
    start, end = viewer.range_of_the_address()
    # The bars are those of the whole day, with all that arrived by its end.
    viewer.has_ended(count_of(service, within(start, end)))

    viewer.page.go_back()
    viewer.has_ended(whole)
    assert histograms(service) == counted


def histograms(service: httpx.Client) -> int:
    """How many queries have counted records by time."""
    return sum("GROUP BY" in query["query"] for query in listed_queries(service, OPERATOR))


def test_filters_from_cells_count_what_sql_counts(
    open_viewer: OpenViewer, service: httpx.Client
) -> None:
    viewer = open_viewer()
    viewer.has_ended(count_of(service, LAST_DAY))

    viewer.filter_by_cell("level", "INFO", "Filter for")
    condition = f"{LAST_DAY} AND level = 'INFO'"
    viewer.has_ended(count_of(service, condition))
    assert viewer.filter_texts() == ["level = INFO"]

    viewer.filter_by_cell("service", "billing", "Filter out")
    condition += " AND service IS DISTINCT FROM 'billing'"
    viewer.has_ended(count_of(service, condition))
    assert viewer.filter_texts() == ["level = INFO", "service ≠ billing"]

    viewer.button("Disable level = INFO").click()
    viewer.has_ended(count_of(service, f"{LAST_DAY} AND service IS DISTINCT FROM 'billing'"))
    viewer.button("Remove service ≠ billing").click()
    viewer.has_ended(count_of(service, LAST_DAY))


def test_a_path_of_the_payload_filters(open_viewer: OpenViewer, service: httpx.Client) -> None:
    viewer = open_viewer()
    viewer.has_ended(count_of(service, LAST_DAY))

    viewer.add_filter("$.user.login", "eq", "asmith")

    path = "json_extract_scalar(data, '$.user.login')"
    viewer.has_ended(count_of(service, f"{LAST_DAY} AND {path} = 'asmith'"))


def test_late_records_are_a_choice(open_viewer: OpenViewer, service: httpx.Client) -> None:
    # Ends in the past, so that records of it arrived after its end.
    start, end = NOW - timedelta(hours=12), NOW - timedelta(hours=10)
    viewer = open_viewer(f"#t=events&from={start:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}")
    soon, late, all_of_them = (
        count_of(service, within(start, end, allowed))
        for allowed in (timedelta(hours=1), timedelta(hours=6), None)
    )
    assert soon < late <= all_of_them

    viewer.has_ended(soon)
    viewer.page.get_by_label("Late records").select_option("360")
    viewer.has_ended(late)
    viewer.page.get_by_label("Late records").select_option("null")
    viewer.has_ended(all_of_them)


@pytest.mark.parametrize("zone", ["utc", "local"])
def test_a_night_on_which_clocks_are_set_back(open_viewer: OpenViewer, zone: str) -> None:
    viewer = open_viewer(f"{OF_THE_NIGHT}&tz={zone}")
    viewer.has_ended(HOURS_OF_THE_DAY * RECORDS_OF_AN_HOUR)

    viewer.button("As table").click()

    table = viewer.page.get_by_role("table", name="Records over time")
    expect(table).to_be_visible()
    rows = table.get_by_role("row").all()
    counts = [int(row.get_by_role("cell").first.inner_text()) for row in rows[1:]]
    # No hour is missing, none is counted twice, and each bar is as long as the others.
    assert sum(counts) == HOURS_OF_THE_DAY * RECORDS_OF_AN_HOUR
    assert len(set(counts)) == 1


def test_markup_in_records_stays_text(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(OF_THE_NIGHT)
    viewer.has_ended(HOURS_OF_THE_DAY * RECORDS_OF_AN_HOUR)
    title = viewer.page.title()

    message = viewer.column("message")
    assert viewer.cells(1)[message].startswith(MARKUP)
    viewer.open_record(1)
    expect(viewer.record).to_contain_text(MARKUP)

    assert viewer.page.title() == title
    assert viewer.page.locator("img[src=x]").count() == 0
