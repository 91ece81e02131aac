"""Time zones: moments to wall-clock times and back.

The zone is part of the type of a time with time zone, or of the value if it differs between rows.
"""

from dataclasses import replace

from local_athena.backends.duckdb.dialect.types.time_values import (
    bind,
    moment_of,
    picoseconds_below,
    to_microseconds,
    to_picoseconds,
    zone_of,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIME_TZ,
    TIMESTAMP_TZ,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, quote_string


def to_wall_clock(sql: str, zone: str) -> str:
    """Convert an instant to a DuckDB TIMESTAMP in a zone."""
    if zone[0] in "+-":
        return f"(timezone('UTC', {sql}) + {_offset_interval(zone)})"
    return f"timezone({quote_string(zone)}, {sql})"


def to_instant(sql: str, zone: str) -> str:
    """Convert a wall-clock time in a zone to a DuckDB TIMESTAMPTZ.

    A time that a zone has twice is the earlier one; one that it skips is as much later.
    """
    if zone[0] in "+-":
        return f"timezone('UTC', {sql} - {_offset_interval(zone)})"
    if zone == "UTC":
        return f"timezone('UTC', {sql})"
    return f"athena_instant({sql}, {quote_string(zone)})"


def _near(sql: str, zone: str, instant: str) -> str:
    """Convert a wall-clock time, with the offset of another instant if the zone has both."""
    if zone[0] in "+-" or zone == "UTC":
        return to_instant(sql, zone)
    return f"athena_instant_near({sql}, {quote_string(zone)}, {instant})"


def _offset_interval(zone: str) -> str:
    return f"INTERVAL '{zone[0]}{int(zone[1:3]) * 60 + int(zone[4:6])}' MINUTE"


def to_local_time(value: Typed) -> str:
    """Convert a date or time of any kind to wall-clock time, cut to microseconds.

    It is a DuckDB DATE, TIME or TIMESTAMP.
    """
    kind = value.type
    return bind(value.sql, kind, lambda name: _show(Typed(name, kind)))


def _show(value: Typed) -> str:
    moment = to_microseconds(value.sql, value.type)
    if not value.type.is_zoned or (value.type.name == TIME_TZ and value.type.zone == "UTC"):
        return moment
    if value.type.name == TIME_TZ:
        zone = zone_of(value.sql, value.type)
        return f"CAST({moment} + to_minutes(athena_zone_minutes({zone})) AS TIME)"
    return show_in_zone(moment, value)


def show_in_zone(moment: str, value: Typed) -> str:
    """Convert an instant to wall-clock time in the zone of a timestamp with time zone."""
    if value.type.zone is None:
        return f"athena_wall({moment}, {zone_of(value.sql, value.type)})"
    return to_wall_clock(moment, value.type.zone)


def from_local_time(
    local: str, kind: TrinoType, origin: Typed | None = None, below: str | None = None
) -> str:
    """Convert wall-clock time to a time of a type.

    Args:
        local: A DuckDB DATE, TIME or TIMESTAMP.
        kind: The type.
        origin: A time in whose zone the result is; of a time that the zone has twice, the result is
            the one nearest to it.
        below: The picoseconds below the microseconds.
    """
    zone = "'UTC'" if origin is None else zone_of(origin.sql, origin.type)
    near = to_microseconds(origin.sql, origin.type) if origin else None
    return locate_time(local, kind, zone, near, below)


def locate_time(
    local: str, kind: TrinoType, zone: str, near: str | None = None, below: str | None = None
) -> str:
    """Convert wall-clock time in a zone, a text in SQL, to a time of a type; see above."""

    def write(local: str, zone: str) -> str:
        moment = _find_moment(local, kind, zone, near)
        return to_picoseconds(moment, below) if kind.is_fine else moment

    if not kind.has_row_zones:
        return write(local, zone)
    # As with_zone does, but the moment needs the zone.
    packed = f"{{'moment': {write('z_local', 'z_zone')}, 'zone': z_zone}}"
    located = (
        f"list_transform([{zone}], lambda z_zone:"
        f" CASE WHEN z_zone IS NOT NULL THEN {packed} END)[1]"
    )
    return (
        f"list_transform([{local}], lambda z_local:"
        f" CASE WHEN z_local IS NOT NULL THEN {located} END)[1]"
    )


def _find_moment(local: str, kind: TrinoType, zone: str, near: str | None) -> str:
    if kind.name == TIME_TZ and kind.zone != "UTC":
        return f"CAST({local} - to_minutes(athena_zone_minutes({zone})) AS TIME)"
    if kind.name == TIMESTAMP_TZ:
        local = f"CAST({local} AS TIMESTAMP)"
        if kind.zone is None and near is None:
            return f"athena_instant_in({local}, {zone})"
        if kind.zone is None:
            return f"athena_instant_near_in({local}, {zone}, {near})"
        return to_instant(local, kind.zone) if near is None else _near(local, kind.zone, near)
    plain = {"date": "DATE", "timestamp": "TIMESTAMP"}
    return f"CAST({local} AS {plain.get(kind.name, 'TIME')})"


def offset_minutes(value: Typed) -> str:
    """Write how many minutes the zone of a time is ahead of UTC."""
    kind = value.type
    if kind.name == TIME_TZ or (kind.zone and kind.zone[0] in "+-"):
        return f"athena_zone_minutes({zone_of(value.sql, kind)})"
    utc = to_wall_clock(to_microseconds(value.sql, kind), "UTC")
    return f"athena_offset_minutes({to_local_time(value)}, {utc})"


def zone_text(value: Typed) -> str:
    """Write the zone as a value shows it behind its clock."""
    kind, zone = value.type, zone_of(value.sql, value.type)
    if kind.name == TIMESTAMP_TZ:
        return f"' ' || {zone}"
    if kind.zone is None:
        return f"CASE {zone} WHEN 'UTC' THEN '+00:00' ELSE {zone} END"
    return "'+00:00'" if kind.zone == "UTC" else zone


def picoseconds_of(value: Typed) -> str | None:
    """Write the picoseconds below a value's microseconds, None if it never has any."""
    return picoseconds_below(value.sql, value.type)


def without_zone(value: Typed) -> Typed:
    """Return what a time with time zone is compared by: its moment, as one of UTC."""
    kind = value.type
    if not kind.is_zoned:
        return value
    return Typed(moment_of(value.sql, kind), replace(kind, zone="UTC"), value.constant)
