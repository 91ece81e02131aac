"""The viewer, by the roles and names under which people and screen readers find its parts."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

FIRST_ROWS = 500


class ViewerPage:
    """The page, by what a person sees and does on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heading = page.get_by_role("heading", name="Historical events", exact=True)
        self.messages = page.get_by_role("region", name="Messages")
        self.question = page.get_by_role("region", name="Question")
        self.summary = self.question.get_by_role("status", name="Summary")
        self.filters = page.get_by_role("list", name="Filters").get_by_role("listitem")
        self.histogram = page.get_by_role("region", name="Histogram", exact=True)
        self.chart = self.histogram.get_by_role("group", name="Records over time")
        self.records = page.get_by_role("grid", name="Records")
        self.record = page.get_by_role("complementary", name="Record")
        self.fields = page.get_by_role("navigation", name="Fields")
        self.fields_button = page.get_by_role("button", name="Fields", exact=True)
        self.sql = page.get_by_role("region", name="SQL", exact=True)
        self.history = page.get_by_role("region", name="History")
        self.alert = page.get_by_role("alert")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def open_tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def has_ended(self, records: int) -> None:
        """Wait until all queries have ended, and these records are counted and loaded."""
        loaded = (
            f"{FIRST_ROWS} newest of {records:,}"
            if records > FIRST_ROWS
            else f"{records:,} record{'' if records == 1 else 's'}"
        )
        expect(
            self.page.get_by_role("status").filter(has_text=re.compile(f"^{loaded}$"))
        ).to_be_visible()
        expect(self.summary).to_contain_text(f"{records:,} record")
        expect(self.records).not_to_have_attribute("aria-busy", "true")

    def choose_range(self, start: str, end: str) -> None:
        """Write a time range into its dialog."""
        self.question.get_by_role("button", name=re.compile("^Time range")).click()
        dialog = self.page.get_by_role("dialog", name="Time range")
        dialog.get_by_label("From").fill(start)
        dialog.get_by_label("To").fill(end)
        dialog.get_by_role("button", name="Apply").click()

    def add_filter(self, field: str, operator: str, value: str) -> None:
        """Write a filter into its dialog."""
        self.button("Add filter").click()
        dialog = self.page.get_by_role("dialog", name="Filter")
        dialog.get_by_label("Field").fill(field)
        dialog.get_by_label("Operator").select_option(operator)
        dialog.get_by_label("Value").fill(value)
        dialog.get_by_role("button", name="Apply").click()

    def filter_texts(self) -> list[str]:
        return [chip.get_by_role("button").first.inner_text() for chip in self.filters.all()]

    def row(self, number: int) -> Locator:
        """The record of this number on the page, from 1; the row of names is before it."""
        return self.records.locator(f"[role=row][aria-rowindex='{number + 1}']")

    def cells(self, number: int) -> list[str]:
        return self.row(number).get_by_role("gridcell").all_inner_texts()

    def column(self, name: str) -> int:
        """The place of a column of the table, from 0."""
        names = self.records.get_by_role("columnheader").all_inner_texts()
        return [each.strip() for each in names].index(name)

    def filter_by_cell(self, column: str, value: str, action: str) -> None:
        """Press a button in the first cell of a column that has this value."""
        place = self.column(column)
        cells = self.records.locator(f"[role=gridcell]:nth-child({place + 1})")
        cell = cells.filter(has_text=re.compile(f"^{re.escape(value)}$")).first
        cell.hover()
        cell.get_by_role("button", name=f"{action} {column} = {value}").click()

    def open_record(self, number: int) -> None:
        self.row(number).get_by_role("gridcell").first.click()
        expect(self.record).to_be_visible()

    def drag_over_the_chart(self, start: float, end: float) -> None:
        """Drag from one share of the width of the histogram to another."""
        box = self.chart.locator(".u-over").bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * start, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] * (start + end) / 2, middle)
        self.page.mouse.move(box["x"] + box["width"] * end, middle)
        self.page.mouse.up()

    def range_of_the_address(self) -> tuple[datetime, datetime]:
        """The absolute range that the fragment names."""
        named = parse_qs(urlsplit(self.page.url).fragment)
        start, end = (datetime.fromisoformat(named[edge][0]) for edge in ("from", "to"))
        return start, end

    def copied(self) -> str:
        """What was copied last."""
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text
