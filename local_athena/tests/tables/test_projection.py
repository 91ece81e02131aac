"""Partition projection: the values that Athena's documentation gives, and their neighbours."""

import pickle
from dataclasses import replace
from datetime import datetime

import pytest
from local_athena.tables.dates import DateProjection
from local_athena.tables.projection import Projection, parse_projection

NOW = datetime(2026, 11, 20, 7, 34, 56)


def projection(**properties: str) -> Projection:
    given = {f"projection.p.{name.replace('_', '.')}": value for name, value in properties.items()}
    found = parse_projection("p", given)
    return replace(found, clock=lambda: NOW) if isinstance(found, DateProjection) else found


@pytest.mark.parametrize(
    ("properties", "inside", "outside"),
    [
        ({"type": "injected"}, ["", "x", "7"], []),
        ({"type": "ENUM", "values": "A,B, C"}, ["A", "B", " C"], ["a", "C", "A,B"]),
        ({"type": "integer", "range": "-8,12"}, ["-8", "0", "12"], ["-9", "13", "00", "x", ""]),
        (
            {"type": "integer", "range": "5, 60", "interval": "5", "digits": "4"},
            ["0005", "0060"],
            ["0000", "0006", "5", "00005"],
        ),
        (
            {"type": "date", "format": "yyyy-MM-dd", "range": "NOW-3DAYS,NOW"},
            ["2026-11-17", "2026-11-20"],
            ["2026-11-16", "2026-11-21", "2026-11-2", "20261120", "2026-02-30"],
        ),
        (
            {"type": "date", "format": "yyyyMM", "range": "202301,NOW+1MONTH"},
            ["202301", "202612"],
            ["202212", "202701", "202613"],
        ),
        (
            {
                "type": "date",
                "format": "dd-MM-yyyy-HH-mm-ss",
                "range": "03-03-2026-14-00-00,now",
                "interval": "15",
                "interval_unit": "minutes",
            },
            ["03-03-2026-14-00-00", "03-03-2026-14-15-00", "20-11-2026-07-30-00"],
            ["03-03-2026-14-01-00", "03-03-2026-13-45-00", "20-11-2026-07-45-00"],
        ),
        (
            {"type": "date", "format": "yyyy-M-d", "range": "2026-1-1,NOW", "interval": "2"},
            ["2026-1-1", "2026-1-3"],
            ["2026-1-2", "2026-01-01"],
        ),
        (
            {"type": "date", "format": "'y'yyyy''", "range": "NOW-10YEARS,NOW-1YEAR"},
            ["y2016'", "y2025'"],
            ["y2015'", "y2026'", "2020"],
        ),
        (
            {"type": "date", "format": "yyyy-MM-dd HH", "range": "NOW-2WEEKS,9999-12-31 23"}
            | {"interval_unit": "HOURS"},
            ["2026-11-06 07", "9999-12-31 23"],
            ["2026-11-06 06"],
        ),
        (
            {"type": "date", "format": "yyyy-MM-dd", "range": "NOW-9999YEARS,NOW+9999999DAYS"},
            ["0001-01-01", "9999-12-31"],
            [],
        ),
    ],
)
def test_values(properties: dict[str, str], inside: list[str], outside: list[str]) -> None:
    found = projection(**properties)

    assert [value for value in inside if not found.contains(value)] == []
    assert [value for value in outside if found.contains(value)] == []


@pytest.mark.parametrize(
    ("properties", "values"),
    [
        ({"type": "enum", "values": "b,a"}, ["a", "b"]),
        ({"type": "integer", "range": "8,12", "digits": "2", "interval": "3"}, ["08", "11"]),
        ({"type": "integer", "range": "-1,1"}, ["-1", "0", "1"]),
        ({"type": "integer", "range": "2,1"}, []),
        (
            {"type": "date", "format": "yyyy-MM-dd", "range": "2026-02-27,2026-03-01"},
            ["2026-02-27", "2026-02-28", "2026-03-01"],
        ),
        (
            {"type": "date", "format": "'{y}'yyyy-M", "range": "NOW-1MONTH,NOW+2MONTHS"},
            ["{y}2026-10", "{y}2026-11", "{y}2026-12", "{y}2027-1"],
        ),
        (
            {"type": "date", "format": "yyyy/MM/dd/HH", "range": "NOW,NOW+1HOUR"}
            | {"interval": "1", "interval_unit": "HOURS"},
            ["2026/11/20/07", "2026/11/20/08"],
        ),
        (
            {"type": "date", "format": "yyyy-MM-dd", "range": "9999-12-30,NOW+9999999DAYS"},
            ["9999-12-30", "9999-12-31"],
        ),
        (
            {"type": "date", "format": "yyyy-MM-dd", "range": "2024-01-31,2024-03-31"}
            | {"interval_unit": "MONTHS"},
            ["2024-01-31", "2024-02-29", "2024-03-29"],
        ),
    ],
)
def test_a_projection_lists_its_values(properties: dict[str, str], values: list[str]) -> None:
    found = projection(**properties)

    assert list(found.values() or ()) == values
    assert [value for value in values if not found.contains(value)] == []


def test_an_injected_key_has_any_value() -> None:
    assert projection(type="injected").values() is None


def test_the_present_is_that_of_the_query() -> None:
    found = parse_projection(
        "p",
        {
            "projection.p.type": "date",
            "projection.p.format": "yyyy",
            "projection.p.range": "NOW,NOW",
        },
    )
    assert isinstance(found, DateProjection)

    assert found.clock().tzinfo is None
    assert replace(found, clock=lambda: datetime(1999, 12, 31)).contains("1999")
    assert not replace(found, clock=lambda: datetime(2000, 1, 1)).contains("1999")


@pytest.mark.parametrize("limits", ["2024-01-01,NOW", "NOW-3DAYS,NOW+1MONTH"])
def test_dates_are_the_same_in_another_process(limits: str) -> None:
    here = projection(type="date", format="yyyy-MM-dd", range=limits)
    assert isinstance(here, DateProjection)
    bounds = here.first, here.last

    first, last = pickle.loads(pickle.dumps(bounds))  # noqa: S301 - our own bytes

    assert (first(NOW), last(NOW)) == (here.first(NOW), here.last(NOW))
