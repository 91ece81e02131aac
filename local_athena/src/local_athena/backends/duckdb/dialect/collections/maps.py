"""Maps: functions with lambdas, and what counts the elements of an array."""

from local_athena.backends.duckdb.dialect.collections.arrays import (
    boolean_body,
    collection_argument,
    translate_lambda,
)
from local_athena.backends.duckdb.dialect.collections.hash_orders import order_as_hash_table
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import holds_null
from local_athena.backends.duckdb.dialect.function_calls import (
    apply_matching_signature,
    apply_signature,
)
from local_athena.backends.duckdb.dialect.types.trino_types import UNKNOWN, common_type, map_of
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, failing_expression


def _translate_map_lambda(translator: Translator, call: Call) -> tuple[Typed, str, Typed]:
    """Translate the map, name an entry, and apply the body to its key and value."""
    entries = collection_argument(translator, call, 0, "map", 2)
    name = translator.new_name("m")
    key, value = Typed(f"{name}.key", entries.type.key), Typed(f"{name}.value", entries.type.value)
    return entries, name, translate_lambda(translator, call.arguments[1], [key, value])


def _map_filter(translator: Translator, call: Call) -> Typed:
    entries, name, result = _translate_map_lambda(translator, call)
    condition = boolean_body(translator, call, result)
    kept = f"list_filter(map_entries({entries.sql}), lambda {name}: {condition})"
    return Typed(f"map_from_entries({kept})", entries.type)


def _transform_values(translator: Translator, call: Call) -> Typed:
    entries, name, result = _translate_map_lambda(translator, call)
    changed = f"list_transform(map_entries({entries.sql}), lambda {name}: {result.sql})"
    kind = map_of(entries.type.key, result.type)
    return Typed(f"athena_map(map_keys({entries.sql}), {changed})", kind)


def _transform_keys(translator: Translator, call: Call) -> Typed:
    entries, name, result = _translate_map_lambda(translator, call)
    changed = f"list_transform(map_entries({entries.sql}), lambda {name}: {result.sql})"
    kind = map_of(result.type, entries.type.value)
    return Typed(f"athena_map({changed}, map_values({entries.sql}))", kind)


def _map_zip_with(translator: Translator, call: Call) -> Typed:
    left = collection_argument(translator, call, 0, "map", 3)
    right = collection_argument(translator, call, 1, "map", 3)
    key = translator.new_name("k")
    kind = common_type(left.type.key, right.type.key) or UNKNOWN
    values = [
        Typed(f"map_extract_value({side.sql}, {key})", side.type.value) for side in (left, right)
    ]
    result = translate_lambda(translator, call.arguments[2], [Typed(key, kind), *values])
    keys = f"athena_array_distinct(map_keys({left.sql}) || map_keys({right.sql}))"
    changed = f"list_transform({keys}, lambda {key}: {result.sql})"
    return Typed(f"athena_map({keys}, {changed})", map_of(kind, result.type))


def _map(translator: Translator, call: Call) -> Typed:
    """Make a map of two arrays; a key that holds NULL fails."""
    values = [translator.translate(argument) for argument in call.arguments]
    keys = values[0].type if values else UNKNOWN
    if keys.name == "array" and keys.element.parameters:
        key = Typed(translator.new_name("k"), keys.element)
        shown = f"athena_shown_key(CAST({key.sql} AS VARCHAR))"
        text = f"'INVALID_FUNCTION_ARGUMENT:map key cannot be indeterminate: ' || {shown}"
        failing = f"CAST(CAST(athena_fail({text}) AS VARCHAR) AS {keys.element.duckdb})"
        checked = f"CASE WHEN {holds_null(key)} THEN {failing} ELSE {key.sql} END"
        sql = f"list_transform({values[0].sql}, lambda {key.sql}: {checked})"
        others = " AND ".join(f"{value.sql} IS NOT NULL" for value in values[1:]) or "TRUE"
        values[0] = Typed(f"CASE WHEN {others} THEN {sql} END", keys)
    return apply_signature(translator, call, values)


def _map_concat(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    kinds = [value.type for value in values]
    if len(values) == 1 and kinds[0] == UNKNOWN:
        return coerce(values[0], map_of(UNKNOWN, UNKNOWN))
    if len(values) != 1 or kinds[0].name != "map":
        return apply_signature(translator, call, values)
    text = "There must be two or more concatenation arguments to map_concat"
    failing = failing_expression("INVALID_FUNCTION_ARGUMENT", text, kinds[0])
    return Typed(f"CASE WHEN {values[0].sql} IS NOT NULL THEN {failing} END", kinds[0])


def _array_histogram(translator: Translator, call: Call) -> Typed:
    found = apply_matching_signature(translator, call)
    order = order_as_hash_table("map_keys(made)", found.type.key)
    if order is None:
        return found
    return Typed(
        f"list_transform([{found.sql}], lambda made: athena_reordered(made, {order}))[1]",
        found.type,
    )


FUNCTIONS: dict[str, FunctionHandler] = {
    "array_histogram": _array_histogram,
    "map": _map,
    "map_concat": _map_concat,
    "map_filter": _map_filter,
    "map_zip_with": _map_zip_with,
    "transform_keys": _transform_keys,
    "transform_values": _transform_values,
}
