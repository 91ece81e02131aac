"""Orders that DuckDB lacks: by a comparator, of arrays and rows with NULL."""

from collections.abc import Sequence
from functools import cmp_to_key

from local_athena.backends.duckdb.dialect.collections.arrays import (
    collection_argument,
    require_result,
    translate_lambda,
)
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import (
    find_extreme,
    sort_structures,
)
from local_athena.backends.duckdb.dialect.function_calls import apply_signature
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed


def _sort_by_answers(answers: Sequence[Sequence[int | None]]) -> list[int]:
    """Sort positions by what a comparator answered for each pair; stable, as Java's sort is."""

    def compare(one: int, other: int) -> int:
        answer = answers[one][other]
        if answer not in (-1, 0, 1):
            text = "Lambda comparator must return either -1, 0, or 1"
            raise ValueError(f"INVALID_FUNCTION_ARGUMENT:{text}")
        return answer

    return [place + 1 for place in sorted(range(len(answers)), key=cmp_to_key(compare))]


def _array_sorted_by_comparator(translator: Translator, call: Call) -> Typed:
    items = collection_argument(translator, call, 0, "array", 2)
    one, other, place = (translator.new_name("i") for _ in range(3))
    values = [Typed(f"({items.sql})[{name}]", items.type.element) for name in (one, other)]
    order = translate_lambda(translator, call.arguments[1], values)
    require_result(translator, call, order.type.name == "integer")
    positions = f"range(1, len({items.sql}) + 1)"
    row = f"list_transform({positions}, lambda {other}: {order.sql})"
    answers = f"list_transform({positions}, lambda {one}: {row})"
    places = f"athena_sort_by_answers({answers})"
    return Typed(f"list_transform({places}, lambda {place}: ({items.sql})[{place}])", items.type)


def _array_sort(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) == 2:
        return _array_sorted_by_comparator(translator, call)
    values = translator.translate_arguments(call, 1)
    if not _holds_structures(values[0]):
        return apply_signature(translator, call, values)
    return Typed(sort_structures(values[0]), values[0].type)


def _array_extreme(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call, 1)
    if len(values) != 1 or not _holds_structures(values[0]):
        return apply_signature(translator, call, values)
    items = values[0]
    found = find_extreme(items, _OPERATORS[call.name])
    sql = f"CASE WHEN list_count({items.sql}) = len({items.sql}) THEN {found} END"
    return Typed(f"({sql})", items.type.element)


def _holds_structures(items: Typed) -> bool:
    return items.type.name == "array" and is_ordered_structure(Typed("", items.type.element))


def is_ordered_structure(value: Typed) -> bool:
    """Tell whether a value is an array or a row that has an order."""
    return bool(value.type.parameters) and value.type.is_orderable


_OPERATORS = {"array_max": ">", "array_min": "<"}
FUNCTIONS: dict[str, FunctionHandler] = {
    "array_max": _array_extreme,
    "array_min": _array_extreme,
    "array_sort": _array_sort,
}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_sort_by_answers", _sort_by_answers, ["INTEGER[][]"], "BIGINT[]"),
)
