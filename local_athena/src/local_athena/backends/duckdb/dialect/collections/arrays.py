"""Arrays: subscripts, lambdas, and functions that depend on the type of the elements."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Translator,
)
from local_athena.backends.duckdb.dialect.expressions.casts import cast
from local_athena.backends.duckdb.dialect.expressions.operators import compare
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import (
    remove_from_array,
    search_array,
)
from local_athena.backends.duckdb.dialect.function_calls import apply_signature, refuse_aggregates
from local_athena.backends.duckdb.dialect.queries.scopes import Scope
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BOOLEAN,
    UNKNOWN,
    VARCHAR,
    TrinoType,
    array_of,
    common_type,
    map_of,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
)


def translate_lambda(translator: Translator, node: exp.Expr, values: Sequence[Typed]) -> Typed:
    """Translate the body of a lambda whose parameters stand for values."""
    text = f"Expected a lambda that takes {len(values)} argument(s)"
    if not isinstance(node, exp.Lambda):
        raise translator.mismatch(node, text)
    if len(node.expressions) != len(values):
        text += f" but got {len(node.expressions)}"
        raise translator.failure("INVALID_PARAMETER_USAGE", text, node)
    refuse_aggregates(translator, node.this)
    names = [parameter.name.lower() for parameter in node.expressions]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise translator.failure("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous", node)
    scope = Scope(parent=translator.scope, parameters=dict(zip(names, values, strict=True)))
    return translator.within(scope).translate(node.this)


def name_and_translate(
    translator: Translator, node: exp.Expr, kinds: Sequence[TrinoType]
) -> tuple[str, Typed]:
    """Name the parameters of DuckDB's lambda and translate the body."""
    names = [translator.new_name("l") for _ in kinds]
    values = [Typed(name, kind) for name, kind in zip(names, kinds, strict=True)]
    return ", ".join(names), translate_lambda(translator, node, values)


def collection_argument(
    translator: Translator, call: Call, index: int, name: str, count: int
) -> Typed:
    """Translate an argument that must be an array or a map, of a call with so many."""
    if len(call.arguments) != count:
        text = f"Unexpected parameters for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    value = translator.translate(call.arguments[index])
    if value.type == UNKNOWN:
        value = coerce(value, array_of(UNKNOWN) if name == "array" else map_of(UNKNOWN, UNKNOWN))
    if value.type.name != name:
        text = f"Unexpected parameters ({value.type}, function) for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return value


def boolean_body(translator: Translator, call: Call, value: Typed) -> str:
    """Write the result of a lambda, which must be a boolean."""
    require_result(translator, call, value.type.name == "boolean")
    return value.sql


def require_result(translator: Translator, call: Call, fits: bool) -> None:
    """Refuse a lambda whose result is of the wrong type, also NULL of none."""
    if not fits:
        text = f"Unexpected parameters for function {call.name}: the lambda's result"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)


def _transform(translator: Translator, call: Call) -> Typed:
    items = collection_argument(translator, call, 0, "array", 2)
    name, result = name_and_translate(translator, call.arguments[1], [items.type.element])
    sql = f"list_transform({items.sql}, lambda {name}: {result.sql})"
    return Typed(sql, array_of(result.type))


def _filter(translator: Translator, call: Call) -> Typed:
    items = collection_argument(translator, call, 0, "array", 2)
    name, result = name_and_translate(translator, call.arguments[1], [items.type.element])
    condition = boolean_body(translator, call, result)
    return Typed(f"list_filter({items.sql}, lambda {name}: {condition})", items.type)


