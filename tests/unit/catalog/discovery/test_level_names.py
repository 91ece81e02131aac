"""The names of folders tell what the levels of a table are."""

from typing import Any

import pytest

from data_hist.catalog.discovery.level_names import recognize_level, tells_partitions

DAY = ("year", "month", "day")


def date(form: str, first: str) -> dict[str, Any]:
    return {"projection": "date", "format": form, "range": [first, "NOW"]}


def number(first: int, last: int, **more: object) -> dict[str, Any]:
    return {"projection": "integer", "range": [first, last], **more}


@pytest.mark.parametrize(
    ("names", "told", "key", "prefix", "level"),
    [
        (["dt=2026-11-20", "dt=2026-11-21"], (), "dt", "dt=", date("yyyy-MM-dd", "2026-11-20")),
        (["dt=2026-11-20-10"], (), "dt", "dt=", date("yyyy-MM-dd-HH", "2026-11-20-10")),
        (["2026112009", "2026112010"], (), "hour", "", date("yyyyMMddHH", "2026112009")),
        (["day-20261120"], (), "day", "day-", date("yyyyMMdd", "20261120")),
        (["2026-11"], (), "month", "", date("yyyy-MM", "2026-11")),
        (["20-11-2026", "01-12-2026"], (), "day", "", date("dd-MM-yyyy", "20-11-2026")),
        (["11-20-2026"], (), "day", "", date("MM-dd-yyyy", "11-20-2026")),
        (["2025", "2026"], (), "year", "", number(2025, 2031, tells="year")),
        (["year=2026"], (), "year", "year=", number(2026, 2031, tells="year")),
        (["01", "11"], ("year",), "month", "", number(1, 12, digits=2, tells="month")),
        (["1", "11"], ("year",), "month", "", number(1, 12, tells="month")),
        (["m=7"], ("year",), "m", "m=", number(1, 12, tells="month")),
        (["07"], DAY, "hour", "", number(0, 23, digits=2, tells="hour")),
        (
            ["min=00", "min=15", "min=30", "min=45"],
            (*DAY, "hour"),
            "min",
            "min=",
            number(0, 59, interval=15, digits=2, tells="minute"),
        ),
        (
            ["min=00", "min=15", "min=30"],
            (*DAY, "hour"),
            "min",
            "min=",
            number(0, 59, digits=2, tells="minute"),
        ),
        # Too few to tell the interval.
        (["0", "12"], DAY, "hour", "", number(0, 23, tells="hour")),
        # Not all in a form that numbers have.
        (["hr=07", "hr=7"], DAY, "hr", "hr=", {"projection": "enum", "values": ["07", "7"]}),
        (["shard=0", "shard=1", "shard=3"], (), "shard", "shard=", number(0, 3)),
        (["eu-west-1"], (), "region", "", {"projection": "enum", "values": ["eu-west-1"]}),
        (["blue", "red"], (), "folder", "", {"projection": "enum", "values": ["blue", "red"]}),
        # A part of the names that they have in common is no key.
        (
            ["host-a", "host-b"],
            (),
            "folder",
            "",
            {"projection": "enum", "values": ["host-a", "host-b"]},
        ),
        ([f"u={n * 977:x}" for n in range(200)], (), "u", "u=", {"projection": "injected"}),
        (["a,b", "c"], (), "folder", "", {"projection": "injected"}),
        # Neither a month nor a day.
        (["13", "99"], ("year",), "folder", "", {"projection": "enum", "values": ["13", "99"]}),
        (["2026-13-45"], (), "folder", "", {"projection": "enum", "values": ["2026-13-45"]}),
    ],
)
def test_level(
    names: list[str], told: tuple[str, ...], key: str, prefix: str, level: dict[str, Any]
) -> None:
    found = recognize_level(names, told)

    assert (found.key, found.prefix) == (key, prefix)
    assert found.level.model_dump(mode="json", exclude_unset=True) == level
    assert found.others == ()


@pytest.mark.parametrize(
    ("names", "others"),
    [
        (["dt=2026-11-20", "dt=2026-11-21", "tmp"], {"tmp"}),
        (["dt=2026-11-20", "dt=2026-11-21", "dt="], {"dt="}),
        ([*(f"dt=2026-11-{day}" for day in range(10, 20)), "dt=none"], {"dt=none"}),
        ([*map(str, range(2015, 2026)), "old"], {"old"}),
    ],
)
def test_a_few_names_of_another_form_are_told(names: list[str], others: set[str]) -> None:
    found = recognize_level(names, ())

    assert found.level.projection in ("date", "integer")
    assert set(found.others) == others


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["dt=2026-11-20"], True),
        (["tenant=a", "tenant=b"], True),
        (["2026"], True),
        (["20261120"], True),
        (["events", "metrics"], False),
        (["2026", "events"], False),
        (["1", "2"], False),
        ([], False),
    ],
)
def test_partitions_differ_from_tables(names: list[str], expected: bool) -> None:
    assert tells_partitions(names) is expected
