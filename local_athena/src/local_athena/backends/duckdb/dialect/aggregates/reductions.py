"""reduce_agg: rows folded to one value by lambdas."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.collections.arrays import (
    keeps_state,
    name_and_translate,
    translate_lambda,
)
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses
from local_athena.backends.duckdb.dialect.types.trino_types import (
    UNKNOWN,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, failing_expression

_FULL_STATE = {"decimal": 18, "timestamp": 6, "timestamp with time zone": 3}


def _reduce_agg(translator: Translator, call: Call) -> Typed:
    _check_arguments(translator, call)
    value, start = (translator.translate(node) for node in call.arguments[:2])
    state = _find_state(translator, call, value, start)
    start = coerce(start, state)
    # DuckDB needs state and values of one type, so each is half of a pair.
    pair = f"STRUCT(s {state.duckdb}, v {value.type.duckdb})"
    rows, p, q = (translator.new_name("r") for _ in range(3))
    parameters = [Typed(f"{p}.s", state), Typed(f"{q}.v", value.type)]
    result = translate_lambda(translator, call.arguments[2], parameters)
    _, combination = name_and_translate(translator, call.arguments[3], [state] * 2)
    if not (keeps_state(result.type, state) and keeps_state(combination.type, state)):
        raise _no_match(translator, call)
    _check_state(translator, call, state)
    if state == UNKNOWN:
        return Typed(apply_clauses(translator, call, "<<max(CAST(NULL AS INTEGER))>>"), UNKNOWN)
    stepped = coerce(result, state).sql
    text = "The result of a lambda of reduce_agg is null"
    failing = failing_expression("GENERIC_INTERNAL_ERROR", text, state)
    step = f"CAST({{'s': coalesce({stepped}, {failing}), 'v': NULL}} AS {pair})"
    values = f"list_transform({rows}, lambda e: CAST({{'s': NULL, 'v': e.v}} AS {pair}))"
    initial = f"CAST({{'s': {rows}[1].s, 'v': NULL}} AS {pair})"
    folded = f"list_reduce({values}, lambda {p}, {q}: {step}, {initial}).s"
    present = f"({value.sql}) IS NOT NULL AND ({start.sql}) IS NOT NULL"
    row = f"CASE WHEN {present} THEN CAST({{'s': {start.sql}, 'v': {value.sql}}} AS {pair}) END"
    listed = apply_clauses(translator, call, f"<<list({row})>>")
    kept = f"list_filter({listed}, lambda e: e IS NOT NULL)"
    sql = f"list_transform([{kept}], lambda {rows}: CASE WHEN len({rows}) > 0 THEN {folded} END)[1]"
    return Typed(f"CAST({sql} AS {state.duckdb})", state)


def _check_arguments(translator: Translator, call: Call) -> None:
    if len(call.arguments) != 4 or not _are_lambdas(call.arguments[2:]):
        raise _no_match(translator, call)


def _are_lambdas(nodes: Sequence[exp.Expr]) -> bool:
    return all(isinstance(node, exp.Lambda) for node in nodes)


def _find_state(translator: Translator, call: Call, value: Typed, start: Typed) -> TrinoType:
    """Find the type that the start and what both lambdas return are coerced to."""
    kinds = [start.type, value.type]
    _, step = name_and_translate(translator, call.arguments[2], kinds)
    stepped = common_type(start.type, step.type)
    if stepped is None:
        raise _no_match(translator, call)
    _, combination = name_and_translate(translator, call.arguments[3], [stepped] * 2)
    state = common_type(stepped, combination.type)
    if state is None or (UNKNOWN in (step.type, combination.type) and state != UNKNOWN):
        raise _no_match(translator, call)
    return state


def _check_state(translator: Translator, call: Call, state: TrinoType) -> None:
    if call.clauses.distinct:
        text = "DISTINCT can only be applied to comparable types (actual: function)"
        raise translator.mismatch(call.node, text)
    limit = _FULL_STATE.get(state.name)
    if state.parameters or (limit is not None and (state.precision or 0) > limit):
        text = f"State type not supported for reduce_agg: {state}"
        raise translator.failure("NOT_SUPPORTED", text)


def _no_match(translator: Translator, call: Call) -> Exception:
    text = "Unexpected parameters for function reduce_agg"
    return translator.failure("FUNCTION_NOT_FOUND", text, call.node)


FUNCTIONS: dict[str, FunctionHandler] = {"reduce_agg": _reduce_agg}