def _matches(translator: Translator, call: Call) -> Typed:
    items = collection_argument(translator, call, 0, "array", 2)
    name, result = name_and_translate(translator, call.arguments[1], [items.type.element])
    condition = boolean_body(translator, call, result)
    answers = f"list_transform({items.sql}, lambda {name}: {condition})"
    aggregate = "bool_and" if call.name == "all_match" else "bool_or"
    found = f"list_aggregate({answers}, '{aggregate}')"
    # Three-valued logic: NULL for one element makes the result NULL unless another decides it.
    decided = "FALSE" if call.name == "all_match" else "TRUE"
    empty = "TRUE" if call.name == "all_match" else "FALSE"
    sql = (
        f"CASE WHEN {items.sql} IS NULL THEN NULL WHEN len({items.sql}) = 0 THEN {empty}"
        f" WHEN {found} = {decided} THEN {decided}"
        f" WHEN len(list_filter({answers}, lambda a: a IS NULL)) > 0 THEN NULL ELSE {found} END"
    )
    return Typed(f"(NOT {sql})" if call.name == "none_match" else f"({sql})", BOOLEAN)


def keeps_state(result: TrinoType, state: TrinoType) -> bool:
    """Tell whether a lambda returns the type of its state: none is coerced, not even to bigint."""
    if state.parameters or result == UNKNOWN:
        return True
    return str(result) == str(state)


def _reduce(translator: Translator, call: Call) -> Typed:
    items = collection_argument(translator, call, 0, "array", 4)
    start = translator.translate(call.arguments[1])
    element = items.type.element
    _, step = name_and_translate(translator, call.arguments[2], [start.type, element])
    state = common_type(start.type, step.type) or UNKNOWN
    require_result(translator, call, step.type != UNKNOWN or start.type == UNKNOWN)
    # DuckDB needs state and elements of one type, so each is half of a pair.
    pair = f"STRUCT(s {state.duckdb}, v {element.duckdb})"
    p, q, v = (translator.new_name("p") for _ in range(3))
    values = [Typed(f"{p}.s", state), Typed(f"{q}.v", element)]
    result = translate_lambda(translator, call.arguments[2], values)
    require_result(translator, call, keeps_state(result.type, state))
    stepped = coerce(result, state).sql
    wrapped = f"list_transform({items.sql}, lambda {v}: CAST({{'s': NULL, 'v': {v}}} AS {pair}))"
    initial = f"CAST({{'s': {coerce(start, state).sql}, 'v': NULL}} AS {pair})"
    folded = (
        f"(list_reduce({wrapped}, lambda {p}, {q}: CAST({{'s': {stepped}, 'v': NULL}} AS {pair}),"
        f" {initial})).s"
    )
    return translate_lambda(translator, call.arguments[3], [Typed(folded, state)])


def _zip_with(translator: Translator, call: Call) -> Typed:
    left = collection_argument(translator, call, 0, "array", 3)
    right = collection_argument(translator, call, 1, "array", 3)
    index = translator.new_name("i")
    values = [Typed(f"({side.sql})[{index}]", side.type.element) for side in (left, right)]
    result = translate_lambda(translator, call.arguments[2], values)
    positions = f"range(1, greatest(len({left.sql}), len({right.sql})) + 1)"
    sql = (
        f"CASE WHEN {left.sql} IS NOT NULL AND {right.sql} IS NOT NULL"
        f" THEN list_transform({positions}, lambda {index}: {result.sql}) END"
    )
    return Typed(sql, array_of(result.type))


def _zip(translator: Translator, call: Call) -> Typed:
    if not 2 <= len(call.arguments) <= 5:
        text = "Unexpected parameters for function zip"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    arrays = [
        collection_argument(translator, call, index, "array", len(call.arguments))
        for index in range(len(call.arguments))
    ]
    index = translator.new_name("i")
    fields = ", ".join(f"'f{n}': ({side.sql})[{index}]" for n, side in enumerate(arrays, 1))
    longest = ", ".join(f"len({side.sql})" for side in arrays)
    present = " AND ".join(f"{side.sql} IS NOT NULL" for side in arrays)
    positions = f"range(1, greatest({longest}) + 1)"
    sql = f"CASE WHEN {present} THEN list_transform({positions}, lambda {index}: {{{fields}}}) END"
    row = TrinoType("row", tuple(side.type.element for side in arrays), (None,) * len(arrays))
    return Typed(sql, array_of(row))


