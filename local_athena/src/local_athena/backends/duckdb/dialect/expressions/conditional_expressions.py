"""Conditional expressions: CASE, IF, COALESCE, NULLIF, GREATEST, LEAST, TRY and TRY_CAST."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.expressions.number_comparisons import find_greatest
from local_athena.backends.duckdb.dialect.expressions.operators import (
    coerce_to_common_type,
    compare,
    translate_condition,
)
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import find_extreme
from local_athena.backends.duckdb.dialect.signatures import aggregate_names, names_over_rows
from local_athena.backends.duckdb.dialect.types.trino_types import (
    UNKNOWN,
    VARCHAR,
    TrinoType,
    array_of,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    quote_string,
)

_OUTSIDE_CALLS = frozenset({"random", "rand", "uuid", "shuffle"})
_OUTSIDE_NODES = (exp.Subquery, exp.Exists, exp.Window, exp.Filter, exp.GroupConcat)


def _case(translator: Translator, node: exp.Case) -> Typed:
    default = node.args.get("default")
    results = [translator.translate(branch.args["true"]) for branch in node.args["ifs"]]
    results.append(translator.translate(default) if default else Typed("NULL", UNKNOWN))
    results = coerce_to_common_type(
        translator, node, results, "All CASE results must be the same type"
    )
    parts = []
    for branch, result in zip(node.args["ifs"], results, strict=False):
        if node.this:
            subject, value = translator.translate(node.this), translator.translate(branch.this)
            condition = compare(translator, branch, "=", subject, value).sql
        else:
            condition = translate_condition(translator, branch.this)
        parts.append(f"WHEN {condition} THEN {result.sql}")
    sql = f"CASE {' '.join(parts)} ELSE {results[-1].sql} END"
    return Typed(sql, results[-1].type)


def _if(translator: Translator, node: exp.If) -> Typed:
    otherwise = node.args.get("false")
    results = [translator.translate(node.args["true"])]
    results.append(translator.translate(otherwise) if otherwise else Typed("NULL", UNKNOWN))
    yes, no = coerce_to_common_type(
        translator, node, results, "Result types for IF must be the same"
    )
    sql = f"CASE WHEN {translate_condition(translator, node.this)} THEN {yes.sql} ELSE {no.sql} END"
    return Typed(sql, yes.type)


def _require_count(translator: Translator, call: Call, *, fits: bool, text: str) -> None:
    if not fits:
        raise translator.failure("SYNTAX_ERROR", text, call.node)


def _coalesce(translator: Translator, call: Call) -> Typed:
    text = "The 'coalesce' function must have at least two arguments"
    _require_count(translator, call, fits=len(call.arguments) >= 2, text=text)
    values = coerce_to_common_type(
        translator,
        call.node,
        translator.translate_arguments(call, 2),
        "All COALESCE operands must be the same type",
    )
    return Typed(f"coalesce({', '.join(value.sql for value in values)})", values[0].type)


def _nullif(translator: Translator, call: Call) -> Typed:
    text = "Invalid number of arguments for 'nullif' function"
    _require_count(translator, call, fits=len(call.arguments) == 2, text=text)
    value, other = translator.translate_arguments(call, 2)
    condition = compare(translator, call.node, "=", value, other).sql
    return Typed(f"CASE WHEN {condition} THEN NULL ELSE {value.sql} END", value.type)


def _extremum(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call, 1)
    kinds = [value.type for value in values]
    kind: TrinoType | None = UNKNOWN
    for each in kinds:
        kind = common_type(kind, each) if kind is not None else None
    if kind is None or not kind.is_orderable:
        shown = ", ".join(map(str, kinds))
        text = f"Unexpected parameters ({shown}) for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    values = [coerce(value, kind) for value in values]
    # Trino evaluates all of them, where OR would stop.
    missing = " + ".join(f"CAST({value.sql} IS NULL AS INTEGER)" for value in values)
    listed = ", ".join(value.sql for value in values)
    chosen = f"{call.name}({listed})"
    if call.name == "greatest" and values[0].type.name in ("double", "real"):
        chosen = find_greatest(values)
    if values[0].type.has_row_zones:
        chosen = _find_extreme_moment(call.name, values)
    if values[0].type.parameters:
        translator.refuse_row_zones(call.node, values[0].type)
        operator = ">" if call.name == "greatest" else "<"
        chosen = find_extreme(Typed(f"[{listed}]", array_of(values[0].type)), operator)
    sql = f"CASE WHEN {missing} > 0 THEN NULL ELSE {chosen} END"
    return Typed(sql, values[0].type)


def _find_extreme_moment(name: str, values: Sequence[Typed]) -> str:
    """Find the first of the times whose moment is the greatest or least."""
    moments = [without_zone(value).sql for value in values]
    found = f"{name}({', '.join(moments)})"
    branches = (
        f"WHEN {moment} = {found} THEN {value.sql}"
        for moment, value in zip(moments, values, strict=True)
    )
    return f"CASE {' '.join(branches)} END"


def _try(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) != 1:
        raise translator.malformed(call.node)
    return translate_try(translator, call.arguments[0])


def _typeof(translator: Translator, call: Call) -> Typed:
    (value,) = translator.translate_arguments(call, 1)
    sql = quote_string(str(value.type))
    if not isinstance(call.arguments[0].unnest(), exp.Column | exp.Literal | exp.Null):
        # Trino evaluates what it does not need.
        sql = f"CASE WHEN ({value.sql}) IS NULL THEN {sql} ELSE {sql} END"
    if any(part.name.lower() in aggregate_names() for part in call.node.find_all(exp.Anonymous)):
        # The query has one row for each group, whatever becomes of the aggregate.
        sql = f"CASE WHEN TRUE THEN {sql} ELSE CAST({value.sql} AS VARCHAR) END"
    return Typed(sql, VARCHAR, str(value.type))


def _try_cast(translator: Translator, node: exp.TryCast) -> Typed:
    return translate_try(translator, exp.Cast(this=node.this.copy(), to=node.args["to"].copy()))


def translate_try(translator: Translator, node: exp.Expr) -> Typed:
    """Translate an expression to its value, or NULL if it fails.

    DuckDB's TRY cannot enclose aggregates, sub-queries and random values. Those are evaluated first
    and handed to the rest by name.
    """
    outside = _find_parts_outside_try(node)
    if not outside:
        value = translator.translate(node)
        return Typed(f"TRY({value.sql})", value.type)
    if outside[0] is node:
        return translator.translate(node)
    return translator.bind_parts(node, _find_parts_outside_try, "TRY({})")


def is_allowed_in_try(node: exp.Expr) -> bool:
    """Tell whether DuckDB's TRY can enclose an expression as it is."""
    return node.find(exp.Query) is None and not _find_parts_outside_try(node)


def _find_parts_outside_try(node: exp.Expr) -> list[exp.Expr]:
    """Find the outermost parts that TRY cannot enclose."""
    return [part for part in node.walk(prune=_is_outside_try) if _is_outside_try(part)]


def _is_outside_try(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        return name in _OUTSIDE_CALLS or name in names_over_rows()
    if isinstance(node, exp.In):
        return node.args.get("query") is not None
    return isinstance(node, _OUTSIDE_NODES)


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Case: _case,
    exp.If: _if,
    exp.TryCast: _try_cast,
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "coalesce": _coalesce,
    "greatest": _extremum,
    "least": _extremum,
    "nullif": _nullif,
    "try": _try,
    "typeof": _typeof,
}
