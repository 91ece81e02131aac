"""Sums, means and moments of floating-point numbers, as they depend on the order of rows.

Rows of VALUES have an order, in which Python adds them as Trino does. Those of tables have none:
there, values that are so large that the order matters are refused.
"""

from collections.abc import Sequence
from math import prod

from sqlglot import exp

from local_athena.backends.duckdb.dialect.aggregates.partial_results import count_steps, is_merged
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.queries.windows import write_partition_of_moving_frame
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

_VARIANCES = ("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp")
_PAIRS = ("covar_pop", "covar_samp", "corr", "regr_intercept", "regr_slope")
# Up to this power of ten, what is added does not overflow, for any number of rows.
_LIMITS = {**dict.fromkeys((*_VARIANCES, *_PAIRS), 140), "skewness": 90, "kurtosis": 65}
_SUMS = ("avg", "sum")
# Of more rows, which nobody writes as VALUES, Python would take too long.
_MOST_ROWS = 1_000
# Of more rows, a list of all of them takes much memory, though it is not used.
_MOST_KEPT = 1_000_000
# Trino's limit of a sequence, and a guess at arrays that are given or split.
_LONGEST_SEQUENCE, _LENGTH_OF_OTHERS = 10_000, 100


def _moment(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    return keep_order(translator, call, values, apply_signature(translator, call, values))


def keep_order(translator: Translator, call: Call, values: Sequence[Typed], found: Typed) -> Typed:
    """Add up floating-point numbers as Trino does, or refuse those for which it cannot be known.

    Args:
        translator: The translator of the call.
        call: An aggregate of one or two numbers.
        values: Its translated arguments.
        found: What DuckDB would answer.
    """
    window, scans = call.clauses.window, translator.statement.scans
    if window is not None and call.name in _SUMS:
        over = write_partition_of_moving_frame(translator, window)
        return _refuse_lost_digits(translator, values[0], found, over) if over else found
    select = call.node.find_ancestor(exp.Select)
    is_small = select is not None and not (window is not None and select.find(exp.Unnest))
    if is_small and not scans and may_list_rows(call.node):
        return _add_in_order(translator, call, values, found)
    return _refuse_large(translator, call, values, found) if call.name in _LIMITS else found


def _add_in_order(
    translator: Translator, call: Call, values: Sequence[Typed], found: Typed
) -> Typed:
    numbers = [f"CAST({value.sql} AS DOUBLE)" for value in values]
    kind, rows = (
        ("numbers", numbers[0]) if len(values) == 1 else ("pairs", f"[{', '.join(numbers)}]")
    )
    steps = count_steps(translator, call)
    sql = f"CAST(athena_add_{kind}('{call.name}', <<list({rows})>>, {steps}) AS DOUBLE)"
    sql = apply_clauses(translator, call, sql)
    if found.type.name == "real":
        sql = f"CAST(athena_real_range({sql}) AS REAL)"
    count = apply_clauses(translator, call, f"<<count({rows})>>")
    return Typed(f"CASE WHEN {count} <= {_MOST_ROWS} THEN {sql} ELSE {found.sql} END", found.type)


def _refuse_large(
    translator: Translator, call: Call, values: Sequence[Typed], found: Typed
) -> Typed:
    present = " AND ".join(f"{value.sql} IS NOT NULL" for value in values)
    sizes = ", ".join(f"abs(CAST({value.sql} AS DOUBLE))" for value in values)
    largest = apply_clauses(
        translator, call, f"<<max(CASE WHEN {present} THEN greatest({sizes}) END)>>"
    )
    is_merged_once = is_merged(translator, call) and not call.clauses.distinct
    return Typed(
        f"athena_ordinary({found.sql}, {largest}, 1e{_LIMITS[call.name]}, {is_merged_once})",
        found.type,
    )


def _refuse_lost_digits(translator: Translator, value: Typed, found: Typed, over: str) -> Typed:
    """Refuse sums from which Trino takes what leaves the frame, if digits were lost before."""
    x = f"CAST({value.sql} AS DOUBLE)"
    size = f"max(CASE WHEN isfinite({x}) THEN abs({x}) END) OVER {over}"
    is_exact = f"bool_and({x} * 1048576 = trunc({x} * 1048576)) OVER {over}"
    count = f"count(*) OVER {over}"
    # Rows of a table have so many orders and values that the last digits do not count.
    is_rough = value.type.name == "real" or translator.statement.scans
    digits, least = (6, 2**53 if translator.statement.scans else 0) if is_rough else (2, 0)
    return Typed(
        f"athena_kept_digits({found.sql}, {size}, {is_exact}, {count}, 1e{digits}, {least})",
        found.type,
    )


def may_list_rows(node: exp.Expr) -> bool:
    """Tell whether a list of the rows of the statement around a node is short, even all joined."""
    sources = node.root().find_all(exp.Values, exp.Unnest)
    return prod(map(_most_rows, sources)) <= _MOST_KEPT


def _most_rows(source: exp.Expr) -> int:
    if isinstance(source, exp.Values):
        return len(source.expressions)
    return max(map(_most_elements, source.expressions), default=1)


def _most_elements(array: exp.Expr) -> int:
    if isinstance(array, exp.Array):
        return len(array.expressions)
    if not isinstance(array, exp.Anonymous) or array.name.lower() not in ("sequence", "repeat"):
        return _LENGTH_OF_OTHERS
    bounds = [_integer(argument) for argument in array.expressions]
    if array.name.lower() == "repeat":
        bounds = [1, *bounds[1:]]
    if None in bounds or len(bounds) != 2:
        return _LONGEST_SEQUENCE
    first, last = (bound or 0 for bound in bounds)
    return min(abs(last - first) + 1, _LONGEST_SEQUENCE)


def _integer(node: exp.Expr) -> int | None:
    is_negative = isinstance(node, exp.Neg)
    literal = node.this if is_negative else node
    if not isinstance(literal, exp.Literal) or literal.is_string or not literal.name.isdecimal():
        return None
    return -int(literal.name) if is_negative else int(literal.name)


FUNCTIONS: dict[str, FunctionHandler] = dict.fromkeys((*_LIMITS, "geometric_mean"), _moment)
