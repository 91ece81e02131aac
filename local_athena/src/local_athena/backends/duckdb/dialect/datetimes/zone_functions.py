"""Functions that make a time with time zone, move it to another zone, or tell its offset."""

from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    locate_time,
    offset_minutes,
    picoseconds_of,
    to_local_time,
    without_zone,
)
from local_athena.backends.duckdb.dialect.datetimes.zone_arguments import (
    Zone,
    read_interval,
    read_offset,
    read_zone,
)
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import translate_zoned
from local_athena.backends.duckdb.dialect.types.time_values import bind, with_zone
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    DAY_TO_SECOND,
    DOUBLE,
    TIME_TZ,
    TIMESTAMP,
    TIMESTAMP_TZ,
    TIMESTAMP_UTC,
    VARCHAR,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, evaluate_once

_NANOSECONDS = 9
_FROM_UNIXTIME = "athena_from_unixtime({})".format


def _arguments(translator: Translator, call: Call, *counts: int) -> list[Typed]:
    if len(call.arguments) not in counts:
        raise _no_such_function(translator, call)
    return [translator.translate(argument) for argument in call.arguments]


def _no_such_function(translator: Translator, call: Call) -> Exception:
    text = f"Unexpected parameters for function {call.name}"
    return translator.failure("FUNCTION_NOT_FOUND", text, call.node)


def _from_unixtime(translator: Translator, call: Call) -> Typed:
    values = _arguments(translator, call, 1, 2, 3)
    translator.require(call.arguments[0], values[0].type, DOUBLE)
    seconds = coerce(values[0], DOUBLE).sql
    if len(values) == 2:
        translator.require(call.arguments[1], values[1].type, VARCHAR)
        return _show_seconds(seconds, read_zone(coerce(values[1], VARCHAR), is_key=True))
    if len(values) == 3:
        for node, value in zip(call.arguments[1:], values[1:], strict=True):
            translator.require(node, value.type, BIGINT)
        hours, minutes = (coerce(value, BIGINT) for value in values[1:])
        return _show_seconds(seconds, read_offset(hours, minutes))
    return Typed(evaluate_once(seconds, _FROM_UNIXTIME), TIMESTAMP_UTC)


def _show_seconds(seconds: str, zone: Zone) -> Typed:
    """Show seconds since 1970 in a zone, which is read first: both may be wrong."""

    def read(number: str) -> str:
        known = f"CASE WHEN ({zone.sql}) IS NOT NULL THEN {_FROM_UNIXTIME(number)} END"
        return f"CASE WHEN {number} IS NOT NULL THEN {known} END"

    sql = evaluate_once(seconds, _FROM_UNIXTIME if zone.name is not None else read)
    return _show_in(Typed(sql, TIMESTAMP_UTC), zone)


def _show_in(moment: Typed, zone: Zone) -> Typed:
    """Show a moment of UTC in a zone."""
    kind = replace(moment.type, zone=zone.name)
    return Typed(with_zone(moment.sql, zone.sql, kind), kind)


def _from_unixtime_nanos(translator: Translator, call: Call) -> Typed:
    (value,) = _arguments(translator, call, 1)
    kind = value.type
    if kind.name not in ("decimal", "unknown") and not kind.is_integer:
        raise _no_such_function(translator, call)
    number = coerce(value, BIGINT) if kind.name == "unknown" else value
    checked = f"athena_nanoseconds(CAST(round({number.sql}) AS HUGEINT))"
    sql = f"({checked} * 1000)"
    return Typed(sql, replace(TIMESTAMP_UTC, precision=_NANOSECONDS))


def _at_timezone(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) != 2:
        raise _no_such_function(translator, call)
    value = translate_zoned(translator, call.arguments[0])
    zone = translator.translate(call.arguments[1])
    if value.type.name not in ("date", "timestamp", TIMESTAMP_TZ, "unknown"):
        raise _no_such_function(translator, call)
    if zone.type.name not in ("varchar", DAY_TO_SECOND, "unknown"):
        raise _no_such_function(translator, call)
    return _move(_in_utc(value), zone)


