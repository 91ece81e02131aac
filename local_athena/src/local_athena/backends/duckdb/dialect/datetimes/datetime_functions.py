"""Functions of dates and times that depend on the clock and ISO 8601, and EXTRACT."""

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
from local_athena.backends.duckdb.dialect.datetimes.iso8601_nanoseconds import read_nanoseconds
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    locate_time,
    offset_minutes,
    picoseconds_of,
)
from local_athena.backends.duckdb.dialect.datetimes.zone_functions import extract_zone_part
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import translate_zoned
from local_athena.backends.duckdb.dialect.function_calls import apply_signature
from local_athena.backends.duckdb.dialect.rendering import render_clock
from local_athena.backends.duckdb.dialect.signatures import match_signature
from local_athena.backends.duckdb.dialect.types.time_values import (
    MICROSECONDS,
    PICOSECONDS,
    bind,
    to_microseconds,
    with_zone,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
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
_MILLISECONDS = 3
_CLOCK_FIELDS = ("hour", "minute", "second")
_DATE_FIELDS = ("day", "week", "month", "quarter", "year")
_MOMENTS = ("date", "timestamp", TIMESTAMP_TZ)
_TIME = TrinoType("time", precision=_MILLISECONDS)
_TIME_UTC = TrinoType(TIME_TZ, precision=_MILLISECONDS, zone="UTC")


def _arguments(translator: Translator, call: Call, *counts: int) -> list[Typed]:
    if len(call.arguments) not in counts:
        raise _no_such_function(translator, call)
    return [translate_zoned(translator, argument) for argument in call.arguments]


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


def _now(translator: Translator, call: Call) -> Typed:
    _arguments(translator, call, 0)
    return Typed("athena_now()", TIMESTAMP_UTC)


def _clock(kind: TrinoType, digits: int) -> Typed:
    """Write the time at which the statement started, to a number of digits."""
    unit = 10 ** max(0, MICROSECONDS - digits)
    local = f"make_timestamp(athena_whole_units(epoch_us(now()), {unit}))"
    shown = replace(kind, precision=digits)
    return Typed(locate_time(local, shown, "'UTC'"), shown)


def _make_clock(kind: TrinoType) -> FunctionHandler:
    """Translate `current_timestamp(6)`."""

    def handler(translator: Translator, call: Call) -> Typed:
        if len(call.arguments) != 1 or not call.arguments[0].name.isdecimal():
            raise translator.malformed(call.node)
        digits = int(call.arguments[0].name)
        if digits > PICOSECONDS:
            text = f"{kind.name.upper()} precision must be in range [0, {PICOSECONDS}]: {digits}"
            raise translator.failure("NUMERIC_VALUE_OUT_OF_RANGE", text, call.node)
        return _clock(kind, digits)

    return handler


def _without_arguments(translator: Translator, call: Call) -> Typed:
    # Its name is a key word, which stands without parentheses.
    raise translator.malformed(call.node)


def _from_iso8601_timestamp(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) != 1:
        raise _no_such_function(translator, call)
    given = translator.translate(call.arguments[0])
    translator.require(call.arguments[0], given.type, VARCHAR)
    value = coerce(given, VARCHAR)
    if given.constant is None:
        instant = evaluate_once(value.sql, "athena_iso8601_instant({})".format)
        return Typed(instant, TIMESTAMP_UTC)
    zone = _find_iso8601_zone(given.constant)
    return Typed(f"athena_iso8601({value.sql})", replace(TIMESTAMP_UTC, zone=zone))


def _find_iso8601_zone(text: str) -> str:
    try:
        return parse_iso8601(text).zone
    except ValueError:
        # It fails when it is evaluated, where TRY catches it.
        return "UTC"


def _from_iso8601_nanos(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) != 1:
        raise _no_such_function(translator, call)
    given = translator.translate(call.arguments[0])
    translator.require(call.arguments[0], given.type, VARCHAR)
    text = coerce(given, VARCHAR).sql
    zone = None
    if given.constant is not None:
        try:
            zone = read_nanoseconds(given.constant)[1]
        except ValueError:
            zone = "UTC"  # As above.
    kind = replace(TIMESTAMP_UTC, precision=_NANOSECONDS, zone=zone)
    moment = f"athena_iso8601_picos({text})"
    return Typed(with_zone(moment, f"athena_iso8601_picos_zone({text})", kind), kind)


def _to_unixtime(translator: Translator, call: Call) -> Typed:
    (value,) = _arguments(translator, call, 1)
    if value.type.name == "unknown":
        value = coerce(value, TIMESTAMP_UTC)
    if value.type.name == "date":
        value = coerce(value, TIMESTAMP)
    if value.type.name not in ("timestamp", TIMESTAMP_TZ):
        raise _no_such_function(translator, call)
    micros = f"epoch_us({to_microseconds(value.sql, value.type)})"
    if value.type.name == "timestamp" and not value.type.is_fine:
        return Typed(f"({micros} / 1000000)", DOUBLE)
    seconds = f"athena_unixtime(z_us, {picoseconds_of(value) or 0})"
    return Typed(f"list_transform([{micros}], lambda z_us: {seconds})[1]", DOUBLE)


def _to_iso8601(translator: Translator, call: Call) -> Typed:
    (value,) = _arguments(translator, call, 1)
    if value.type.name in ("date", "unknown"):
        return Typed(f"athena_day_text({value.sql})", TrinoType("varchar", length=16))
    kind = _require_moment(translator, call, value).type
    length = (28 if kind.is_zoned else 22) + (kind.precision + 1 if kind.precision else 0)
    sql = bind(value.sql, kind, lambda name: _write_iso8601(Typed(name, kind)))
    return Typed(sql, TrinoType("varchar", length=length))


def _write_iso8601(value: Typed) -> str:
    text = render_clock(value, value.type.precision or 0, "T")
    if value.type.is_zoned:
        text += f" || replace(athena_zone_of_offset({offset_minutes(value)}), 'UTC', 'Z')"
    return f"({text})"


def _extract(translator: Translator, node: exp.Extract) -> Typed:
    field = node.this.name.lower()
    call = Call(field, [node.expression], node, Clauses())
    if field in ("timezone_hour", "timezone_minute"):
        return extract_zone_part(translator, call)
    known = (*_DATE_FIELDS, *_CLOCK_FIELDS, "day_of_month", "day_of_week", "dow")
    if field not in (*known, "day_of_year", "doy", "year_of_week", "yow"):
        raise translator.failure("SYNTAX_ERROR", f"Invalid EXTRACT field: {field.upper()}", node)
    value = translate_zoned(translator, node.expression)
    if value.type.name == "unknown":
        raise translator.mismatch(node, f"Cannot extract {field.upper()} from unknown")
    is_known = match_signature(field, [value.type]) is not None
    if not is_known or (value.type.name == "date" and field in _CLOCK_FIELDS):
        raise translator.mismatch(node, f"Cannot extract {field.upper()} from {value.type}")
    return apply_signature(translator, call, [value])


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.CurrentTime: lambda _translator, _node: _clock(_TIME_UTC, _MILLISECONDS),
    exp.CurrentTimestamp: lambda _translator, _node: Typed("athena_now()", TIMESTAMP_UTC),
    exp.Extract: _extract,
    exp.Localtime: lambda _translator, _node: _clock(_TIME, _MILLISECONDS),
    exp.Localtimestamp: lambda _translator, _node: _clock(TIMESTAMP, _MILLISECONDS),
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "current_date": _without_arguments,
    "current_time": _make_clock(_TIME_UTC),
    "current_timestamp": _make_clock(TIMESTAMP_UTC),
    "from_iso8601_timestamp": _from_iso8601_timestamp,
    "from_iso8601_timestamp_nanos": _from_iso8601_nanos,
    "localtime": _make_clock(_TIME),
    "localtimestamp": _make_clock(TIMESTAMP),
    "now": _now,
    "to_iso8601": _to_iso8601,
    "to_unixtime": _to_unixtime,
}
