"""Functions of dates and times by patterns: date_format, date_parse, format_datetime and so on."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.datetimes.pattern_letters import (
    compile_joda,
    compile_mysql,
)
from local_athena.backends.duckdb.dialect.datetimes.strptime_patterns import find_fast_pattern
from local_athena.backends.duckdb.dialect.datetimes.time_patterns import (
    Element,
    Moment,
    format_moment,
    parse_moment,
)
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    offset_minutes,
    to_instant,
    to_local_time,
)
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import translate_zoned
from local_athena.backends.duckdb.dialect.types.time_values import bind, zone_of
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIMESTAMP,
    TIMESTAMP_TZ,
    TIMESTAMP_UTC,
    VARCHAR,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    PythonFunction,
    Typed,
    coerce,
    quote_string,
)

# Texts of days and hours repeat, in a batch of rows and in the next one.
_KEPT_TEXTS = 4096
_MOMENTS = ("date", "timestamp", TIMESTAMP_TZ)
# What strftime writes as Trino does, from year 1 to 9999 and for whole milliseconds.
_FAST_MYSQL = {
    **dict(zip("abdHhIiMmpSsTWxYj%", "abdHIIMBmpSSTAGYj%", strict=True)),
    "c": "-m",
    "e": "-d",
    "f": "g000",
    "k": "-H",
    "l": "-I",
    "r": "I:%M:%S %p",
    "v": "V",
}
_FAST_JODA = {
    "yyyy": "%Y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "SSS": "%g",
    "a": "%p",
    "EEEE": "%A",
    "EEE": "%a",
}
_MILLISECONDS = 3
_NO_ZONE = (
    "INVALID_FUNCTION_ARGUMENT:format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in"
    " format, as this type does not contain TZ information"
)


def _to_fast_mysql(pattern: str) -> str | None:
    letters = re.findall(r"%(.?)", pattern, re.DOTALL)
    if not pattern or any(letter not in _FAST_MYSQL for letter in letters):
        return None
    return re.sub(r"%(.)", lambda match: "%" + _FAST_MYSQL[match[1]], pattern)


def _to_fast_joda(pattern: str) -> str | None:
    parts = re.findall(r"(([A-Za-z])\2*)|([^A-Za-z'%]+)", pattern)
    if not parts or "".join(letters or other for letters, _, other in parts) != pattern:
        return None
    if any(letters and letters not in _FAST_JODA for letters, _, _ in parts):
        return None
    return "".join(_FAST_JODA[letters] if letters else other for letters, _, other in parts)


def _make_formatting(name: str, to_fast: Callable[[str], str | None]) -> FunctionHandler:
    def handler(translator: Translator, call: Call) -> Typed:
        value, pattern = _translate_two(translator, call)
        if value.type.name == "unknown":
            value = coerce(value, TIMESTAMP)
        if value.type.name not in _MOMENTS:
            raise _no_such_function(translator, call)
        fast = to_fast(pattern.constant) if pattern.constant is not None else None
        sql = bind(
            value.sql,
            value.type,
            lambda given: _format(name, Typed(given, value.type), pattern, fast),
        )
        return Typed(sql, VARCHAR)

    return handler


def _format(name: str, value: Typed, pattern: Typed, fast: str | None) -> str:
    """Format a date or time by a Python function, or by a pattern of DuckDB's if there is one."""
    local = f"CAST({to_local_time(value)} AS TIMESTAMP)"
    shown, offset = "''", "0"
    if value.type.is_zoned:
        shown, offset = zone_of(value.sql, value.type), offset_minutes(value)
    slow = f"{name}(epoch_us({local}), {pattern.sql}, {shown}, coalesce({offset}, 0))"
    if fast is None:
        return slow
    moment = local
    if (value.type.precision or 0) > _MILLISECONDS:
        moment = f"athena_round_timestamp({local}, 1000)"
    text = f"strftime({moment}, {quote_string(fast)})"
    return f"CASE WHEN year({local}) BETWEEN 1 AND 9998 THEN {text} ELSE {slow} END"


def _translate_two(translator: Translator, call: Call) -> tuple[Typed, Typed]:
    if len(call.arguments) != 2:
        raise _no_such_function(translator, call)
    value = translate_zoned(translator, call.arguments[0])
    pattern = translator.translate(call.arguments[1])
    translator.require(call.arguments[1], pattern.type, VARCHAR)
    return value, coerce(pattern, VARCHAR)


