"""Functions of dates and times that depend on units, patterns or time zones."""

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    Clauses,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.function_calls import apply_signature
from local_athena.backends.duckdb.dialect.time_patterns import joda_to_strftime, mysql_to_strftime
from local_athena.backends.duckdb.dialect.time_zones import to_instant, to_local_time, to_wall_clock
from local_athena.backends.duckdb.dialect.trino_types import (
    BIGINT,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMP_TZ,
    TIMESTAMP_UTC,
    VARCHAR,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.typed_sql import Typed, coerce, quote_string

_INTERVALS = {
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))",
    "week": "to_weeks(CAST({} AS INTEGER))",
    "month": "to_months(CAST({} AS INTEGER))",
    "quarter": "to_months(CAST(3 * {} AS INTEGER))",
    "year": "to_years(CAST({} AS INTEGER))",
}
_MAX_DIGITS = 6
_DATE_UNITS = ("day", "week", "month", "quarter", "year")
_MOMENTS = ("date", "timestamp", TIMESTAMP_TZ)


def _arguments(translator: Translator, call: Call, *counts: int) -> list[Typed]:
    if len(call.arguments) not in counts:
        text = f"Unexpected parameters for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return [translator.translate(argument) for argument in call.arguments]


def _require_moment(translator: Translator, call: Call, value: Typed) -> Typed:
    if value.type.name == "unknown":
        return coerce(value, TIMESTAMP)
    if value.type.name not in _MOMENTS:
        text = f"Unexpected parameters ({value.type}) for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return value


def _require_constant(translator: Translator, call: Call, value: Typed, what: str) -> str:
    if value.constant is None:
        raise translator.unsupported(call.node, f"{what} that are not constants")
    return value.constant


def _require_unit(translator: Translator, call: Call, value: Typed, kind: TrinoType) -> str:
    unit = _require_constant(translator, call, value, "units").lower()
    if unit not in _INTERVALS or (kind.name == "date" and unit not in _DATE_UNITS):
        text = f"'{unit}' is not a valid {kind.name.upper()} field"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, call.node)
    return unit


def _change_wall_clock(
    translator: Translator, node: exp.Expr, value: Typed, apply: Callable[[str], str]
) -> Typed:
    """Change a date or timestamp as wall-clock time, and keep its type."""
    changed = f"CAST({apply(to_local_time(translator, node, value))} AS TIMESTAMP)"
    if value.type.name == "date":
        return Typed(f"CAST({changed} AS DATE)", value.type)
    if value.type.name == TIMESTAMP_TZ:
        return Typed(to_instant(changed, value.type.zone or "UTC"), value.type)
    return Typed(changed, replace(value.type, precision=max(3, value.type.precision or 0)))


def _date_trunc(translator: Translator, call: Call) -> Typed:
    unit_value, value = _arguments(translator, call, 2)
    value = _require_moment(translator, call, value)
    unit = _require_unit(translator, call, unit_value, value.type)
    return _change_wall_clock(
        translator, call.node, value, lambda local: f"date_trunc({quote_string(unit)}, {local})"
    )


def _date_add(translator: Translator, call: Call) -> Typed:
    unit_value, _, value = _arguments(translator, call, 3)
    value = _require_moment(translator, call, value)
    unit = _require_unit(translator, call, unit_value, value.type)
    amount = translator.translate_as(call.arguments[1], BIGINT)
    interval = _INTERVALS[unit].format(amount.sql)
    return _change_wall_clock(translator, call.node, value, lambda local: f"{local} + {interval}")


def _date_diff(translator: Translator, call: Call) -> Typed:
    unit_value, start, end = _arguments(translator, call, 3)
    start, end = (_require_moment(translator, call, value) for value in (start, end))
    common = common_type(start.type, end.type) or TIMESTAMP
    unit = _require_unit(translator, call, unit_value, common)
    if common.name == TIMESTAMP_TZ:
        zone = start.type.zone or end.type.zone or "UTC"
        pair = [to_wall_clock(coerce(value, common).sql, zone) for value in (start, end)]
    else:
        pair = [coerce(value, common).sql for value in (start, end)]
    return Typed(f"datesub({quote_string(unit)}, {pair[0]}, {pair[1]})", BIGINT)


def _make_formatting(pattern: Callable[[Translator, exp.Expr, str], str]) -> FunctionHandler:
    def handler(translator: Translator, call: Call) -> Typed:
        value, form = _arguments(translator, call, 2)
        value = _require_moment(translator, call, value)
        text = pattern(translator, call.node, _require_constant(translator, call, form, "patterns"))
        local = to_local_time(translator, call.node, value)
        return Typed(f"athena_formatted({local}, {quote_string(text)})", VARCHAR)

    return handler


