"""Functions of dates and times that depend on time zones, the clock and ISO 8601."""

from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    Clauses,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.datetimes.iso8601 import parse_iso8601
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    require_zone,
    to_instant,
    to_local_time,
    to_wall_clock,
)
from local_athena.backends.duckdb.dialect.datetimes.zone_names import format_offset, resolve_zone
from local_athena.backends.duckdb.dialect.function_calls import apply_signature
from local_athena.backends.duckdb.dialect.signatures import match_signature
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    DAY_TO_SECOND,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMP_TZ,
    TIMESTAMP_UTC,
    VARCHAR,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
)

_MAX_DIGITS = 6
_MOST_OFFSET = 14 * 60
_DIGITS_OF_DATES = 3
_CLOCK_FIELDS = ("hour", "minute", "second")
_DATE_FIELDS = ("day", "week", "month", "quarter", "year")
_MOMENTS = ("date", "timestamp", TIMESTAMP_TZ)


def _arguments(translator: Translator, call: Call, *counts: int) -> list[Typed]:
    if len(call.arguments) not in counts:
        raise _no_such_function(translator, call)
    return [translator.translate(argument) for argument in call.arguments]


def _no_such_function(translator: Translator, call: Call) -> Exception:
    text = f"Unexpected parameters for function {call.name}"
    return translator.failure("FUNCTION_NOT_FOUND", text, call.node)


def _require_moment(translator: Translator, call: Call, value: Typed) -> Typed:
    if value.type.name == "unknown":
        return coerce(value, TIMESTAMP)
    if value.type.name not in _MOMENTS:
        text = f"Unexpected parameters ({value.type}) for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return value


def _from_unixtime(translator: Translator, call: Call) -> Typed:
    values = _arguments(translator, call, 1, 2, 3)
    translator.require(call.arguments[0], values[0].type, DOUBLE)
    seconds = coerce(values[0], DOUBLE)
    kind = TIMESTAMP_UTC
    if len(values) == 2:
        translator.require(call.arguments[1], values[1].type, VARCHAR)
        kind = replace(kind, zone=require_zone(translator, call.node, values[1]))
    if len(values) == 3:
        kind = replace(kind, zone=_read_offset(translator, call, *values[1:]))
    return Typed(f"athena_from_unixtime({seconds.sql})", kind)


def _read_offset(translator: Translator, call: Call, hours: Typed, minutes: Typed) -> str:
    for node, value in zip(call.arguments[1:], (hours, minutes), strict=True):
        translator.require(node, value.type, BIGINT)
    if hours.constant is None or minutes.constant is None:
        raise translator.unsupported(call.node, "time zones that are not constants")
    total = int(hours.constant) * 60 + int(minutes.constant)
    if abs(total) > _MOST_OFFSET:
        text = f"Invalid offset minutes {total}"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, call.node)
    return format_offset(total) if total else "UTC"


def _require_instant(translator: Translator, node: exp.Expr, value: Typed) -> Typed:
    if value.type.name not in ("timestamp", TIMESTAMP_TZ, "unknown"):
        text = f"Type of value must be a time or timestamp with or without time zone: {value.type}"
        raise translator.mismatch(node, text)
    kind = replace(TIMESTAMP_UTC, precision=value.type.precision or 0)
    if value.type.name == TIMESTAMP_TZ:
        return value
    return Typed(to_instant(f"CAST({value.sql} AS TIMESTAMP)", "UTC"), kind)


def _move_to_zone(translator: Translator, node: exp.Expr, value: Typed, zone: Typed) -> Typed:
    """Show the same instant in another time zone."""
    moment = _require_instant(translator, node, value)
    if zone.type.name == DAY_TO_SECOND:
        return Typed(moment.sql, replace(moment.type, zone=_offset_of(translator, node, zone)))
    if zone.type.name not in ("varchar", "char", "unknown"):
        raise translator.mismatch(node, f"Type of value must be a time zone: {zone.type}")
    if zone.constant is None:
        # Refused only where its text or its wall clock is needed.
        return Typed(
            f"athena_known_zone({moment.sql}, {zone.sql})", replace(moment.type, zone=None)
        )
    name = resolve_zone(zone.constant)
    if name is None:
        text = f"'{zone.constant}' is not a valid time zone"
        failure = failing_expression("INVALID_FUNCTION_ARGUMENT", text, moment.type)
        return Typed(f"CASE WHEN {moment.sql} IS NOT NULL THEN {failure} END", moment.type)
    return Typed(moment.sql, replace(moment.type, zone=name))


def _offset_of(translator: Translator, node: exp.Expr, zone: Typed) -> str:
    if zone.constant is None:
        raise translator.unsupported(node, "time zones that are not constants")
    minutes, rest = divmod(int(zone.constant), 60_000)
    if rest or abs(minutes) > _MOST_OFFSET:
        text = f"Invalid time zone offset interval: {zone.constant} milliseconds"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, node)
    return format_offset(minutes) if minutes else "UTC"


def _at_timezone(translator: Translator, call: Call) -> Typed:
    value, zone = _arguments(translator, call, 2)
    moment = _moment_of(translator, call.arguments[0], value)
    return _move_to_zone(translator, call.node, moment, zone)