def _no_such_function(translator: Translator, call: Call) -> Exception:
    text = f"Unexpected parameters for function {call.name}"
    return translator.failure("FUNCTION_NOT_FOUND", text, call.node)


def _date_parse(translator: Translator, call: Call) -> Typed:
    value, pattern = _translate_two(translator, call)
    translator.require(call.arguments[0], value.type, VARCHAR)
    text = coerce(value, VARCHAR)
    slow = f"make_timestamp(athena_date_parse({text.sql}, {pattern.sql}))"
    return Typed(_read_fast(compile_mysql, text, pattern, slow), TIMESTAMP)


def _parse_datetime(translator: Translator, call: Call) -> Typed:
    value, pattern = _translate_two(translator, call)
    translator.require(call.arguments[0], value.type, VARCHAR)
    text = coerce(value, VARCHAR)
    zone = _find_zone(text, pattern)
    if zone is not None:
        known = replace(TIMESTAMP_UTC, zone=zone)
        return Typed(to_instant(_parse_local(text, pattern, "TRUE"), zone), known)
    local = _read_fast(compile_joda, text, pattern, _parse_local(text, pattern, "FALSE"))
    return Typed(to_instant(local, "UTC"), TIMESTAMP_UTC)


def _parse_local(text: Typed, pattern: Typed, is_zone_known: str) -> str:
    return f"make_timestamp(athena_parse_datetime({text.sql}, {pattern.sql}, {is_zone_known}))"


def _read_fast(
    compile_pattern: Callable[[str], tuple[Element, ...]], text: Typed, pattern: Typed, slow: str
) -> str:
    """Let DuckDB read the usual texts of a constant pattern, and Python only the others."""
    if pattern.constant is None or text.constant is not None:
        return slow
    try:
        fast = find_fast_pattern(compile_pattern(pattern.constant))
    except ValueError:
        # It fails when it is evaluated, where TRY catches it.
        return slow
    return slow if fast is None else f"coalesce({fast.read(text.sql)}, {slow})"


def _find_zone(text: Typed, pattern: Typed) -> str | None:
    """Find the zone in a constant text."""
    if text.constant is None or pattern.constant is None:
        return None
    try:
        return parse_moment(compile_joda(pattern.constant), text.constant).zone
    except ValueError:
        return None


def _format_mysql(microseconds: int, pattern: str, zone: str, offset: int) -> str:
    return format_moment(compile_mysql(pattern), _moment(microseconds, zone, offset))


def _format_joda(microseconds: int, pattern: str, zone: str, offset: int) -> str:
    elements = compile_joda(pattern)
    if not zone and any(element.shows_zone for element in elements):
        raise ValueError(_NO_ZONE)
    return format_moment(elements, _moment(microseconds, zone, offset))


def _moment(microseconds: int, zone: str, offset: int) -> Moment:
    return Moment((microseconds + 500) // 1000, zone, offset)


@lru_cache(maxsize=_KEPT_TEXTS)
def _parse_mysql(text: str, pattern: str) -> int:
    return parse_moment(compile_mysql(pattern), text).local * 1000


@lru_cache(maxsize=_KEPT_TEXTS)
def _parse_joda(text: str, pattern: str, is_zone_known: bool) -> int:
    moment = parse_moment(compile_joda(pattern), text)
    if moment.zone not in (None, "UTC") and not is_zone_known:
        raise ValueError(
            "NOT_SUPPORTED:The embedded endpoint does not support a time zone that differs"
            " between rows"
        )
    return moment.local * 1000


@lru_cache(maxsize=_KEPT_TEXTS)
def _parse_joda_zone(text: str, pattern: str) -> str:
    return parse_moment(compile_joda(pattern), text).zone or "UTC"


_FORMATTED = ["BIGINT", "VARCHAR", "VARCHAR", "BIGINT"]
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_date_format", _format_mysql, _FORMATTED, "VARCHAR"),
    ("athena_format_datetime", _format_joda, _FORMATTED, "VARCHAR"),
    ("athena_date_parse", _parse_mysql, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("athena_parse_datetime", _parse_joda, ["VARCHAR", "VARCHAR", "BOOLEAN"], "BIGINT"),
    ("athena_parsed_zone", _parse_joda_zone, ["VARCHAR", "VARCHAR"], "VARCHAR"),
)
FUNCTIONS: dict[str, FunctionHandler] = {
    "date_format": _make_formatting("athena_date_format", _to_fast_mysql),
    "format_datetime": _make_formatting("athena_format_datetime", _to_fast_joda),
    "date_parse": _date_parse,
    "parse_datetime": _parse_datetime,
}
