"""Translate function calls: find the function of a name, and apply its signature."""

import re
from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.aggregates.partial_results import is_merged
from local_athena.backends.duckdb.dialect.context import Call, Clauses, Handler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import (
    to_local_time,
    without_zone,
)
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import translate_zoned
from local_athena.backends.duckdb.dialect.expressions.operators import translate_condition
from local_athena.backends.duckdb.dialect.overloads import is_ambiguous
from local_athena.backends.duckdb.dialect.queries.ordering import (
    check_order_of_distinct,
    translate_order,
)
from local_athena.backends.duckdb.dialect.queries.windows import check_no_window, translate_window
from local_athena.backends.duckdb.dialect.signatures import (
    Match,
    aggregate_names,
    match_signature,
    names_over_rows,
    signatures,
)
from local_athena.backends.duckdb.dialect.types.time_values import TIMES
from local_athena.backends.duckdb.dialect.types.trino_types import TIMESTAMP, UNKNOWN
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce

_PLACEHOLDER = re.compile(r"\{(\w+|\*)\}")
# By name: the argument for which NULL does not tell which overload is meant, and those numbers of
# arguments for which this is so.
_NEEDS_TYPE = {
    "approx_most_frequent": (1, (3,)),
    "approx_percentile": (-1, (2, 3)),
    "avg": (0, (1,)),
    "merge": (0, (1,)),
    "sum": (0, (1,)),
}
# Trino takes ORDER BY away from the others.
_ORDERED = frozenset({"array_agg", "listagg", "map_agg", "multimap_agg"})
_LISTS = frozenset({"array_agg", "list"})
# What neither compares nor orders values, which may have time zones of their own.
_KEEPS_VALUES = frozenset(
    {
        *("any_value", "arbitrary", "array_agg", "array_first", "array_last", "cardinality"),
        *("combinations", "concat", "count", "element_at", "first_value", "flatten", "lag"),
        *("last_value", "lead", "map_entries", "map_keys", "map_values", "nth_value", "repeat"),
        *("reverse", "shuffle", "slice", "trim_array"),
    }
)
_COUNTS = ("approx_distinct", "count")
_CORE = re.compile(r"<<(.*?)>>")


def _anonymous(translator: Translator, node: exp.Anonymous) -> Typed:
    return translate_call(translator, node, Clauses())


def _translate_clauses(translator: Translator, node: exp.Expr) -> Typed:
    """Translate a call below FILTER, OVER and IGNORE NULLS, in any order."""
    condition = over = None
    ignore_nulls = False
    current = node
    while not isinstance(current, exp.Anonymous | exp.GroupConcat):
        if isinstance(current, exp.Window) and over is None:
            over = current
        elif isinstance(current, exp.Filter) and condition is None:
            condition = current.expression.this
        elif isinstance(current, exp.IgnoreNulls):
            ignore_nulls = True
        elif not isinstance(current, exp.RespectNulls):
            raise translator.unsupported(node, "this call")
        current = current.this
    clauses = Clauses(condition, over, ignore_nulls)
    return translate_call(translator, current, clauses)


def translate_call(translator: Translator, node: exp.Expr, clauses: Clauses) -> Typed:
    """Translate one function call."""
    if isinstance(node, exp.GroupConcat):
        return _dispatch(translator, Call("listagg", [node.this], node, clauses))
    arguments = list(node.expressions)
    name = node.name.lower()
    order: Sequence[exp.Expr] = ()
    if arguments and isinstance(arguments[-1], exp.Order):
        order = arguments[-1].expressions
        arguments[-1] = arguments[-1].this
    distinct = len(arguments) == 1 and isinstance(arguments[0], exp.Distinct)
    if distinct:
        arguments = list(arguments[0].expressions)
        if any(isinstance(argument, exp.Star) for argument in arguments):
            raise translator.malformed(node)
    if name == "count" and len(arguments) == 1 and isinstance(arguments[0], exp.Star):
        arguments = []
    merged = Clauses(clauses.filter, clauses.window, clauses.ignore_nulls, order, distinct)
    return _dispatch(translator, Call(name, arguments, node, merged))


