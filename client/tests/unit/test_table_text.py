"""Tables of text."""

import math
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from data_hist_client.documents import Column
from data_hist_client.figures import elapsed_ms, shown_bytes, shown_cost, shown_rows, shown_seconds
from data_hist_client.printable import display_width
from data_hist_client.readers import query_state
from data_hist_client.table_text import TableText, cell_text

from tests.scripted import query

COLUMNS = [Column("name", "varchar"), Column("n", "bigint")]


def lines_of(rows: list[list[Any]], **options: Any) -> list[str]:
    table = TableText(COLUMNS, rows, **options)
    return [*table.head(), *map(table.line, rows)]


def test_numbers_stand_at_the_right() -> None:
    assert lines_of([["ä", 1], [None, 1234567]]) == [
        " name    │       n",
        " varchar │  bigint",
        "─────────┼─────────",
        " ä       │       1",
        " NULL    │ 1234567",
    ]


def test_wide_characters_take_two_places() -> None:
    assert lines_of([["日本", 1], ["e\u0301", 2]], with_types=False) == [
        " name │ n",
        "──────┼───",
        " 日本 │ 1",
        " e\u0301    │ 2",
    ]


def test_later_rows_may_be_wider() -> None:
    table = TableText(COLUMNS, [["a", 1]])

    assert table.line(["longer than before", 12345678]) == " longer than before │ 12345678"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05"),
        (None, "NULL"),
        ("", ""),
        (True, "true"),
        (Decimal("1.10"), "1.10"),
        (datetime(2026, 1, 2, 3, 4, 5, 6000), "2026-01-02 03:04:05.006"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05.000"),
        (datetime(2026, 1, 2, 3, 4, 5, 6), "2026-01-02 03:04:05.000006"),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-4))),
            "2026-01-02 03:04:05.000 -04:00",
        ),
        (time(3, 4, 5, 6000), "03:04:05.006"),
        (1.5, "1.5"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (b"\x00\xff", "00 ff"),
        ({"a": ["ä"]}, '{"a": ["ä"]}'),
        ("two\r\nlines\tand a tab", "two↵lines→and a tab"),
        # A record must not be able to write to the terminal.
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 99 + "…"),
    ],
)
def test_a_value_is_on_one_line(value: Any, text: str) -> None:
    assert cell_text(value, "varchar") == text


@pytest.mark.parametrize(
    ("value", "athena_type", "text"),
    [
        (
            "2026-01-02T03:04:05.123456789",
            "timestamp",
            "2026-01-02 03:04:05.123456789",
        ),
        (
            "12026-01-02T03:04:05.123-04:00",
            "timestamp(3) with time zone",
            "12026-01-02 03:04:05.123 -04:00",
        ),
        ("-0001-01-02T03:04:05.123", "timestamp(3)", "-0001-01-02 03:04:05.123"),
    ],
)
def test_a_moment_that_python_cannot_hold_is_shown_as_athena_does(
    value: str, athena_type: str, text: str
) -> None:
    assert cell_text(value, athena_type) == text


def test_a_combined_character_takes_one_place() -> None:
    assert display_width("e\u0301日") == 3


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (123_456, "123 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (34_000_000_000, "34.0 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_bytes_are_rounded(count: int, text: str) -> None:
    assert shown_bytes(count) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "$0"), (0.00004768, "<$0.0001"), (0.0012, "$0.0012"), (0.5, "$0.50"), (12.345, "$12.35")],
)
def test_prices_have_two_digits_that_count(dollars: float, text: str) -> None:
    assert shown_cost(dollars) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0.00 s"), (350, "0.35 s"), (12_300, "12.3 s"), (245_000, "4 min 05 s")],
)
def test_durations_are_short(milliseconds: int, text: str) -> None:
    assert shown_seconds(milliseconds) == text


def test_rows_are_counted() -> None:
    assert [shown_rows(count) for count in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]


@pytest.mark.parametrize(
    ("status", "counted_ms", "since_submit", "shown_ms"),
    [
        ("RUNNING", 0, timedelta(seconds=3), 3000),
        ("QUEUED", 0, timedelta(milliseconds=5), 5),
        ("RUNNING", 4000, timedelta(seconds=3), 4000),
        # The clock here is behind.
        ("RUNNING", 0, timedelta(seconds=-3), 0),
        ("FINISHED", 100, timedelta(days=3), 100),
        ("CANCELLED", 100, timedelta(days=3), 100),
    ],
)
def test_the_time_of_a_running_query_goes_on(
    status: str, counted_ms: int, since_submit: timedelta, shown_ms: int
) -> None:
    document = query(status)
    document["statistics"]["total_ms"] = counted_ms
    state = query_state(document)

    assert elapsed_ms(state, state.submitted_at + since_submit) == shown_ms
