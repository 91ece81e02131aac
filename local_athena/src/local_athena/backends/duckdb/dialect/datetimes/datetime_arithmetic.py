"""Operators between dates, times and intervals."""

from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.datetime_units import change_wall_clock
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    DOUBLE,
    TIMESTAMP_TZ,
    YEAR_TO_MONTH,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce

_TEMPORAL = ("date", "time", "timestamp", TIMESTAMP_TZ)


def calculate_times(
    translator: Translator, node: exp.Expr, symbol: str, left: Typed, right: Typed
) -> Typed | None:
    """Apply an operator to dates, times and intervals, or return None if there is none."""
    if symbol == "+" and right.type.name in _TEMPORAL:
        left, right = right, left
    if symbol == "+" and left.type.name in _TEMPORAL and right.type.name == "unknown":
        right = coerce(right, TrinoType(DAY_TO_SECOND))
    if symbol in "+-" and left.type.name in _TEMPORAL and right.type.is_interval:
        return _shift_by_interval(translator, node, symbol, left, right)
    if symbol == "-" and left.type.is_interval and right.type.name == "unknown":
        right = coerce(right, left.type)
    if symbol in "+-" and left.type.is_interval and left.type == right.type:
        return Typed(f"({left.sql} {symbol} {right.sql})", left.type)
    if symbol == "*" and right.type.is_interval:
        left, right = right, left
    if symbol in "*/" and left.type.is_interval and right.type.name == "unknown":
        right = coerce(right, DOUBLE)
    if symbol in "*/" and left.type.is_interval and right.type.is_number:
        return _scale(symbol, left, right)
    if symbol == "-" and right.type.name in _TEMPORAL and common_type(left.type, right.type):
        return _subtract_times(left, right)
    return None


def _shift_by_interval(
    translator: Translator, node: exp.Expr, symbol: str, moment: Typed, interval: Typed
) -> Typed:
    kind = moment.type
    is_exact = interval.type.name == DAY_TO_SECOND
    if kind.name == "date" and is_exact:
        verb, preposition = ("add", "to") if symbol == "+" else ("subtract", "from")
        refusal = f"{verb} hour, minutes or seconds {preposition}"
        days = f"athena_whole_days({interval.sql}, '{refusal}')"
        return Typed(f"CAST({moment.sql} {symbol} {days} AS DATE)", kind)
    if kind.name == TIMESTAMP_TZ and not is_exact:
        changed = change_wall_clock(
            translator, node, moment, lambda local: f"({local} {symbol} {interval.sql})"
        )
        return Typed(changed, kind)
    sql = f"({moment.sql} {symbol} {interval.sql})"
    if kind.name in ("date", "time"):
        return Typed(f"CAST({sql} AS {kind.duckdb})", kind)
    digits = kind.precision or 0
    return Typed(sql, replace(kind, precision=max(3, digits) if is_exact else digits))


def _scale(symbol: str, interval: Typed, factor: Typed) -> Typed:
    name = (
        "athena_scaled_months" if interval.type.name == YEAR_TO_MONTH else "athena_scaled_interval"
    )
    number = coerce(factor, DOUBLE).sql
    if symbol == "/":
        number = f"athena_divisor({number})"
    return Typed(f"{name}({interval.sql}, {number})", interval.type)


def _subtract_times(left: Typed, right: Typed) -> Typed:
    common = common_type(left.type, right.type) or right.type
    one, other = (coerce(side, common).sql for side in (left, right))
    if common.name == "date":
        # DuckDB counts days between dates as a number, and Athena answers with an interval.
        sql = f"to_days(CAST({one} - {other} AS INTEGER))"
    else:
        sql = f"athena_elapsed(epoch_us({one}), epoch_us({other}))"
    return Typed(sql, TrinoType(DAY_TO_SECOND))