def _dispatch(translator: Translator, call: Call) -> Typed:
    if call.clauses.distinct and _has_plain_overloads(translator, call.name):
        text = "DISTINCT is not supported for non-aggregation functions"
        raise translator.failure("FUNCTION_NOT_AGGREGATE", text, call.node)
    if call.name not in translator.statement.function_names:
        text = f"Function '{call.name}' not registered"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    handler = translator.statement.functions.get(call.name)
    if handler is not None and call.name not in aggregate_names():
        _refuse_clauses(translator, call)
    scans = translator.statement.scans
    before = len(scans)
    value = handler(translator, call) if handler is not None else None
    if value is not None:
        return value
    # The arguments are translated again, and their tables read once.
    del scans[before:]
    if call.name not in signatures():
        raise translator.unsupported(call.node, f"the function {call.name}")
    return apply_matching_signature(translator, call)


def _has_plain_overloads(translator: Translator, name: str) -> bool:
    """Tell whether a name is not that of an aggregate or window function."""
    statement = translator.statement
    is_done = name in signatures() or name in statement.functions
    return name not in names_over_rows() and (is_done or name not in statement.function_names)


def apply_matching_signature(translator: Translator, call: Call) -> Typed:
    """Translate a call by the table of signatures."""
    lines = signatures()[call.name]
    is_of_clock = any(kind.name == "local" for line in lines for kind in line.parameters)
    read = translate_zoned if is_of_clock else Translator.translate
    values = [read(translator, argument) for argument in call.arguments]
    return apply_signature(translator, call, values)


def apply_signature(translator: Translator, call: Call, values: Sequence[Typed]) -> Typed:
    """Apply the signature that fits arguments which are already translated."""
    _refuse_ambiguous(translator, call, values)
    if call.name in _COUNTS:
        values = [without_zone(value) for value in values]
    found = match_signature(call.name, [value.type for value in values])
    if found is None or not _can_compare(call, found):
        raise _no_match_failure(translator, call, values)
    if call.clauses.distinct:
        for value in values:
            translator.require_comparable(call.node, value.type)
    if call.name not in _KEEPS_VALUES or call.clauses.distinct:
        for kind in found.variables.values():
            translator.refuse_row_zones(call.node, kind)
    arguments = [
        _coerce_argument(translator, call, found, index, value)
        for index, value in enumerate(values)
    ]
    sql = _fill_template(found, arguments)
    if "{merged}" in sql:
        sql = sql.replace("{merged}", str(is_merged(translator, call)).upper())
    if found.signature.section == "window" and call.clauses.window is None:
        text = f"Window function {call.name} requires an OVER clause"
        raise translator.failure("MISSING_OVER", text, call.node)
    if found.signature.is_aggregate:
        return Typed(apply_clauses(translator, call, sql), found.result)
    _refuse_clauses(translator, call)
    return Typed(sql, found.result)


def _can_compare(call: Call, found: Match) -> bool:
    """Tell whether a function can do what it does with values of the types that it is given."""
    if call.name in (*_KEEPS_VALUES, "max_by", "min_by"):
        return True
    # V stands for the values of maps.
    return all(kind.is_comparable for name, kind in found.variables.items() if name != "V")


def _refuse_ambiguous(translator: Translator, call: Call, values: Sequence[Typed]) -> None:
    kinds = [value.type for value in values]
    if UNKNOWN not in kinds:
        return
    if call.name in _NEEDS_TYPE:
        place, counts = _NEEDS_TYPE[call.name]
        is_open = len(kinds) in counts and kinds[place] == UNKNOWN
    else:
        is_open = is_ambiguous(call.name, kinds)
    if is_open:
        raise translator.ambiguous(call.node)


def _refuse_clauses(translator: Translator, call: Call) -> None:
    if call.clauses.window is not None:
        text = f"Not a window function: {call.name}"
        raise translator.failure("FUNCTION_NOT_WINDOW", text, call.node)
    if call.clauses.present:
        text = f"Cannot use {call.name} as an aggregate or window function"
        raise translator.failure("FUNCTION_NOT_AGGREGATE", text, call.node)


