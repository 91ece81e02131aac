"""What arithmetic and functions leave known of a time, and the bounds that follow from it."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from data_hist.catalog.tables import TimeColumn
from data_hist.pruning.time_functions import CASTS, FUNCTIONS, Argument
from data_hist.pruning.time_range import DAY_MS, FIXED, HOUR_MS, Anchor, Base, TimeRange
from data_hist.pruning.time_values import (
    CURRENT_DATE,
    NOW,
    Shape,
    Value,
    add,
    column_value,
    divide,
    duration,
    exactly,
    lower_bound,
    multiply,
    negate,
    parse_moment_ms,
    parse_number,
    parse_time_text,
    subtract,
    upper_bound,
)

MIDNIGHT = 1_763_596_800_000
ARRIVAL = TimeColumn("ms", 0)
CREATION = TimeColumn("ms")
DAY = TimeColumn("day", 0)
ARRIVAL_MS = column_value("e", ARRIVAL)


def number(amount: int | Fraction) -> Value:
    return exactly(Shape.NUMBER, amount)


def moment(at_ms: int) -> Value:
    return exactly(Shape.MOMENT, at_ms)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (add(number(2), number(3)), number(5)),
        (subtract(number(2), number(3)), number(-1)),
        (multiply(number(2), number(3)), number(6)),
        (negate(number(2)), number(-2)),
        (add(duration("hour", 1), moment(MIDNIGHT)), moment(MIDNIGHT + HOUR_MS)),
        (subtract(moment(MIDNIGHT), duration("DAY", 2)), moment(MIDNIGHT - 2 * DAY_MS)),
        # The last day of a shorter month.
        (add(moment(1_772_236_800_000), duration("MONTH", -1)), moment(1_769_558_400_000)),
        (add(moment(1_774_915_200_000), duration("MONTH", -1)), moment(1_772_236_800_000)),
        (add(moment(MIDNIGHT), moment(MIDNIGHT)), None),
        (add(NOW, NOW), None),
        (add(None, number(1)), None),
        (negate(moment(MIDNIGHT)), None),
        (multiply(ARRIVAL_MS, ARRIVAL_MS), None),
        (multiply(duration("month", 1), number(Fraction(1, 2))), None),
        (divide(ARRIVAL_MS, number(0)), None),
        (divide(number(1), ARRIVAL_MS), None),
        (duration("fortnight", 1), None),
    ],
)
def test_arithmetic(result: Value | None, expected: Value | None) -> None:
    assert result == expected


def test_a_quotient_is_known_up_to_the_rounding_of_integers() -> None:
    seconds = divide(ARRIVAL_MS, number(1000))

    assert seconds is not None
    assert (seconds.low, seconds.high, seconds.scale) == (-1, 0, Fraction(1, 1000))


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2025-11-20", MIDNIGHT),
        ("2025-11-20 05:00", MIDNIGHT + 5 * HOUR_MS),
        ("2025-11-20T05:00:00.1234Z", MIDNIGHT + 5 * HOUR_MS + 123),
        ("2025-11-20 05:00:00 UTC", MIDNIGHT + 5 * HOUR_MS),
        ("2025-11-20 05:00:00 Europe/Zurich", None),
        ("2025-13-20", None),
        ("2025-11-20 25:00", None),
        ("now", None),
    ],
)
def test_moments_are_parsed_in_utc(text: str, at_ms: int | None) -> None:
    assert parse_moment_ms(text) == at_ms


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("from_unixtime", [Argument(number(5))], moment(5_000)),
        ("to_unixtime", [Argument(moment(5_000))], number(5)),
        ("date", [Argument(moment(MIDNIGHT + 1))], exactly(Shape.DATE, MIDNIGHT)),
        ("now", [], NOW),
        ("now", [Argument(number(3))], None),
        (
            "date_trunc",
            [Argument(None, "hour"), Argument(moment(MIDNIGHT + 1))],
            Value(Shape.MOMENT, Fraction(MIDNIGHT + 1 - HOUR_MS), Fraction(MIDNIGHT + 1)),
        ),
        ("date_trunc", [Argument(None, "day"), Argument(NOW)], Value(
            Shape.MOMENT, Fraction(0), Fraction(0), Anchor(Base.TODAY), Fraction(1)
        )),
        (
            "date_add",
            [Argument(None, "day"), Argument(number(1)), Argument(moment(MIDNIGHT))],
            moment(MIDNIGHT + DAY_MS),
        ),
        ("date_add", [Argument(number(1)), Argument(number(1)), Argument(NOW)], None),
        ("date_format", [Argument(NOW), Argument(None, "%H")], None),
        (
            "date_parse",
            [Argument(parse_time_text("2025-11-20"), "2025-11-20"), Argument(None, "%Y-%m-%d")],
            moment(MIDNIGHT),
        ),
        ("from_iso8601_timestamp", [Argument(None, "2025-11-20T00:00:00Z")], moment(MIDNIGHT)),
        ("from_iso8601_timestamp", [Argument(None, "yesterday")], None),
        ("round", [Argument(moment(MIDNIGHT))], None),
    ],
)  # fmt: skip
def test_functions(name: str, arguments: Sequence[Argument], expected: Value | None) -> None:
    assert FUNCTIONS[name](arguments) == expected


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("timestamp", Argument(None, "2025-11-20 00:00:00"), moment(MIDNIGHT)),
        ("timestamp", Argument(number(5)), None),
        (
            "date",
            Argument(parse_time_text("2025-11-20"), "2025-11-20"),
            exactly(Shape.DATE, MIDNIGHT),
        ),
        ("varchar", Argument(exactly(Shape.DATE, MIDNIGHT)), parse_time_text("2025-11-20")),
        ("varchar", Argument(moment(MIDNIGHT)), None),
        ("bigint", Argument(None), None),
    ],
)
def test_casts(name: str, argument: Argument, expected: Value | None) -> None:
    assert CASTS[name]([argument]) == expected


def test_a_bound_of_a_creation_is_a_lower_bound_of_the_arrival_alone() -> None:
    created = column_value("e", CREATION)

    assert lower_bound(created, number(5)) == {"e": {FIXED: TimeRange(low=5)}}
    assert upper_bound(created, number(5)) == {}
    assert upper_bound(ARRIVAL_MS, number(5)) == {"e": {FIXED: TimeRange(high=5)}}


def test_the_text_of_a_day_bounds_the_whole_day() -> None:
    day, text = column_value("e", DAY), parse_time_text("2025-11-20")

    assert text is not None
    assert lower_bound(day, text) == {"e": {FIXED: TimeRange(low=MIDNIGHT)}}
    assert upper_bound(day, text) == {"e": {FIXED: TimeRange(high=MIDNIGHT + DAY_MS)}}


def test_a_bound_may_depend_on_the_clock() -> None:
    arrival = FUNCTIONS["from_unixtime"](
        [Argument(multiply(ARRIVAL_MS, number(Fraction(1, 1000))))]
    )

    assert arrival is not None
    assert lower_bound(arrival, NOW) == {"e": {Anchor(Base.START): TimeRange(low=0)}}
    assert lower_bound(arrival, CURRENT_DATE) == {"e": {Anchor(Base.TODAY): TimeRange(low=0)}}


@pytest.mark.parametrize(
    ("column", "bound"),
    [
        (ARRIVAL_MS, moment(5)),
        (ARRIVAL_MS, ARRIVAL_MS),
        (ARRIVAL_MS.times(-1), number(5)),
        (number(5), number(5)),
        (ARRIVAL_MS, number(10**16)),
    ],
    ids=["another type", "another column", "falling", "no column", "after the year 9999"],
)
def test_no_bound_follows(column: Value, bound: Value) -> None:
    assert lower_bound(column, bound) == {}


@pytest.mark.parametrize("text", ["", "x", "1" * 21, "1e999", "0x10"])
def test_a_text_that_is_no_number_of_a_bounded_size_is_not_understood(text: str) -> None:
    assert parse_number(text) is None


def test_numbers_that_grow_too_large_are_not_calculated_with() -> None:
    large = number(2**100)

    assert large.is_small
    assert not large.times(2**100).is_small
