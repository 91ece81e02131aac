"""sum and avg of decimals and reals, as the kind of number they are."""

import decimal
from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.aggregates.moments import keep_order, may_list_rows
from local_athena.backends.duckdb.dialect.aggregates.partial_results import count_steps
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.types.trino_types import BIGINT, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed

_MAX_DIGITS = 38
# DuckDB's sums hold ten thousand million values of so many digits.
_SUMMED_DIGITS = 28
_EXACT = decimal.Context(prec=4 * _MAX_DIGITS, rounding=decimal.ROUND_HALF_UP)


def _total(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call, 1)
    kind = values[0].type
    if call.name == "sum" and call.clauses.window is not None and kind.is_integer:
        total = apply_clauses(translator, call, f"<<sum({values[0].sql})>>")
        return Typed(f"athena_wrapped_sum({total})", BIGINT)
    if call.name == "sum" and kind.is_integer and not translator.statement.scans:
        return _sum_in_order(translator, call, values)
    if len(values) > 1 or kind.name not in ("decimal", "real"):
        found = apply_signature(translator, call, values)
        return keep_order(translator, call, values, found) if kind.name == "double" else found
    if kind.name == "real":
        total = apply_clauses(translator, call, f"<<{call.name}({values[0].sql})>>")
        found = Typed(f"CAST(athena_real_range({total}) AS REAL)", kind)
        return keep_order(translator, call, values, found)
    count = f"<<count({values[0].sql})>>"
    if call.name == "sum":
        count = f"CASE WHEN {count} > 0 THEN 1 END"
        result = TrinoType("decimal", precision=_MAX_DIGITS, scale=kind.scale)
    else:
        count, result = f"nullif({count}, 0)", kind
    sql = f"athena_decimal_total({_parts(values[0])}, {count}, {kind.scale})"
    return Typed(f"CAST({apply_clauses(translator, call, sql)} AS {result.duckdb})", result)


def _sum_in_order(translator: Translator, call: Call, values: Sequence[Typed]) -> Typed:
    """Sum integers, whose sum may overflow before all of them are added."""
    found = apply_signature(translator, call, values)
    is_ordered = count_steps(translator, call) and may_list_rows(call.node)
    if values[0].type.name != "bigint" or not is_ordered:
        return found
    listed = apply_clauses(translator, call, f"<<list({values[0].sql})>>")
    return Typed(found.sql.replace("athena_no_order()", f"athena_add_bigints({listed})"), BIGINT)


def _add_bigints(values: Sequence[int | None]) -> int:
    total = 0
    for value in values:
        added = total + (value or 0)
        if not -(2**63) <= added < 2**63:
            text = f"NUMERIC_VALUE_OUT_OF_RANGE:bigint addition overflow: {total} + {value}"
            raise ValueError(text)
        total = added
    return total


def _parts(value: Typed) -> str:
    """Write what to add up: a sum of DuckDB's, and the values that it could not add."""
    x, kind = value.sql, value.type
    if (kind.precision or 0) <= _SUMMED_DIGITS:
        return f"CAST(<<sum({x})>> AS VARCHAR), []"
    power = decimal.Decimal(1).scaleb(_SUMMED_DIGITS - kind.scale)
    limit = f"CAST('{power:f}' AS {kind.duckdb})"
    few = f"<<sum(CASE WHEN abs({x}) < {limit} THEN {x} END)>>"
    long = f"<<list(CASE WHEN abs({x}) >= {limit} THEN CAST({x} AS VARCHAR) END)>>"
    return f"coalesce(CAST({few} AS VARCHAR), '0'), coalesce({long}, [])"


def _add_up(part: str, others: Sequence[str | None], divisor: int, scale: int) -> str:
    total = decimal.Decimal(part)
    for other in others:
        if other is not None:
            total = _EXACT.add(total, decimal.Decimal(other))
    place = decimal.Decimal(1).scaleb(-scale)
    result = _EXACT.divide(total, decimal.Decimal(divisor)).quantize(place, context=_EXACT)
    if len(result.as_tuple().digits) > _MAX_DIGITS:
        raise ValueError("NUMERIC_VALUE_OUT_OF_RANGE:Decimal overflow")
    return format(result, "f")


FUNCTIONS: dict[str, FunctionHandler] = {"avg": _total, "sum": _total}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_add_bigints", _add_bigints, ["BIGINT[]"], "BIGINT"),
    ("athena_decimal_total", _add_up, ["VARCHAR", "VARCHAR[]", "BIGINT", "INTEGER"], "VARCHAR"),
)