def _no_match_failure(translator: Translator, call: Call, values: Sequence[Typed]) -> Exception:
    shown = ", ".join(str(value.type) for value in values)
    expected = ", ".join(dict.fromkeys(str(known) for known in signatures()[call.name]))
    text = f"Unexpected parameters ({shown}) for function {call.name}. Expected: {expected}"
    return translator.failure("FUNCTION_NOT_FOUND", text, call.node)


def _coerce_argument(
    translator: Translator, call: Call, found: Match, index: int, value: Typed
) -> str:
    parameters = found.signature.parameters
    parameter = parameters[min(index, len(parameters) - 1)]
    if parameter.name in ("local", "clock"):
        # NULL is a timestamp or time, too.
        return to_local_time(coerce(value, TIMESTAMP) if value.type == UNKNOWN else value)
    if value.type.is_fine and parameter.name in TIMES:
        raise translator.unsupported(call.node, "times more precise than microseconds here")
    return coerce(value, found.parameters[index]).sql


def _fill_template(found: Match, arguments: Sequence[str]) -> str:
    def text(placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        if name == "*":
            return ", ".join(arguments)
        if name == "result":
            return found.result.duckdb
        return f"({arguments[int(name)]})" if name.isdecimal() else placeholder[0]

    return _PLACEHOLDER.sub(text, found.signature.template)


def apply_clauses(translator: Translator, call: Call, sql: str) -> str:
    """Put DISTINCT, ORDER BY, FILTER and OVER around the marked calls of a template."""
    marks = _CORE.split(sql)
    if len(marks) == 1:
        return sql
    if call.clauses.distinct:
        check_order_of_distinct(translator, call)
    tail = _clauses_after(translator, call)
    marks[1::2] = (_apply_to_core(translator, call, core, tail) for core in marks[1::2])
    return "".join(marks)


def _apply_to_core(translator: Translator, call: Call, core: str, tail: str) -> str:
    name, _, inner = core.rstrip().removesuffix(")").partition("(")
    order = ""
    if call.clauses.order:
        sorted_by = translate_order(translator, call.clauses.order)
        order = f" ORDER BY {sorted_by}" if call.name in _ORDERED else ""
    if call.clauses.distinct and name in _LISTS and order and len(call.arguments) > 1:
        raise translator.unsupported(call.node, "ORDER BY of distinct pairs")
    if call.clauses.distinct and name in _LISTS and not order:
        # DuckDB's distinct values are in the order of its own hash table, Trino's in that of rows.
        # A macro cannot take an aggregate of which an argument holds a lambda.
        listed = f"{name}({inner}){tail}"
        return f"list_transform([{listed}], lambda d_list: athena_distinct(d_list))[1]"
    if call.clauses.distinct and not inner.startswith("DISTINCT "):
        inner = f"DISTINCT {inner}"
    nulls = " IGNORE NULLS" if call.clauses.ignore_nulls else ""
    return f"{name}({inner}{order}{nulls}){tail}"


def _clauses_after(translator: Translator, call: Call) -> str:
    if call.clauses.window is not None:
        return f" OVER {translate_window(translator, call, call.clauses.window)}"
    if call.clauses.ignore_nulls:
        raise translator.malformed(call.node)
    check_no_window(translator, call, call.arguments)
    if call.clauses.filter is not None:
        return f" FILTER (WHERE {translate_condition(translator, call.clauses.filter)})"
    return ""


def refuse_aggregates(translator: Translator, body: exp.Expr) -> None:
    """Refuse aggregates in the body of a lambda."""
    for part in body.walk(prune=lambda node: isinstance(node, exp.Query)):
        if isinstance(part, exp.Anonymous) and part.name.lower() in aggregate_names():
            text = (
                "Lambda expression cannot contain aggregations, window functions or grouping"
                f" operations: [{part.sql('trino', normalize_functions=False)}]"
            )
            raise translator.failure("EXPRESSION_NOT_SCALAR", text, part)


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Anonymous: _anonymous,
    exp.GroupConcat: _anonymous,
    exp.Filter: _translate_clauses,
    exp.Window: _translate_clauses,
    exp.IgnoreNulls: _translate_clauses,
    exp.RespectNulls: _translate_clauses,
}