def _date_parse(translator: Translator, call: Call) -> Typed:
    _, form = _arguments(translator, call, 2)
    value = translator.translate_as(call.arguments[0], VARCHAR)
    constant = _require_constant(translator, call, form, "patterns")
    pattern = mysql_to_strftime(translator, call.node, constant)
    return Typed(_parse(value.sql, pattern), TIMESTAMP)


def _parse_datetime(translator: Translator, call: Call) -> Typed:
    _, form = _arguments(translator, call, 2)
    value = translator.translate_as(call.arguments[0], VARCHAR)
    constant = _require_constant(translator, call, form, "patterns")
    pattern = joda_to_strftime(translator, call.node, constant)
    if "%z" in pattern or "%Z" in pattern:
        raise translator.unsupported(call.node, "parsing of time zones")
    return Typed(f"timezone('UTC', {_parse(value.sql, pattern)})", TIMESTAMP_UTC)


def _parse(text: str, pattern: str) -> str:
    return f"athena_whole_milliseconds(strptime({text}, {quote_string(pattern)}))"


def _from_unixtime(translator: Translator, call: Call) -> Typed:
    values = _arguments(translator, call, 1, 2)
    seconds = translator.translate_as(call.arguments[0], DOUBLE)
    kind = TIMESTAMP_UTC
    if len(values) == 2:
        kind = replace(kind, zone=_require_constant(translator, call, values[1], "time zones"))
    return Typed(f"to_timestamp(round({seconds.sql} * 1000) / 1000)", kind)


def _require_instant(translator: Translator, node: exp.Expr, value: Typed) -> Typed:
    if value.type.name not in ("timestamp", TIMESTAMP_TZ, "unknown"):
        text = f"Type of value must be a time or timestamp with or without time zone: {value.type}"
        raise translator.mismatch(node, text)
    kind = replace(TIMESTAMP_UTC, precision=value.type.precision or 0)
    if value.type.name == TIMESTAMP_TZ:
        return value
    return Typed(to_instant(f"CAST({value.sql} AS TIMESTAMP)", "UTC"), kind)


def move_to_zone(translator: Translator, node: exp.Expr, value: Typed, zone: Typed) -> Typed:
    """Show the same instant in another time zone."""
    moment = _require_instant(translator, node, value)
    return Typed(moment.sql, replace(moment.type, zone=zone.constant))


def _at_timezone(translator: Translator, call: Call) -> Typed:
    _, zone = _arguments(translator, call, 2)
    value = _translate_moment(translator, call.arguments[0])
    return move_to_zone(translator, call.node, value, zone)


def _with_timezone(translator: Translator, call: Call) -> Typed:
    _, zone = _arguments(translator, call, 2)
    value = translator.translate_as(call.arguments[0], TIMESTAMP)
    name = _require_constant(translator, call, zone, "time zones")
    kind = replace(TIMESTAMP_UTC, precision=value.type.precision, zone=name)
    return Typed(to_instant(value.sql, name), kind)


def _at_time_zone(translator: Translator, node: exp.AtTimeZone) -> Typed:
    zone = translator.translate(node.args["zone"])
    return move_to_zone(translator, node, _translate_moment(translator, node.this), zone)


def _translate_moment(translator: Translator, node: exp.Expr) -> Typed:
    """Translate what is moved to another zone: that of an ISO 8601 text may differ between rows."""
    value = translator.translate(node)
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
    sign = max(given.constant.rfind("+"), given.constant.rfind("-"))
    offset = given.constant[sign:] if "T" in given.constant[:sign] else "UTC"
    zone = "UTC" if offset.strip("+-0:") == "" else offset
    return Typed(f"athena_iso8601({value.sql})", replace(TIMESTAMP_UTC, zone=zone))


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
    known = (*_DATE_UNITS, "hour", "minute", "second", "day_of_month", "day_of_week", "dow")
    if field not in (*known, "day_of_year", "doy", "year_of_week", "yow"):
        raise translator.failure("SYNTAX_ERROR", f"Invalid EXTRACT field: {field.upper()}", node)
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
    "date_trunc": _date_trunc,
    "date_add": _date_add,
    "date_diff": _date_diff,
    "date_format": _make_formatting(mysql_to_strftime),
    "format_datetime": _make_formatting(joda_to_strftime),
    "date_parse": _date_parse,
    "parse_datetime": _parse_datetime,
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
