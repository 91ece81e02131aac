"""Functions of dates and times that take a unit: date_trunc, date_add and date_diff."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    to_instant_near,
    to_local_time,
    to_wall_clock,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    TIMESTAMP,
    TIMESTAMP_TZ,
    VARCHAR,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
    quote_string,
)

_CLOCK_UNITS = ("millisecond", "second", "minute", "hour")
_DATE_UNITS = ("day", "week", "month", "quarter", "year")
_UNITS = {
    "date": _DATE_UNITS,
    "time": _CLOCK_UNITS,
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
_MICROSECONDS = {"millisecond": 1000, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6}
_MIDNIGHT = "DATE '1970-01-01'"


def _translate_call(
    translator: Translator, call: Call, count: int, moments: int
) -> tuple[Typed, list[Typed]]:
    """Translate the unit, and the moments at the end of the arguments."""
    if len(call.arguments) != count:
        raise _no_such_function(translator, call)
    unit, *rest = (translator.translate(argument) for argument in call.arguments)
    found = [
        coerce(value, TIMESTAMP) if value.type.name == "unknown" else value
        for value in rest[-moments:]
    ]
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
    given: Sequence[str],
    build: Callable[[str], str],
) -> str:
    """Write what depends on a unit; NULL wins over a unit that there is not."""
    units = _UNITS[kind.name]
    text = f"{unit.constant!r} is not a valid {kind.name.upper()} field"
    failure = failing_expression("INVALID_FUNCTION_ARGUMENT", text, result)
    present = " AND ".join(f"{sql} IS NOT NULL" for sql in (unit.sql, *given))
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
            local = to_local_time(translator, call.node, value)
            return f"({value.sql} - ({local} - {apply(local)}))"
        return change_wall_clock(translator, call.node, value, apply)

    return Typed(_choose_unit(unit, value.type, value.type, [value.sql], truncate), value.type)


def _date_add(translator: Translator, call: Call) -> Typed:
    unit, (value,) = _translate_call(translator, call, 3, 1)
    amount = translator.translate_as(call.arguments[1], BIGINT)

    def add(name: str) -> str:
        interval = _INTERVALS[name].format(f"athena_amount({amount.sql})")
        if value.type.name == TIMESTAMP_TZ and name in _CLOCK_UNITS:
            return _round(f"({value.sql} + {interval})", value.type)
        return change_wall_clock(
            translator,
            call.node,
            value,
            lambda local: _round(f"({local} + {interval})", value.type),
        )

    given = [value.sql, amount.sql]
    return Typed(_choose_unit(unit, value.type, value.type, given, add), value.type)


def _round(sql: str, kind: TrinoType) -> str:
    digits = kind.precision
    if digits is None or digits >= 3 or kind.name == "time":
        return sql
    name = "athena_round_instant" if kind.name == TIMESTAMP_TZ else "athena_round_timestamp"
    return f"{name}({sql}, {10 ** (6 - digits)})"


def _date_diff(translator: Translator, call: Call) -> Typed:
    unit, (start, end) = _translate_call(translator, call, 3, 2)
    common = common_type(start.type, end.type)
    if common is None:
        raise _no_such_function(translator, call)
    pair = [coerce(value, common).sql for value in (start, end)]
    zone = start.type.zone or end.type.zone or "UTC"

    def subtract(name: str) -> str:
        if common.name == "time":
            micros = f"(epoch_us({pair[1]}) - epoch_us({pair[0]}))"
            return f"({micros} // {_MICROSECONDS[name]})"
        sides = pair
        if common.name == TIMESTAMP_TZ:
            shown = "UTC" if name in _CLOCK_UNITS else zone
            sides = [to_wall_clock(sql, shown) for sql in pair]
        return f"datesub({quote_string(name)}, {sides[0]}, {sides[1]})"

    return Typed(_choose_unit(unit, common, BIGINT, pair, subtract), BIGINT)


def change_wall_clock(
    translator: Translator, node: exp.Expr, value: Typed, apply: Callable[[str], str]
) -> str:
    """Change a date, time or timestamp as wall-clock time."""
    kind = value.type
    if kind.name == "time":
        return f"CAST({apply(f'({_MIDNIGHT} + {value.sql})')} AS TIME)"
    changed = f"CAST({apply(to_local_time(translator, node, value))} AS TIMESTAMP)"
    if kind.name == "date":
        return f"CAST({changed} AS DATE)"
    if kind.name == TIMESTAMP_TZ:
        return to_instant_near(changed, kind.zone or "UTC", value.sql)
    return changed


FUNCTIONS: dict[str, FunctionHandler] = {
    "date_trunc": _date_trunc,
    "date_add": _date_add,
    "date_diff": _date_diff,
}
