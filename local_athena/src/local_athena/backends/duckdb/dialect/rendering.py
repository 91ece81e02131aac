"""Render values as the text that Athena writes to result files.

The rules are DuckDB SQL built from the type, so that no row passes through Python. CAST to varchar
differs for doubles and for the digits of timestamps.
"""

from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    picoseconds_of,
    to_local_time,
    zone_text,
)
from local_athena.backends.duckdb.dialect.types.time_values import MICROSECONDS, bind
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    TIME_TZ,
    TIMESTAMP_TZ,
    YEAR_TO_MONTH,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, quote_string

_RESULT_DIGITS = 3
_SCALARS = {
    "double": "athena_double_text({})",
    "real": "athena_double_text({})",
    "varbinary": "athena_binary_text({})",
    "HyperLogLog": "athena_binary_text({})",
    "color": "athena_name_color({})",
    "varchar": "{}",
    "char": "{}",
    "json": "{}",
}
_CLOCKS = ("time", TIME_TZ, "timestamp", TIMESTAMP_TZ)
_TEXTS = {
    "date": "athena_day_text({})",
    "ipaddress": "athena_ip_address_text({})",
    DAY_TO_SECOND: "athena_seconds_text({})",
    YEAR_TO_MONTH: "athena_months_text({})",
}


def render_text(sql: str, kind: TrinoType, depth: int = 0) -> str:
    """Render a value as in a result; NULL stays NULL."""
    if kind.name in _STRUCTURES:
        return _STRUCTURES[kind.name](sql, kind, depth)
    if kind.name in _SCALARS:
        return _SCALARS[kind.name].format(sql)
    return render_temporal(sql, kind, max(_RESULT_DIGITS, kind.precision or 0))


def render_temporal(sql: str, kind: TrinoType, digits: int) -> str:
    """Render a date, time, timestamp, interval, address or exact number.

    Times and timestamps get `digits` fractional digits.
    """
    if kind.name in _CLOCKS:
        return _clock(Typed(sql, kind), digits)
    if kind.name in _TEXTS:
        return _TEXTS[kind.name].format(sql)
    return _plain_text(sql, kind)


def _plain_text(sql: str, kind: TrinoType) -> str:
    text = f"CAST({sql} AS VARCHAR)"
    if kind.name == "decimal" and kind.scale == kind.precision:
        # DuckDB writes no zero before the point where the type has no digit for it.
        return f"regexp_replace({text}, '^(-?)[.]', '\\10.')"
    return text


def _clock(value: Typed, digits: int) -> str:
    kind = value.type

    def write(name: str) -> str:
        bound = Typed(name, kind)
        return f"({render_clock(bound, digits)} || {zone_text(bound)})"

    if kind.is_zoned:
        return bind(value.sql, kind, write)
    return f"({render_clock(value, digits)})"


def render_clock(value: Typed, digits: int, separator: str = " ") -> str:
    """Render a time without its zone; the separator stands between day and clock."""
    local = to_local_time(value)
    shown = min(digits, MICROSECONDS)
    if value.type.name in ("time", TIME_TZ):
        text = f"athena_time_text({local}, {9 + shown if shown else 8})"
    else:
        fraction = f" || '.' || left(strftime({local}, '%f'), {shown})" if shown else ""
        text = f"athena_day_text({local}) || strftime({local}, '{separator}%H:%M:%S'){fraction}"
    if digits <= MICROSECONDS:
        return text
    below = f"printf('%06d', CAST({picoseconds_of(value) or 0} AS BIGINT))"
    return f"{text} || left({below}, {digits - MICROSECONDS})"


def _item(sql: str, kind: TrinoType, depth: int) -> str:
    return f"coalesce({render_text(sql, kind, depth + 1)}, 'null')"


def _array(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"t{depth}"
    items = f"list_transform({sql}, lambda {name}: {_item(name, kind.element, depth)})"
    return f"('[' || array_to_string({items}, ', ') || ']')"


def _map(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"t{depth}"
    key = _item(f"{name}.key", kind.key, depth)
    value = _item(f"{name}.value", kind.value, depth)
    items = f"list_transform(map_entries({sql}), lambda {name}: {key} || '=' || {value})"
    return f"('{{' || array_to_string({items}, ', ') || '}}')"


def _row(sql: str, kind: TrinoType, depth: int) -> str:
    parts = []
    for index, part in enumerate(kind.parameters):
        name = kind.field_names[index] or f"field{index}"
        item = _item(f"({sql}).f{index + 1}", part, depth)
        parts.append(f"{quote_string(name + '=')} || {item}")
    text = " || ', ' || ".join(parts)
    return f"CASE WHEN ({sql}) IS NOT NULL THEN '{{' || {text} || '}}' END"


_STRUCTURES = {"array": _array, "map": _map, "row": _row}
