"""Orders that DuckDB lacks: by a comparator, of arrays and rows with NULL, of a hash table."""

import struct
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
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed

_MASK = (1 << 64) - 1
_MULTIPLIERS = (0xC2B2AE3D27D4EB4F, 0x9E3779B185EBCA87)
_GROUP = 8


def _sort_by_answers(answers: Sequence[Sequence[int | None]]) -> list[int]:
    """Sort positions by what a comparator answered for each pair; stable, as Java's sort is."""

    def compare(one: int, other: int) -> int:
        answer = answers[one][other]
        if answer not in (-1, 0, 1):
            text = "Lambda comparator must return either -1, 0, or 1"
            raise ValueError(f"INVALID_FUNCTION_ARGUMENT:{text}")
        return answer

    return [place + 1 for place in sorted(range(len(answers)), key=cmp_to_key(compare))]


def _hash_number(value: int) -> int:
    mixed = (value * _MULTIPLIERS[0]) & _MASK
    return (((mixed << 31) | (mixed >> 33)) * _MULTIPLIERS[1]) & _MASK


def _order_numbers(keys: Sequence[int]) -> list[int]:
    return _order_hashes([_hash_number(key) for key in keys])


def _order_doubles(keys: Sequence[float]) -> list[int]:
    # Zero has one hash, with either sign.
    bits = (struct.unpack(">q", struct.pack(">d", key or 0.0))[0] for key in keys)
    return _order_hashes([_hash_number(number) for number in bits])


def _order_bytes(hashes: Sequence[bytes]) -> list[int]:
    return _order_hashes([int.from_bytes(digest) for digest in hashes])


def _order_hashes(hashes: Sequence[int]) -> list[int]:
    """List positions in the order in which Trino's hash table for aggregates holds them."""
    capacity = 16
    slots: dict[int, int] = {}
    for position, digest in enumerate(hashes):
        slots[_free_slot(slots, capacity, digest)] = position
        if len(slots) >= capacity // 16 * 15:
            capacity *= 2
            slots = _rehash(slots, capacity, hashes)
    return [slots[slot] + 1 for slot in sorted(slots)]


def _free_slot(slots: dict[int, int], capacity: int, digest: int) -> int:
    start, step = (digest >> 7) & (capacity - 1), 1
    while True:
        for offset in range(_GROUP):
            slot = (start + offset) & (capacity - 1)
            if slot not in slots:
                return slot
        start = (start + step) & (capacity - 1)
        step += _GROUP


def _rehash(slots: dict[int, int], capacity: int, hashes: Sequence[int]) -> dict[int, int]:
    grown: dict[int, int] = {}
    for slot in sorted(slots):
        grown[_free_slot(grown, capacity, hashes[slots[slot]])] = slots[slot]
    return grown


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


def order_as_hash_table(sql: str, kind: TrinoType) -> str:
    """Write a map with its entries in the order of a hash table of its keys."""
    template = _KEY_ORDERS.get(kind.key.name)
    if kind.key.is_integer:
        template = "athena_order_numbers(CAST({} AS BIGINT[]))"
    if template is None:
        return sql
    # DuckDB's macros cannot take an aggregate of which an argument holds a lambda.
    order = template.format("map_keys(made)")
    return f"list_transform([{sql}], lambda made: athena_reordered(made, {order}))[1]"


_KEY_ORDERS = {
    "double": "athena_order_doubles({})",
    "date": "athena_order_numbers(list_transform({}, lambda k: k - DATE '1970-01-01'))",
    "timestamp": "athena_order_numbers(list_transform({}, lambda k: epoch_us(k)))",
    "boolean": "list_grade_up({}, 'DESC')",
    "varchar": "athena_order_bytes(list_transform({}, lambda k: athena_xxhash64(encode(k))))",
    "varbinary": "athena_order_bytes(list_transform({}, lambda k: athena_xxhash64(k)))",
}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_sort_by_answers", _sort_by_answers, ["INTEGER[][]"], "BIGINT[]"),
    ("athena_order_numbers", _order_numbers, ["BIGINT[]"], "BIGINT[]"),
    ("athena_order_doubles", _order_doubles, ["DOUBLE[]"], "BIGINT[]"),
    ("athena_order_bytes", _order_bytes, ["BLOB[]"], "BIGINT[]"),
)