def _in_utc(value: Typed) -> Typed:
    """Coerce a date or time to one with a time zone, and drop its own zone."""
    name = TIME_TZ if value.type.name in ("time", TIME_TZ) else TIMESTAMP_TZ
    digits = 3 if value.type.name == "unknown" else value.type.precision or 0
    if value.type.is_zoned:
        return without_zone(value)
    return coerce(value, TrinoType(name, precision=digits, zone="UTC"))


def _move(moment: Typed, zone: Typed) -> Typed:
    """Show the same moment in another time zone."""
    if zone.type.name == DAY_TO_SECOND:
        return _show_in(moment, read_interval(zone))
    return _show_in(moment, read_zone(coerce(zone, VARCHAR)))


def _with_timezone(translator: Translator, call: Call) -> Typed:
    value, zone = _arguments(translator, call, 2)
    if value.type.name not in ("date", "timestamp", "unknown"):
        raise _no_such_function(translator, call)
    translator.require(call.arguments[1], zone.type, VARCHAR)
    digits = 3 if value.type.name == "unknown" else value.type.precision or 0
    local = coerce(value, replace(TIMESTAMP, precision=digits))
    return _locate(local, read_zone(coerce(zone, VARCHAR)))


def _locate(local: Typed, zone: Zone) -> Typed:
    """Take a timestamp for a wall-clock time of a zone."""
    kind = replace(TIMESTAMP_UTC, precision=local.type.precision, zone=zone.name)
    sql = locate_time(to_local_time(local), kind, zone.sql, below=picoseconds_of(local))
    return Typed(sql, kind)


def _at_time_zone(translator: Translator, node: exp.AtTimeZone) -> Typed:
    zone = node.args["zone"]
    if not isinstance(zone, exp.Interval) and not (
        isinstance(zone, exp.Literal) and zone.is_string
    ):
        raise translator.malformed(zone)
    value = translate_zoned(translator, node.this)
    if value.type.name not in ("time", TIME_TZ, "timestamp", TIMESTAMP_TZ):
        text = "Type of value must be a time or timestamp with or without time zone"
        raise translator.mismatch(node, f"{text} (actual {value.type})")
    moved = _move(_in_utc(value), translator.translate(zone))
    if (
        moved.type.name == TIME_TZ
        and moved.type.zone not in ("UTC", None)
        and moved.type.zone[0] not in "+-"
    ):
        # It has the offset of the time at which the statement runs.
        raise translator.unsupported(node, "the offset of a time zone at the time of the query")
    return moved


def extract_zone_part(translator: Translator, call: Call) -> Typed:
    """Tell the hours or minutes of a time's offset from UTC, as the name of the call says."""
    if len(call.arguments) != 1:
        raise _no_such_function(translator, call)
    value = translate_zoned(translator, call.arguments[0])
    if value.type.name == "unknown" and isinstance(call.node, exp.Extract):
        text = f"Cannot extract {call.name.upper()} from unknown"
        raise translator.mismatch(call.node, text)
    if value.type.name == "unknown":
        value = coerce(value, TIMESTAMP_UTC)
    if value.type.name == "time":
        value = _in_utc(value)
    if not value.type.is_zoned:
        raise translator.mismatch(call.node, f"{value.type} has no time zone")
    operator = "//" if call.name.endswith("hour") else "%"
    kind = value.type

    def extract(name: str) -> str:
        minutes = offset_minutes(Typed(name, kind))
        return f"CASE WHEN ({name}) IS NOT NULL THEN {minutes} {operator} 60 END"

    return Typed(bind(value.sql, kind, extract), BIGINT)


HANDLERS: dict[type[exp.Expr], Handler] = {exp.AtTimeZone: _at_time_zone}
FUNCTIONS: dict[str, FunctionHandler] = {
    "at_timezone": _at_timezone,
    "from_unixtime": _from_unixtime,
    "from_unixtime_nanos": _from_unixtime_nanos,
    "timezone_hour": extract_zone_part,
    "timezone_minute": extract_zone_part,
    "with_timezone": _with_timezone,
}
