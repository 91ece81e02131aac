"""Fields of the proleptic calendar: read one from a local time, or set one.

A local time is a number of milliseconds from 1970; years may be of any size. Knows no patterns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

DAY = 86_400_000
_HALFDAY, HOUR, MINUTE, SECOND = DAY // 2, 3_600_000, 60_000, 1000
# How long a unit is, to order fields by; an era has no end.
_ERA, _CENTURY, _YEAR, MONTH, _WEEK = 10**18, 10**14, 365 * DAY, 30 * DAY, 7 * DAY


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def count_days_of_month(year: int, month: int) -> int:
    """Count the days of a month from 1 to 12."""
    return 28 + _is_leap(year) if month == 2 else 30 + (month + month // 8) % 2


def days_from_date(year: int, month: int, day: int) -> int:
    """Count the days from 1970-01-01 to a date."""
    shifted = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719468


# The fields of one moment, and moments next to each other, are of the same day.
@lru_cache(maxsize=1024)
def date_from_days(days: int) -> tuple[int, int, int]:
    """Find year, month and day of a number of days from 1970-01-01."""
    era, of_era = divmod(days + 719468, 146097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    part = (5 * of_year + 2) // 153
    month = (part + 2) % 12 + 1
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * part + 2) // 5 + 1


def _first_week(year: int) -> int:
    """The Monday of the first week, the one that holds 4 January."""
    fourth = days_from_date(year, 1, 4)
    return fourth - (fourth + 3) % 7


def _week_of(days: int) -> tuple[int, int]:
    year = date_from_days(days + 3 - (days + 3) % 7)[0]
    return year, (days - _first_week(year)) // 7 + 1


def _weeks_in(year: int) -> int:
    return (_first_week(year + 1) - _first_week(year)) // 7


@dataclass(frozen=True)
class Field:
    """A field: its value in a local time, its limits there, and how to set it."""

    name: str
    unit: int
    reach: int
    read: Callable[[int], int]
    limits: Callable[[int], tuple[int, int]]
    write: Callable[[int, int], int]
    floor: Callable[[int], int]


def _on_date(change: Callable[[tuple[int, int, int], int], int]) -> Callable[[int, int], int]:
    def write(local: int, value: int) -> int:
        days, clock = divmod(local, DAY)
        return change(date_from_days(days), value) * DAY + clock

    return write


def _with_clipped_day(year: int, month: int, day: int) -> int:
    return days_from_date(year, month, min(day, count_days_of_month(year, month)))


def _set_weekyear(local: int, value: int) -> int:
    days, clock = divmod(local, DAY)
    week = min(_week_of(days)[1], _weeks_in(value))
    return (_first_week(value) + 7 * (week - 1) + (days + 3) % 7) * DAY + clock


def _date(local: int) -> tuple[int, int, int]:
    return date_from_days(local // DAY)


def _era(local: int) -> int:
    return int(_date(local)[0] > 0)


def _year_of_era(year: int) -> int:
    return year if year > 0 else 1 - year


def _day_of_year(local: int) -> int:
    return local // DAY - days_from_date(_date(local)[0], 1, 1) + 1


def _floor_year(local: int) -> int:
    return days_from_date(_date(local)[0], 1, 1) * DAY


def _shift(read: Callable[[int], int], unit: int) -> Callable[[int, int], int]:
    return lambda local, value: local + (value - read(local)) * unit


def _floor_to(unit: int) -> Callable[[int], int]:
    return lambda local: local // unit * unit


def _clock_field(
    name: str, unit: int, reach: int, first: int = 0, *, is_clock: bool = False
) -> Field:
    count = reach // unit

    def read(local: int) -> int:
        value = local % reach // unit
        return count if is_clock and value == 0 else value

    def write(local: int, value: int) -> int:
        return local + (value % count - local % reach // unit) * unit

    limits = (1, count) if is_clock else (first, count - 1)
    return Field(name, unit, reach, read, lambda _: limits, write, _floor_to(unit))


YEARS = (-292275054, 292278993)


def _any_year(_: int) -> tuple[int, int]:
    return YEARS


def _year(local: int) -> int:
    return _date(local)[0]


def _month(local: int) -> int:
    return _date(local)[1]


def _day(local: int) -> int:
    return _date(local)[2]


def _week(local: int) -> int:
    return _week_of(local // DAY)[1]


def _day_of_week(local: int) -> int:
    return (local // DAY + 3) % 7 + 1


_set_year = _on_date(lambda date, value: _with_clipped_day(value, date[1], date[2]))


def _set_year_of_era(local: int, value: int) -> int:
    return _set_year(local, value if _era(local) else 1 - value)


_YEAR_FIELDS = (
    Field(
        "era",
        _ERA,
        _ERA,
        _era,
        lambda _: (0, 1),
        lambda local, value: _set_year(
            local, _year_of_era(_year(local)) if value else 1 - _year_of_era(_year(local))
        ),
        lambda local: local,
    ),
    Field(
        "centuryOfEra",
        _CENTURY,
        _ERA,
        lambda local: _year_of_era(_year(local)) // 100,
        _any_year,
        lambda local, value: _set_year_of_era(
            local, value * 100 + _year_of_era(_year(local)) % 100
        ),
        _floor_year,
    ),
    Field(
        "yearOfEra",
        _YEAR,
        _ERA,
        lambda local: _year_of_era(_year(local)),
        lambda _: (1, YEARS[1]),
        _set_year_of_era,
        _floor_year,
    ),
    Field("year", _YEAR, _ERA, _year, _any_year, _set_year, _floor_year),
    Field(
        "weekyear",
        _YEAR,
        _ERA,
        lambda local: _week_of(local // DAY)[0],
        _any_year,
        _set_weekyear,
        lambda local: _first_week(_week_of(local // DAY)[0]) * DAY,
    ),
)
_DAY_FIELDS = (
    Field(
        "monthOfYear",
        MONTH,
        _YEAR,
        _month,
        lambda _: (1, 12),
        _on_date(lambda date, value: _with_clipped_day(date[0], value, date[2])),
        lambda local: days_from_date(*_date(local)[:2], 1) * DAY,
    ),
    Field(
        "dayOfYear",
        DAY,
        _YEAR,
        _day_of_year,
        lambda local: (1, 365 + _is_leap(_year(local))),
        _shift(_day_of_year, DAY),
        _floor_to(DAY),
    ),
    Field(
        "weekOfWeekyear",
        _WEEK,
        _YEAR,
        _week,
        lambda local: (1, _weeks_in(_week_of(local // DAY)[0])),
        _shift(_week, _WEEK),
        lambda local: local - ((local // DAY + 3) % 7) * DAY - local % DAY,
    ),
    Field(
        "dayOfMonth",
        DAY,
        MONTH,
        _day,
        lambda local: (1, count_days_of_month(*_date(local)[:2])),
        _shift(_day, DAY),
        _floor_to(DAY),
    ),
    Field(
        "dayOfWeek",
        DAY,
        _WEEK,
        _day_of_week,
        lambda _: (1, 7),
        _shift(_day_of_week, DAY),
        _floor_to(DAY),
    ),
)
_CLOCK_FIELDS = (
    _clock_field("halfdayOfDay", _HALFDAY, DAY),
    _clock_field("hourOfDay", HOUR, DAY),
    _clock_field("clockhourOfDay", HOUR, DAY, is_clock=True),
    _clock_field("hourOfHalfday", HOUR, _HALFDAY),
    _clock_field("clockhourOfHalfday", HOUR, _HALFDAY, is_clock=True),
    _clock_field("minuteOfHour", MINUTE, HOUR),
    _clock_field("secondOfMinute", SECOND, MINUTE),
    _clock_field("millisOfSecond", 1, SECOND),
)
FIELDS = {field.name: field for field in (*_YEAR_FIELDS, *_DAY_FIELDS, *_CLOCK_FIELDS)}