def translate_array_item(base: Typed, index: Typed) -> Typed:
    """Take an element of an array, or fail for a subscript outside of it."""
    kind = base.type.element
    zero = failing_expression("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1", kind)
    negative = failing_expression("INVALID_FUNCTION_ARGUMENT", "Array subscript is negative", kind)
    over = "Array subscript must be less than or equal to array length"
    beyond = failing_expression("INVALID_FUNCTION_ARGUMENT", over, kind)
    sql = (
        f"CASE WHEN {index.sql} = 0 AND {base.sql} IS NOT NULL THEN {zero}"
        f" WHEN {index.sql} < 0 AND {base.sql} IS NOT NULL THEN {negative}"
        f" WHEN {index.sql} > len({base.sql}) THEN {beyond}"
        f" ELSE ({base.sql})[{index.sql}] END"
    )
    return Typed(sql, kind)


def _array_join(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call, 2)
    kinds = [value.type for value in values]
    are_texts = all(kind.name in ("varchar", "char", "unknown") for kind in kinds[1:])
    if kinds[0].name not in ("array", "unknown") or not are_texts or len(kinds) > 3:
        text = f"Unexpected parameters ({', '.join(map(str, kinds))}) for function array_join"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    items, separator, *replacement = values
    if items.type == UNKNOWN:
        items = coerce(items, array_of(VARCHAR))
    if items.type.element.parameters or items.type.element.name in ("varbinary", "HyperLogLog"):
        text = f"Cannot cast {items.type.element} to varchar"
        raise translator.failure("OPERATOR_NOT_FOUND", text, call.node)
    name = translator.new_name("x")
    text_item = cast(translator, call.node, Typed(name, items.type.element), VARCHAR).sql
    if replacement:
        text_item = f"coalesce({text_item}, {replacement[0].sql})"
    texts = f"list_transform({items.sql}, lambda {name}: {text_item})"
    # DuckDB's own function is faster, but needs a constant separator.
    if separator.constant is None:
        joined = f"athena_join({texts}, {separator.sql})"
    else:
        joined = f"coalesce(array_to_string({texts}, {separator.sql}), '')"
        joined = f"CASE WHEN ({items.sql}) IS NOT NULL THEN {joined} END"
    if replacement and replacement[0].constant is None:
        joined = f"CASE WHEN ({replacement[0].sql}) IS NOT NULL THEN {joined} END"
    return Typed(f"({joined})", VARCHAR)


def _search(translator: Translator, call: Call) -> Typed:
    """Search elements that DuckDB compares otherwise than Athena; others are left to the table."""
    values = translator.translate_arguments(call, 2)
    if [value.type.name for value in values] == ["varchar", "unknown"] and call.name == "contains":
        # Of a network and an address.
        return coerce(values[1], BOOLEAN)
    if len(values) != 2 or values[0].type.name != "array":
        return apply_signature(translator, call, values)
    element = common_type(values[0].type.element, values[1].type)
    is_own = element is not None and (element.parameters or element.name in ("double", "real"))
    if element is None or not is_own or values[1].type.name == "unknown":
        return apply_signature(translator, call, values)
    items, value = coerce(values[0], array_of(element)), coerce(values[1], element)

    def compare_parts(operator: str, one: Typed, other: Typed) -> str:
        return compare(translator, call.node, operator, one, other).sql

    label = translator.new_name("l")
    if call.name == "array_remove":
        return remove_from_array(items, value, label, compare_parts)
    return search_array(call.name, items, value, label, compare_parts)


FUNCTIONS: dict[str, FunctionHandler] = {
    "array_join": _array_join,
    "array_position": _search,
    "array_remove": _search,
    "transform": _transform,
    "filter": _filter,
    "contains": _search,
    "any_match": _matches,
    "all_match": _matches,
    "none_match": _matches,
    "reduce": _reduce,
    "zip_with": _zip_with,
    "zip": _zip,
}
