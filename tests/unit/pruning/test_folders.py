"""Which prefixes of an archive are listed, and which of the files there a query reads."""

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.catalog.tables import Partitions
from data_hist.pruning.folders import FolderTree
from data_hist.pruning.partitions import FolderNames
from data_hist.pruning.time_range import TimeRange
from tests.unit.pruning.layouts import DAY, FIVE, HOUR, MIDNIGHT, layout, table_of

SECOR = load_catalog().versions["v0"].tables["events"].partitions
SECOR_TEMPLATE = "s3://bucket/events/dt=${dt}/hr=${hr}/min=${min}/"
DATE = "dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}"
HOURLY = "at: {projection: date, format: yyyy/MM/dd/HH, range: [2026/01/01/00, NOW], unit: HOURS}"
NUMBERS = "\n".join(
    f"{unit}: {{type: integer, projection: integer, range: [0, 9999], tells: {unit}}}"
    for unit in ("year", "month", "day", "hour")
)
REGION = "region: {projection: enum, values: [eu, us]}"
ACCOUNT = "account: {projection: injected}"
SHARD = "shard: {type: integer, projection: integer, range: [0, 2], digits: 2}"
MOST = 100


def tree(template: str, *levels: str) -> FolderTree:
    partitions = table_of("\n".join(levels)).partitions if levels else Partitions()
    return FolderTree(partitions, f"s3://bucket/{template}")


def hours(first: int, last: int) -> TimeRange:
    """From an hour to another, counted from five."""
    return TimeRange(FIVE + first * HOUR, FIVE + last * HOUR)


def texts(of: FolderTree, span: TimeRange, names: FolderNames, most: int = MOST) -> list[str]:
    found = of.prefixes(span, names, most)
    assert found is not None
    return [prefix.text for prefix in found]


NOVEMBER = "y/year=2026/month=11/day="


@pytest.mark.parametrize(
    ("template", "levels", "span", "expected"),
    [
        # A few hours each by itself, of more the whole day.
        ("e/${dt}/${hr}/${min}", "secor", hours(0, 1), ["e/2026-11-20/05/", "e/2026-11-20/06/"]),
        ("e/${dt}/${hr}/${min}", "secor", hours(-3, 5), ["e/2026-11-20/"]),
        ("${dt}/${hr}/${min}", "secor", hours(0, 24), [f"2026-11-{n}/" for n in (20, 21)]),
        ("e/${dt}/${hr}/${min}", "secor", hours(5, -5), []),
        # Few folders of days: the month, or the year.
        ("e/${dt}/", DATE, hours(0, 1), ["e/2026-11-20/"]),
        ("e/${dt}/", DATE, hours(0, 240), ["e/2026-11-"]),
        ("e/${dt}/", DATE, hours(0, 24 * 100), ["e/2026-", "e/2027-"]),
        ("${at}", HOURLY, hours(0, 8), ["2026/11/20/"]),
        ("${at}", HOURLY, hours(18, 19), ["2026/11/20/23/", "2026/11/21/00/"]),
        # Numbers are as the folders write them.
        ("y/year=${year}/month=${month}/day=${day}/hour=${hour}", NUMBERS, hours(0, 0),
         [f"{NOVEMBER}20/hour=5/"]),
        ("y/year=${year}/month=${month}/day=${day}/hour=${hour}", NUMBERS, hours(24 * 16, 24 * 17),
         ["y/year=2026/month=12/day=6/hour=", "y/year=2026/month=12/day=7/hour="]),
        ("y/${year}-${month}", layout("year: 4, month: 2"), hours(0, 24 * 31),
         ["y/2026-11/", "y/2026-12/"]),
        # Of each name, where names stand above the time.
        ("${region}/x/${dt}", f"{REGION}\n{DATE}", hours(0, 0),
         ["eu/x/2026-11-20/", "us/x/2026-11-20/"]),
        ("${shard}/${dt}", f"{SHARD}\n{DATE}", hours(0, 0),
         [f"0{n}/2026-11-20/" for n in range(3)]),
        ("${dt}/${region}", f"{DATE}\n{REGION}", hours(0, 0), ["2026-11-20/"]),
        # All, where nothing tells the time.
        ("pages", "", hours(0, 0), ["pages/"]),
        ("${region}", REGION, hours(0, 0), [""]),
        ("e/${dt}/${hr}/${min}", "secor", TimeRange(high=FIVE), ["e/"]),
    ],
)  # fmt: skip
def test_prefixes_of_a_span(
    template: str, levels: str, span: TimeRange, expected: list[str]
) -> None:
    found = (
        FolderTree(SECOR, f"s3://bucket/{template}")
        if levels == "secor"
        else tree(template, *filter(None, [levels]))
    )

    assert texts(found, span, {}) == expected
    assert found.bucket == "bucket"


