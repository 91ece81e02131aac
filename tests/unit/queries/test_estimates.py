"""Estimates are exact, bounded in calls and in time, shared, and null where nobody knows."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import EngineUnavailable
from data_hist.pruning.partitions import TableRead
from data_hist.pruning.time_range import FIXED, TimeRange
from data_hist.queries.estimates import EstimateLimits, Estimator
from data_hist.queries.model import Estimate
from tests.support.turned_time import START, TurnedLoop, run, turn
from tests.unit.queries.archived import MINUTES_OF_DAY, CountedArchive, minutes, moment_ms

EVENTS = load_catalog().versions["v0"].tables["events"]
MONTH = 30
FIRST_DAY = datetime(2026, 10, 20, tzinfo=UTC)
SIZES = minutes(FIRST_DAY, MONTH)
LIMITS = EstimateLimits()


def read(start: int | None, end: int | None) -> TableRead:
    return TableRead(EVENTS, {FIXED: TimeRange(start, end)}, {})


ALL = read(moment_ms(2026, 10, 20, 1), moment_ms(2026, 11, 18, 22))
# With an hour of slack on either side, five hours.
TWO_HOURS = read(moment_ms(2026, 11, 10, 5), moment_ms(2026, 11, 10, 7))


def stored(first: str, last: str) -> tuple[int, int]:
    """The bytes and the files between two keys."""
    sizes = [
        size for key, size in SIZES.items() if f"events/dt={first}" <= key < f"events/dt={last}"
    ]
    return sum(sizes), len(sizes)


def estimator(
    loop: TurnedLoop, archive: CountedArchive, limits: EstimateLimits = LIMITS
) -> Estimator:
    return Estimator(archive.engine, None, loop.clock, limits)  # type: ignore[arg-type]


def known(estimate: Estimate) -> tuple[int | None, int | None]:
    return estimate.scanned_bytes, estimate.files


def estimates(
    archive: CountedArchive, *reads: Sequence[TableRead], limits: EstimateLimits = LIMITS
) -> list[Estimate]:
    """Estimate one query after the other."""

    async def scenario(loop: TurnedLoop) -> list[Estimate]:
        each = estimator(loop, archive, limits)
        return [await each.estimate(of) for of in reads]

    return run(scenario)


def test_a_month_of_43200_folders_takes_60_calls_and_then_none() -> None:
    archive = CountedArchive(SIZES)

    first, second = estimates(archive, [ALL], [ALL])

    assert known(first) == known(second) == stored("2026-10-20", "2026-11-19")
    assert first.files == MONTH * MINUTES_OF_DAY == 43_200
    print(f"\n43,200 folders: {archive.lists} calls")
    assert (archive.lists, archive.templates) == (2 * MONTH, 1)


def test_a_few_hours_take_a_call_each() -> None:
    archive = CountedArchive(SIZES)

    (found,) = estimates(archive, [TWO_HOURS])

    assert known(found) == stored("2026-11-10/hr=04", "2026-11-10/hr=09")
    assert (found.partitions, found.bounded) == (5 * 60, True)
    assert archive.lists == 5


def test_a_table_that_is_read_twice_counts_twice() -> None:
    archive = CountedArchive(SIZES)

    once, twice = estimates(archive, [TWO_HOURS], [TWO_HOURS, TWO_HOURS])

    assert once.files is not None
    assert once.scanned_bytes is not None
    assert known(twice) == (2 * once.scanned_bytes, 2 * once.files)
    assert archive.lists == 5


def test_a_query_without_tables_takes_no_calls() -> None:
    archive = CountedArchive(SIZES)

    assert estimates(archive, []) == [Estimate(0, 0, 0, bounded=True)]
    assert archive.lists == archive.templates == 0


def test_requests_at_once_share_their_calls() -> None:
    archive = CountedArchive(SIZES)

    async def scenario(loop: TurnedLoop) -> list[Estimate]:
        shared = estimator(loop, archive)
        return await asyncio.gather(*(shared.estimate([ALL]) for _ in range(20)))

    found = run(scenario)

    assert {known(each) for each in found} == {stored("2026-10-20", "2026-11-19")}
    assert archive.lists == 2 * MONTH


def test_too_many_calls_are_not_made_and_the_next_request_goes_on() -> None:
    archive = CountedArchive(SIZES)

    first, second = estimates(archive, [ALL], [ALL], limits=replace(LIMITS, calls=40))

    assert (first.scanned_bytes, first.files, first.partitions) == (None, None, MONTH * 1440)
    assert known(second) == stored("2026-10-20", "2026-11-19")
    assert archive.lists == 2 * MONTH


@pytest.mark.parametrize(("days", "calls"), [(5, 8), (30, 8)])
def test_more_days_than_calls_are_listed_as_a_whole_if_they_are_small(
    days: int, calls: int
) -> None:
    archive = CountedArchive(minutes(FIRST_DAY, days))

    (found,) = estimates(archive, [ALL], limits=replace(LIMITS, calls=29))

    is_small = days * MINUTES_OF_DAY <= 8_000
    assert found.files == (days * MINUTES_OF_DAY if is_small else None)
    assert archive.lists == calls


@pytest.mark.parametrize(
    ("files", "known_files"), [(MINUTES_OF_DAY, MINUTES_OF_DAY), (9 * MINUTES_OF_DAY, None)]
)
def test_of_a_table_without_a_lower_bound_only_a_small_one_is_listed(
    files: int, known_files: int | None
) -> None:
    archive = CountedArchive(minutes(FIRST_DAY, 1, files // MINUTES_OF_DAY))

    (found,) = estimates(archive, [read(None, None)])

    assert (found.files, found.partitions, found.bounded) == (known_files, None, False)
    assert archive.lists <= LIMITS.calls_from_beginning


@pytest.mark.parametrize(
    "archive",
    [
        CountedArchive(SIZES, errors=[EngineUnavailable("S3 denies the access.")]),
        CountedArchive(SIZES, template=None),
    ],
    ids=["denied", "nowhere"],
)
def test_what_aws_does_not_tell_is_null(archive: CountedArchive) -> None:
    (found,) = estimates(archive, [TWO_HOURS])

    assert found == Estimate(None, None, 5 * 60, bounded=True)


def test_a_slow_s3_is_not_waited_for() -> None:
    archive = CountedArchive(SIZES)

    async def scenario(loop: TurnedLoop) -> tuple[Estimate, float, Estimate]:
        slow = estimator(loop, archive)
        first = await slow.estimate([TWO_HOURS])
        waited = loop.time()
        await turn(10)
        return first, waited, await slow.estimate([TWO_HOURS])

    first, waited, later = run(scenario, call_seconds=0.8 * LIMITS.seconds)

    assert first.scanned_bytes is None
    assert waited == pytest.approx(LIMITS.seconds, abs=0.01)
    # What went on meanwhile is there.
    assert known(later) == stored("2026-11-10/hr=04", "2026-11-10/hr=09")
    assert archive.lists == 5


@pytest.mark.parametrize(
    ("of", "kept"),
    [
        (TWO_HOURS, LIMITS.past_kept),
        # Records of this hour still arrive.
        (read(int(START.timestamp() * 1000), None), LIMITS.current_kept),
    ],
)
def test_a_listing_is_kept_for_as_long_as_it_is_right(of: TableRead, kept: timedelta) -> None:
    archive = CountedArchive(minutes(datetime(2026, 11, 10, tzinfo=UTC), 12))

    async def scenario(loop: TurnedLoop) -> list[int]:
        each = estimator(loop, archive)
        calls = []
        for seconds in (0.0, kept.total_seconds() - 1, 2.0):
            await turn(seconds)
            await each.estimate([of])
            calls.append(archive.lists)
        return calls

    first, second, third = run(scenario)

    assert first == second < third


def test_files_that_no_query_reads_do_not_count() -> None:
    folder = "events/dt=2026-11-10/hr=05/min=00/"
    sizes = {f"{folder}1": 7, f"{folder}_SUCCESS": 9, f"{folder}.1.crc": 9, f"{folder}empty": 0}

    (found,) = estimates(CountedArchive(sizes), [TWO_HOURS])

    assert known(found) == (7, 1)
