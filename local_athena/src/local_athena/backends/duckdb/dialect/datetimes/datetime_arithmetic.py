"""Operators between dates, times and intervals."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.datetime_units import (
    add_microseconds,
    change_wall_clock,
)
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.types.time_values import (
    TIMES,
    change_digits,
    to_microseconds,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    DOUBLE,
    TIMESTAMP_TZ,
    YEAR_TO_MONTH,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce

_CLOCKS = ("time", "time with time zone")
_MILLISECONDS = 3


def calculate_times(
    translator: Translator, node: exp.Expr, symbol: str, left: Typed, right: Typed
) -> Typed | None:
    """Apply an operator to dates, times and intervals, or return None if there is none."""
    if symbol == "+" and right.type.name in TIMES:
        left, right = right, left
    if symbol == "+" and left.type.name in TIMES and right.type.name == "unknown":
        right = coerce(right, TrinoType(DAY_TO_SECOND))
    if symbol in "+-" and left.type.name in TIMES and right.type.is_interval:
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
    if symbol == "-" and right.type.name in TIMES and common_type(left.type, right.type):
        return _subtract_times(left, right)
    return None


def _shift_by_interval(
    translator: Translator, node: exp.Expr, symbol: str, moment: Typed, interval: Typed
) -> Typed:
    kind = moment.type
    is_exact = interval.type.name == DAY_TO_SECOND
    if kind.name in _CLOCKS and not is_exact:
        text = f"Cannot apply operator: {kind} {symbol} {interval.type}"
        raise translator.mismatch(node, text)
    if kind.name == "date" and is_exact:
        verb, preposition = ("add", "to") if symbol == "+" else ("subtract", "from")
        refusal = f"{verb} hour, minutes or seconds {preposition}"
        days = f"athena_whole_days({interval.sql}, '{refusal}')"
        return Typed(f"CAST({moment.sql} {symbol} {days} AS DATE)", kind)
    if not is_exact:
        return Typed(
            change_wall_clock(moment, lambda local: f"({local} {symbol} {interval.sql})"), kind
        )
    digits = max(_MILLISECONDS, kind.precision or 0)
    sql, widened = change_digits(moment.sql, kind, digits)
    amount = interval.sql if symbol == "+" else f"(-{interval.sql})"
    return Typed(add_microseconds(Typed(sql, widened), amount), widened)


def _scale(symbol: str, interval: Typed, factor: Typed) -> Typed:
    name = (
        "athena_scaled_months" if interval.type.name == YEAR_TO_MONTH else "athena_scaled_interval"
    )
    number = coerce(factor, DOUBLE).sql
    if symbol == "/":
        number = f"athena_divisor({number})"
    return Typed(f"{name}({interval.sql}, {number})", interval.type)


def _subtract_times(left: Typed, right: Typed) -> Typed:
    left, right = without_zone(left), without_zone(right)
    common = common_type(left.type, right.type) or right.type
    pair = [coerce(side, common) for side in (left, right)]
    if common.name == "date":
        # DuckDB counts days between dates as a number, and Athena answers with an interval.
        sql = f"to_days(CAST({pair[0].sql} - {pair[1].sql} AS INTEGER))"
    elif common.name in _CLOCKS and common.is_fine:
        sql = f"athena_elapsed_picos({pair[0].sql}, {pair[1].sql})"
    else:
        one, other = (f"epoch_us({to_microseconds(side.sql, side.type)})" for side in pair)
        name = "athena_elapsed_instants" if common.name == TIMESTAMP_TZ else "athena_elapsed"
        sql = f"{name}({one}, {other})"
    return Typed(sql, TrinoType(DAY_TO_SECOND))