def _with_timezone(translator: Translator, call: Call) -> Typed:
    value, zone = _arguments(translator, call, 2)
    if value.type.name not in ("date", "timestamp", "unknown"):
        raise _no_such_function(translator, call)
    translator.require(call.arguments[1], zone.type, VARCHAR)
    name = require_zone(translator, call.node, zone)
    digits = value.type.precision if value.type.name == "timestamp" else _DIGITS_OF_DATES
    kind = replace(TIMESTAMP_UTC, precision=digits, zone=name)
    return Typed(to_instant(coerce(value, TIMESTAMP).sql, name), kind)


def _at_time_zone(translator: Translator, node: exp.AtTimeZone) -> Typed:
    zone = translator.translate(node.args["zone"])
    moment = _moment_of(translator, node.this, translator.translate(node.this))
    return _move_to_zone(translator, node, moment, zone)


def _moment_of(translator: Translator, node: exp.Expr, value: Typed) -> Typed:
    """Return what is moved to another zone: that of an ISO 8601 text may differ between rows."""
    is_iso8601 = isinstance(node, exp.Anonymous) and node.name.lower() == "from_iso8601_timestamp"
    if not is_iso8601:
        return value
    text = translator.translate_as(node.expressions[0], VARCHAR)
    return Typed(f"athena_iso8601({text.sql})", value.type)


def _now(translator: Translator, call: Call) -> Typed:
    _arguments(translator, call, 0)
    return Typed("athena_now()", TIMESTAMP_UTC)


def _make_clock(kind: TrinoType) -> FunctionHandler:
    """Translate `current_timestamp(6)`: when the statement started, to a number of digits."""

    def handler(translator: Translator, call: Call) -> Typed:
        (value,) = _arguments(translator, call, 1)
        if value.constant is None or not value.constant.isdecimal():
            raise translator.malformed(call.node)
        digits = int(value.constant)
        if digits > _MAX_DIGITS:
            raise translator.unsupported(call.node, "times more precise than microseconds")
        unit = 10 ** (_MAX_DIGITS - digits)
        local = f"make_timestamp(athena_whole_units(epoch_us(now()), {unit}))"
        sql = to_instant(local, kind.zone) if kind.zone else local
        return Typed(sql, replace(kind, precision=digits))

    return handler


def _from_iso8601_timestamp(translator: Translator, call: Call) -> Typed:
    (given,) = _arguments(translator, call, 1)
    value = translator.translate_as(call.arguments[0], VARCHAR)
    if given.constant is None:
        return Typed(f"athena_iso8601_instant({value.sql})", TIMESTAMP_UTC)
    zone = _find_iso8601_zone(given.constant)
    return Typed(f"athena_iso8601({value.sql})", replace(TIMESTAMP_UTC, zone=zone))


def _find_iso8601_zone(text: str) -> str:
    try:
        return parse_iso8601(text).zone
    except ValueError:
        # It fails when it is evaluated, where TRY catches it.
        return "UTC"


def _to_iso8601(translator: Translator, call: Call) -> Typed:
    (value,) = _arguments(translator, call, 1)
    value = _require_moment(translator, call, value)
    local = to_local_time(translator, call.node, value)
    if value.type.name == "date":
        return Typed(f"athena_day_text({local})", VARCHAR)
    digits = value.type.precision or 0
    fraction = f" || '.' || left(strftime({local}, '%f'), {digits})" if digits else ""
    text = f"(athena_day_text({local}) || strftime({local}, 'T%H:%M:%S'){fraction})"
    if value.type.name == TIMESTAMP_TZ:
        text += f" || athena_offset_text({local}, {to_wall_clock(value.sql, 'UTC')})"
    return Typed(f"({text})", VARCHAR)


def _extract(translator: Translator, node: exp.Extract) -> Typed:
    field = node.this.name.lower()
    call = Call(field, [node.expression], node, Clauses())
    if field in ("timezone_hour", "timezone_minute"):
        return _zone_part(translator, call)
    value = translator.translate(node.expression)
    known = (*_DATE_FIELDS, *_CLOCK_FIELDS, "day_of_month", "day_of_week", "dow")
    if field not in (*known, "day_of_year", "doy", "year_of_week", "yow"):
        raise translator.failure("SYNTAX_ERROR", f"Invalid EXTRACT field: {field.upper()}", node)
    is_known = match_signature(field, [value.type]) is not None
    if not is_known or (value.type.name == "date" and field in _CLOCK_FIELDS):
        raise translator.mismatch(node, f"Cannot extract {field.upper()} from {value.type}")
    return apply_signature(translator, call, [value])


def _zone_part(translator: Translator, call: Call) -> Typed:
    (value,) = _arguments(translator, call, 1)
    if value.type.name != TIMESTAMP_TZ:
        raise translator.mismatch(call.node, f"{value.type} has no time zone")
    local = to_local_time(translator, call.node, value)
    minutes = f"athena_offset_minutes({local}, {to_wall_clock(value.sql, 'UTC')})"
    return Typed(f"({minutes} {'//' if call.name.endswith('hour') else '%'} 60)", BIGINT)


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.AtTimeZone: _at_time_zone,
    exp.Extract: _extract,
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "from_unixtime": _from_unixtime,
    "at_timezone": _at_timezone,
    "with_timezone": _with_timezone,
    "now": _now,
    "current_timestamp": _make_clock(TIMESTAMP_UTC),
    "localtimestamp": _make_clock(TIMESTAMP),
    "from_iso8601_timestamp": _from_iso8601_timestamp,
    "to_iso8601": _to_iso8601,
    "timezone_hour": _zone_part,
    "timezone_minute": _zone_part,
}
