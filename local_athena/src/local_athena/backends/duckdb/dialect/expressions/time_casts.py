"""Casts to times: from other times, and from texts."""

from dataclasses import replace

from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    locate_time,
    offset_minutes,
    picoseconds_of,
    to_local_time,
)
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import read_zoned
from local_athena.backends.duckdb.dialect.types.time_values import (
    MICROSECONDS,
    PICOSECONDS,
    TIMES,
    bind,
    change_digits,
    with_zone,
    zone_of,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIME_TZ,
    TIMESTAMP_TZ,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, evaluate_once

_CLOCKS = ("time", TIME_TZ)
_READ = {
    "time": ("athena_cast_time({})", "athena_read_clock({})"),
    "timestamp": ("athena_cast_timestamp({})", "athena_read_picos({})"),
}


def cast_time(value: Typed, target: TrinoType) -> Typed | None:
    """Cast a date or time to another type of them; None if there is no such cast."""
    source = value.type
    if source.name not in TIMES or target.name not in TIMES:
        return None
    if "date" in (source.name, target.name) and (source.name in _CLOCKS or target.name in _CLOCKS):
        return None
    if source.name == target.name == "date":
        return value
    if source.name == target.name:
        return Typed(*change_digits(value.sql, source, target.precision or 0))
    digits = source.precision or 0
    if source.name in _CLOCKS and target.name not in _CLOCKS:
        return _cast_to_today(value, target)
    if (source.name, target.name) == ("timestamp", "time"):
        macro = "athena_clock_of_picos" if source.is_fine else "athena_clock_moment"
        value = Typed(f"{macro}({value.sql})", source)
    if target.name != "date" and (target.precision or 0) < digits:
        value = Typed(*change_digits(value.sql, source, target.precision or 0))
    return _relocate(value, target)


def _cast_to_today(value: Typed, target: TrinoType) -> Typed:
    """Cast a time of day to a timestamp; rounding may make it one of tomorrow."""
    digits = max(value.type.precision or 0, target.precision or 0)
    exact = _relocate(value, replace(target, precision=digits))
    return Typed(*change_digits(exact.sql, exact.type, target.precision or 0))


def _relocate(value: Typed, target: TrinoType) -> Typed:
    exact, kind = value.type, _with_zone_of(value.type, target)

    def locate(name: str) -> str:
        bound = Typed(name, exact)
        local = to_local_time(bound)
        if exact.name in _CLOCKS and target.name not in _CLOCKS:
            local = f"(CAST(now() AS DATE) + {local})"
        zone = _zone_text(bound, kind)
        return locate_time(local, kind, zone, below=picoseconds_of(bound))

    return Typed(bind(value.sql, exact, locate), kind)


def _with_zone_of(source: TrinoType, target: TrinoType) -> TrinoType:
    """Return the type to cast to, with the zone in which its values are."""
    if not target.is_zoned or not source.is_zoned:
        return replace(target, zone="UTC" if target.is_zoned else None)
    is_region = source.zone is not None and source.zone != "UTC" and source.zone[0] not in "+-"
    # A time has the offset that its zone had on that day.
    return replace(target, zone=None if is_region and target.name == TIME_TZ else source.zone)


def _zone_text(value: Typed, target: TrinoType) -> str:
    if not target.is_zoned or not value.type.is_zoned:
        return "'UTC'"
    if target.name == TIME_TZ and target.zone is None:
        return f"athena_zone_of_offset({offset_minutes(value)})"
    return zone_of(value.sql, value.type)


def read_time(text: str, target: TrinoType) -> Typed:
    """Read a text as a time, to the digits of the type."""
    digits = target.precision or 0
    if target.name == TIME_TZ:
        return _read_clock_with_offset(text, digits)
    if target.name == TIMESTAMP_TZ and target.is_fine:
        return read_zoned(text, replace(target, zone=None))
    exact = replace(target, precision=PICOSECONDS if target.is_fine else MICROSECONDS)
    if target.name == TIMESTAMP_TZ:
        return Typed(*change_digits(f"athena_cast_instant({text})", exact, digits))
    template = _READ[target.name][target.is_fine]
    return Typed(*change_digits(evaluate_once(text, template.format), exact, digits))


def _read_clock_with_offset(text: str, digits: int) -> Typed:
    zone = f"athena_read_clock_zone({text})"
    local = f"athena_read_zoned_clock({text})"
    moment = f"athena_picos_of_day({local} - athena_zone_minutes({zone}) * 60000000000000)"
    exact = TrinoType(TIME_TZ, precision=PICOSECONDS)
    return Typed(*change_digits(with_zone(moment, zone, exact), exact, digits))
