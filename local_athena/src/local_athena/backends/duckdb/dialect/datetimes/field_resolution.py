"""Find the local time that several fields of the calendar stand for together, as Joda-Time does."""

from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import (
    DAY,
    FIELDS,
    HOUR,
    MINUTE,
    MONTH,
    SECOND,
    YEARS,
    Field,
    count_days_of_month,
    days_from_date,
)

_DEFAULT_YEAR = 2000
_USUAL_CLOCK = (
    ("hourOfDay", HOUR, 23),
    ("minuteOfHour", MINUTE, 59),
    ("secondOfMinute", SECOND, 59),
    ("millisOfSecond", 1, 999),
)


def resolve_fields(values: list[tuple[Field, int]]) -> int:
    """Find the local time with the given values, from the longest field to the shortest.

    Raises:
        ValueError: If a value is outside of its field's limits.
    """
    usual = _resolve_usual({field.name: value for field, value in values}, len(values))
    if usual is not None:
        return usual
    ordered = sorted(values, key=lambda pair: (-pair[0].reach, -pair[0].unit))
    # A year without a leap day would refuse 29 February.
    if ordered and DAY <= ordered[0][0].unit <= MONTH:
        ordered.insert(0, (FIELDS["year"], _DEFAULT_YEAR))
    local = 0
    for field, value in ordered:
        local = field.floor(_set(field, local, value))
    for field, value in ordered:
        local = _set(field, local, value)
    return local


def _resolve_usual(values: dict[str, int], count: int) -> int | None:
    """Find the local time of a date and a clock of 24 hours, None if the fields are others."""
    if len(values) < count or "year" not in values:
        return None
    year, month, day = (values.pop(name, 1) for name in ("year", "monthOfYear", "dayOfMonth"))
    clock = 0
    for name, unit, most in _USUAL_CLOCK:
        value = values.pop(name, 0)
        if not 0 <= value <= most:
            return None
        clock += value * unit
    is_date = YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12
    if values or not is_date or not 1 <= day <= count_days_of_month(year, month):
        return None
    return days_from_date(year, month, day) * DAY + clock


def _set(field: Field, local: int, value: int) -> int:
    low, high = field.limits(local)
    if not low <= value <= high:
        raise ValueError(f"Value {value} for {field.name} must be in the range [{low},{high}]")
    return field.write(local, value)
