"""How DuckDB holds times: the moment, in picoseconds if it has many digits, and a zone beside it.

The moment of a time with time zone is that of UTC. The zone is part of its type if all values have
the same one, else each value is a structure of both.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIME_TZ,
    TIMESTAMP,
    TIMESTAMP_TZ,
    TrinoType,
)

TIMES = ("date", "time", TIME_TZ, "timestamp", TIMESTAMP_TZ)
# Digits of a second that DuckDB's times have, and those of a picosecond.
MICROSECONDS, PICOSECONDS = 6, 12
_NAME = re.compile(r"[\w.\"]+")
_CONSTANT = re.compile(r"'[^']*'")
_CUT = {
    "time": "athena_time_of_picos({})",
    TIME_TZ: "athena_time_of_picos({})",
    "timestamp": "athena_timestamp_of_picos({})",
    TIMESTAMP_TZ: "timezone('UTC', athena_timestamp_of_picos({}))",
}
_ROUNDED = {
    "time": "athena_round_time({}, {})",
    TIME_TZ: "athena_round_time({}, {})",
    "timestamp": "athena_round_timestamp({}, {})",
    TIMESTAMP_TZ: "athena_round_instant({}, {})",
}


def moment_of(sql: str, kind: TrinoType) -> str:
    """Write the moment of a time, without its zone."""
    if not kind.has_row_zones:
        return sql
    # DuckDB forgets the type of a constant NULL.
    return f"CAST(({sql}).moment AS {replace(kind, zone='UTC').duckdb})"


def zone_of(sql: str, kind: TrinoType) -> str:
    """Write the zone of a time with time zone, as a text."""
    return f"({sql}).zone" if kind.zone is None else f"'{kind.zone}'"


def with_zone(moment: str, zone: str, kind: TrinoType) -> str:
    """Write a time of a moment and the text of its zone; NULL if one of them is.

    The zone is evaluated only beside a moment, and each of them once.
    """
    if not kind.has_row_zones:
        return moment
    packed = f"{{'moment': z_moment, 'zone': {zone}}}"
    sql = (
        f"list_transform([{moment}], lambda z_moment:"
        f" CASE WHEN z_moment IS NOT NULL THEN {packed} END)[1]"
    )
    if _CONSTANT.fullmatch(zone):
        return sql
    return (
        f"list_transform([{sql}], lambda z_value:"
        " CASE WHEN z_value.zone IS NOT NULL THEN z_value END)[1]"
    )


def bind(sql: str, kind: TrinoType, write: Callable[[str], str]) -> str:
    """Write what needs a value several times; DuckDB evaluates it once, and inside of a TRY."""
    if not kind.has_row_zones or _NAME.fullmatch(sql):
        return write(sql)
    return f"list_transform([{sql}], lambda z_value: {write('z_value')})[1]"


def change_moment(sql: str, kind: TrinoType, change: Callable[[str], str]) -> str:
    """Change the moment of a time, which keeps its zone."""
    return bind(
        sql,
        kind,
        lambda name: with_zone(change(moment_of(name, kind)), zone_of(name, kind), kind),
    )


def to_microseconds(sql: str, kind: TrinoType) -> str:
    """Write the moment of a time as one of DuckDB's, cut to microseconds."""
    moment = moment_of(sql, kind)
    return _CUT[kind.name].format(moment) if kind.is_fine else moment


def picoseconds_below(sql: str, kind: TrinoType) -> str | None:
    """Write how many picoseconds a time has below its microseconds, None if it never has any."""
    return f"athena_picos_below({moment_of(sql, kind)})" if kind.is_fine else None


def to_picoseconds(sql: str, below: str | None = None) -> str:
    """Write one of DuckDB's times in picoseconds."""
    return f"(athena_picos({sql}){f' + {below}' if below else ''})"


def change_digits(sql: str, kind: TrinoType, digits: int) -> tuple[str, TrinoType]:
    """Round a time to fewer digits of a second, or widen it to more; return also its new type."""
    changed = replace(kind, precision=digits)

    def change(moment: str) -> str:
        if digits < (kind.precision or 0):
            moment = _round(moment, kind, digits)
        if kind.is_fine and not changed.is_fine:
            return _CUT[kind.name].format(moment)
        return to_picoseconds(moment) if changed.is_fine and not kind.is_fine else moment

    return change_moment(sql, kind, change), changed


def _round(moment: str, kind: TrinoType, digits: int) -> str:
    if not kind.is_fine:
        return _ROUNDED[kind.name].format(moment, 10 ** (MICROSECONDS - digits))
    name = "athena_round_picos"
    if kind.name in ("time", TIME_TZ):
        name = "athena_round_picos_of_day"
    return f"{name}({moment}, {10 ** (PICOSECONDS - digits)})"


def widen_time(sql: str, source: TrinoType, target: TrinoType) -> str:
    """Coerce a time to a type that holds all its values; without a zone it is one of UTC."""
    if source.name == "date" != target.name:
        sql, source = f"CAST({sql} AS TIMESTAMP)", replace(TIMESTAMP, precision=0)

    def widen(name: str) -> str:
        moment = moment_of(name, source)
        if target.is_fine and not source.is_fine:
            moment = to_picoseconds(moment)
        elif (source.name, target.name) == ("timestamp", TIMESTAMP_TZ) and not target.is_fine:
            moment = f"timezone('UTC', {moment})"
        return with_zone(moment, zone_of(name, source) if source.is_zoned else "'UTC'", target)

    return bind(sql, source, widen)
