"""Functions of dates and times that take a unit: date_trunc, date_add and date_diff."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    from_local_time,
    picoseconds_of,
    show_in_zone,
    to_local_time,
    to_wall_clock,
    without_zone,
)
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import translate_zoned
from local_athena.backends.duckdb.dialect.types.time_values import (
    MICROSECONDS,
    bind,
    change_digits,
    change_moment,
    moment_of,
    to_microseconds,
    to_picoseconds,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    TIME_TZ,
    TIMESTAMP,
    TIMESTAMP_TZ,
    TIMESTAMP_UTC,
    VARCHAR,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
    null_of,
    quote_string,
)

_CLOCK_UNITS = ("millisecond", "second", "minute", "hour")
_DATE_UNITS = ("day", "week", "month", "quarter", "year")
_UNITS = {
    "date": _DATE_UNITS,
    "time": _CLOCK_UNITS,
    TIME_TZ: _CLOCK_UNITS,
    "timestamp": (*_CLOCK_UNITS, *_DATE_UNITS),
    TIMESTAMP_TZ: (*_CLOCK_UNITS, *_DATE_UNITS),
}
_INTERVALS = {
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days({})",
    "week": "to_weeks({})",
    "month": "to_months({})",
    "quarter": "to_months(3 * {})",
    "year": "to_years({})",
}
# More of a unit leads out of all times there are.
_LARGEST = {
    **dict.fromkeys(("millisecond", "second", "minute", "hour"), 2**31 - 1),
    **{"day": 213_600_000, "week": 30_600_000, "month": 7_100_000, "quarter": 2_400_000},
    "year": 590_000,
}
_MICROSECONDS = {"millisecond": 1000, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6}
_MIDNIGHT = "DATE '1970-01-01'"
_CLOCKS = ("time", TIME_TZ)
_MILLISECONDS = 3
_MICROSECONDS_OF_DAY = 86_400 * 10**6


def _translate_call(
    translator: Translator, call: Call, count: int, moments: int
) -> tuple[Typed, list[Typed]]:
    """Translate the unit, and the moments at the end of the arguments."""
    if len(call.arguments) != count:
        raise _no_such_function(translator, call)
    unit = translator.translate(call.arguments[0])
    translator.require(call.arguments[0], unit.type, VARCHAR)
    # A result that has the zone of a value may be grouped by.
    read = translate_zoned if moments > 1 else Translator.translate
    found = [read(translator, argument) for argument in call.arguments[-moments:]]
    if moments == 1 and found[0].type.name == "unknown":
        raise translator.ambiguous(call.node)
    known = next((value.type for value in found if value.type.name != "unknown"), TIMESTAMP)
    found = [coerce(value, known) if value.type.name == "unknown" else value for value in found]
    if any(value.type.name not in _UNITS for value in found):
        raise _no_such_function(translator, call)
    return coerce(unit, VARCHAR), found


def _no_such_function(translator: Translator, call: Call) -> Exception:
    text = f"Unexpected parameters for function {call.name}"
    return translator.failure("FUNCTION_NOT_FOUND", text, call.node)


def _choose_unit(
    unit: Typed,
    kind: TrinoType,
    result: TrinoType,
    given: Sequence[Typed],
    build: Callable[[str], str],
) -> str:
    """Write what depends on a unit; NULL wins over a unit that there is not."""
    if any(each.is_null for each in (unit, *given)):
        return null_of(result).sql
    units = _UNITS[kind.name]
    is_clock = kind.name in _CLOCKS
    shown = (unit.constant or "").lower() if is_clock else unit.constant
    name = kind.name.partition(" ")[0].upper()
    text = f"'{shown}' is not a valid {name} field"
    failure = failing_expression("INVALID_FUNCTION_ARGUMENT", text, result)
    present = " AND ".join(f"{each.sql} IS NOT NULL" for each in (unit, *given))
    wrong = f"CASE WHEN {present} THEN {failure} END"
    if unit.constant is not None:
        name = unit.constant.lower()
        return build(name) if name in units else wrong
    branches = (f"WHEN {quote_string(name)} THEN {build(name)}" for name in units)
    return f"CASE lower({unit.sql}) {' '.join(branches)} ELSE {wrong} END"


def _date_trunc(translator: Translator, call: Call) -> Typed:
    unit, (value,) = _translate_call(translator, call, 2, 1)

    def truncate(name: str) -> str:
        def apply(local: str) -> str:
            return f"CAST(date_trunc({quote_string(name)}, {local}) AS TIMESTAMP)"

        if value.type.name == TIMESTAMP_TZ and name in _CLOCK_UNITS:
            # The offset stays also within an hour that a zone has twice.
            return _truncate_instant(value, apply)
        return change_wall_clock(value, apply, keeps_below=False)

    return Typed(_choose_unit(unit, value.type, value.type, [value], truncate), value.type)


def _truncate_instant(value: Typed, apply: Callable[[str], str]) -> str:
    kind = value.type

    def truncate(name: str) -> str:
        bound = Typed(name, kind)
        local = to_local_time(bound)
        moment = f"({to_microseconds(name, kind)} - ({local} - {apply(local)}))"
        return change_moment(
            name, kind, lambda _: to_picoseconds(moment) if kind.is_fine else moment
        )

    return bind(value.sql, kind, truncate)


def _date_add(translator: Translator, call: Call) -> Typed:
    unit, (value,) = _translate_call(translator, call, 3, 1)
    amount = translator.translate_as(call.arguments[1], BIGINT)
    kind = value.type

    def add(name: str) -> str:
        if kind.name in _CLOCKS:
            # Whole days do not change a time.
            rest = f"({amount.sql}) % {_MICROSECONDS_OF_DAY // _MICROSECONDS[name]}"
            return _round(add_microseconds(value, _INTERVALS[name].format(rest)), kind)
        interval = _INTERVALS[name].format(f"athena_amount({amount.sql}, {_LARGEST[name]})")
        if kind.name == TIMESTAMP_TZ and name in _CLOCK_UNITS:
            return _round(add_microseconds(value, interval), kind)
        return _round(change_wall_clock(value, lambda local: f"({local} + {interval})"), kind)

    given = [value, amount]
    return Typed(_choose_unit(unit, kind, kind, given, add), kind)


def _round(sql: str, kind: TrinoType) -> str:
    """Round what was added to the digits of a type."""
    digits = kind.precision
    if digits is None or digits >= 3:
        return sql
    return change_digits(sql, replace(kind, precision=MICROSECONDS), digits)[0]


def add_microseconds(value: Typed, interval: str) -> str:
    """Add an interval of days and less, a DuckDB one, to a time."""
    kind = value.type

    def add(moment: str) -> str:
        if not kind.is_fine:
            added = f"({moment} + {interval})"
            return f"CAST({added} AS TIME)" if kind.name in _CLOCKS else added
        added = f"({moment} + {to_picoseconds(interval)})"
        return f"athena_picos_of_day({added})" if kind.name in _CLOCKS else added

    return change_moment(value.sql, kind, add)


def _date_diff(translator: Translator, call: Call) -> Typed:
    unit, (start, end) = _translate_call(translator, call, 3, 2)
    sides = [without_zone(value) for value in (start, end)]
    common = common_type(sides[0].type, sides[1].type)
    if common is None:
        raise _no_such_function(translator, call)
    pair = [coerce(side, common) for side in sides]
    # The zone of the first one counts.
    shown = start if start.type.name == TIMESTAMP_TZ else Typed(pair[0].sql, TIMESTAMP_UTC)

    def subtract(name: str) -> str:
        moments = [to_microseconds(value.sql, value.type) for value in pair]
        if common.name in _CLOCKS:
            picos = [to_picoseconds(each) for each in moments]
            if common.is_fine:
                picos = [moment_of(value.sql, common) for value in pair]
            unit_picos = _MICROSECONDS[name] * 10**6
            return f"CAST(({picos[1]} - {picos[0]}) // {unit_picos} AS BIGINT)"
        if common.name == TIMESTAMP_TZ:
            is_clock = name in _CLOCK_UNITS
            moments = [
                to_wall_clock(each, "UTC") if is_clock else show_in_zone(each, shown)
                for each in moments
            ]
        if (common.precision or 0) > _MILLISECONDS:
            moments = [f"athena_whole_milliseconds({each})" for each in moments]
        return f"datesub({quote_string(name)}, {moments[0]}, {moments[1]})"

    if any(each.is_null for each in pair):
        return null_of(BIGINT)
    return Typed(_choose_unit(unit, common, BIGINT, pair, subtract), BIGINT)


def change_wall_clock(
    value: Typed, apply: Callable[[str], str], *, keeps_below: bool = True
) -> str:
    """Change a time as wall-clock time, with or without what is below its microseconds."""
    kind = value.type

    def change(name: str) -> str:
        bound = Typed(name, kind)
        local = to_local_time(bound)
        if kind.name in _CLOCKS:
            local = f"({_MIDNIGHT} + {local})"
        below = picoseconds_of(bound) if keeps_below else None
        changed = f"CAST({apply(local)} AS TIMESTAMP)"
        return from_local_time(changed, kind, bound if kind.is_zoned else None, below)

    return bind(value.sql, kind, change)


FUNCTIONS: dict[str, FunctionHandler] = {
    "date_trunc": _date_trunc,
    "date_add": _date_add,
    "date_diff": _date_diff,
}