@pytest.mark.parametrize(
    ("template", "levels", "names", "expected"),
    [
        ("${region}/${dt}", f"{REGION}\n{DATE}", {"region": {"us"}}, ["us/2026-11-20/"]),
        ("${region}/${dt}", f"{REGION}\n{DATE}", {"region": {"xx"}}, []),
        ("${account}/${dt}", f"{ACCOUNT}\n{DATE}", {"account": {"7", "8"}},
         ["7/2026-11-20/", "8/2026-11-20/"]),
        ("${shard}/${dt}", f"{SHARD}\n{DATE}", {"shard": {1}}, ["01/2026-11-20/"]),
        # A text is no number.
        ("${shard}/${dt}", f"{SHARD}\n{DATE}", {"shard": {"1"}}, []),
        ("${dt}/${region}", f"{DATE}\n{REGION}", {"region": {"eu"}}, ["2026-11-20/eu/"]),
    ],
)  # fmt: skip
def test_prefixes_of_names(
    template: str, levels: str, names: dict[str, set[str | int]], expected: list[str]
) -> None:
    given = {column: frozenset(each) for column, each in names.items()}

    assert texts(tree(template, levels), hours(0, 0), given) == expected


def test_names_tell_where_to_begin_without_a_span() -> None:
    found = tree("y=${year}/m=${month}/d=${day}/h=${hour}", NUMBERS)
    names: FolderNames = {"year": frozenset({2026}), "month": frozenset({9, 10})}

    assert texts(found, TimeRange(), names) == ["y=2026/m=10/d=", "y=2026/m=9/d="]


def test_too_many_prefixes_are_none() -> None:
    secor = FolderTree(SECOR, SECOR_TEMPLATE)
    days = TimeRange(FIVE, FIVE + 30 * DAY)

    assert secor.prefixes(days, {}, 31) is not None
    assert secor.prefixes(days, {}, 30) is None


def test_too_many_parts_of_names_are_none() -> None:
    monthly = tree("${at}", HOURLY)
    year = TimeRange(FIVE, FIVE + 365 * DAY)

    assert len(monthly.prefixes(year, {}, 13) or ()) == 13
    assert monthly.prefixes(year, {}, 12) is None


def test_unknown_folders_above_those_of_the_time_are_none() -> None:
    found = tree("${account}/${dt}", ACCOUNT, DATE)

    assert found.prefixes(hours(0, 1), {}, MOST) is None


def test_a_prefix_ends_with_its_time() -> None:
    secor = FolderTree(SECOR, SECOR_TEMPLATE)
    (day,) = secor.prefixes(hours(-3, 5), {}, MOST) or ()

    assert day.ends_at is not None
    assert day.ends_at.timestamp() * 1000 == MIDNIGHT + DAY


MINUTE = "events/dt=2026-11-20/hr=05/min=07/"


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (f"{MINUTE}1.json.gz", ("2026-11-20", "05")),
        (f"{MINUTE}below/1.json.gz", ("2026-11-20", "05")),
        (f"{MINUTE}_SUCCESS", None),
        (f"{MINUTE}.1.crc", None),
        (f"{MINUTE}_temporary/1.json.gz", None),
        (MINUTE, None),
        ("events/dt=2026-11-20/hr=05/1.json.gz", None),
        ("events/2026-11-20/05/07/1.json.gz", None),
    ],
)
def test_files_that_engines_read(key: str, names: tuple[str, ...] | None) -> None:
    assert FolderTree(SECOR, SECOR_TEMPLATE).read_names(key) == names


def test_a_name_of_several_folders_is_read_as_one() -> None:
    found = tree("${region}/${at}/raw", REGION, HOURLY)

    assert found.read_names("eu/2026/11/20/05/raw/1.json") == ("eu", "2026/11/20/05")
    assert found.read_names("xx/2026/11/20/05/raw/1.json") is None


@pytest.mark.parametrize(
    ("day", "hour", "is_read"),
    [
        ("2026-11-20", "04", False),
        ("2026-11-20", "05", True),
        ("2026-11-20", "23", True),
        ("2026-11-21", "00", True),
        ("2026-11-21", "01", True),
        ("2026-11-21", "02", False),
        ("2026-12-01", "01", False),
    ],
)
def test_files_within_a_span(day: str, hour: str, is_read: bool) -> None:
    selects = FolderTree(SECOR, SECOR_TEMPLATE).selector(hours(0, 20), {})

    assert selects((day, hour)) is is_read


def test_numbers_are_compared_as_numbers() -> None:
    found = tree("${year}/${month}/${day}/${hour}", NUMBERS)
    selects = found.selector(hours(0, 24 * 16), {"hour": frozenset({5, 6})})

    assert selects(("2026", "12", "6", "5"))
    assert not selects(("2026", "12", "6", "6"))
    assert selects(("2026", "11", "30", "6"))
    assert not selects(("2026", "11", "30", "7"))
    assert not selects(("2026", "11", "x", "5"))


def test_open_ends_leave_all() -> None:
    selects = FolderTree(SECOR, SECOR_TEMPLATE).selector(TimeRange(), {"hr": frozenset({"05"})})

    assert selects(("1999-01-01", "05"))
    assert not selects(("1999-01-01", "06"))
