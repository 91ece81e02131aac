"""max, min, max_by and min_by: of arrays and rows, and of several rows by Trino's heap."""

from collections.abc import Mapping, Sequence

from local_athena.backends.duckdb.dialect.aggregates.java_sorting import quick_sort
from local_athena.backends.duckdb.dialect.aggregates.partial_results import is_merged
from local_athena.backends.duckdb.dialect.collections.element_orders import is_ordered_structure
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import (
    find_extreme,
    holds_null,
    sort_structures,
)
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.types.trino_types import BIGINT, array_of
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed, coerce

_COUNT = {"max": "second argument of max_n must be ", "min": "second argument of min_n must be "}
_COUNT_BY = {
    "max_by": "third argument of max_by must be ",
    "min_by": "third argument of min_by must be ",
}
_POSITIVE = {**dict.fromkeys(_COUNT, "positive"), **dict.fromkeys(_COUNT_BY, "a positive integer")}


def _extreme(translator: Translator, call: Call) -> Typed:
    """Aggregate to the greatest or least value; DuckDB compares those that hold no NULL."""
    values = translator.translate_arguments(call, 1)
    if len(values) == 2:
        return _several(translator, call, values, values[0], values[1])
    if len(values) == 1 and values[0].type.has_row_zones:
        found = f"<<arg_{call.name}({values[0].sql}, {without_zone(values[0]).sql})>>"
        return Typed(apply_clauses(translator, call, found), values[0].type)
    if len(values) != 1 or not is_ordered_structure(values[0]):
        return apply_signature(translator, call, values)
    value, name = values[0], call.name
    listed = Typed(f"athena_present(<<list({value.sql})>>)", array_of(value.type))
    extreme = find_extreme(Typed("o_list", listed.type), ">" if name == "max" else "<")
    found = f"list_transform([{listed.sql}], lambda o_list: {extreme})[1]"
    plain = f"<<{name}({value.sql})>>"
    sql = f"CASE WHEN <<bool_or({holds_null(value)})>> THEN {found} ELSE {plain} END"
    return Typed(f"({apply_clauses(translator, call, sql)})", value.type)


def _extreme_by(translator: Translator, call: Call) -> Typed:
    value, *keys = translator.translate_arguments(call, 2)
    values = [value, *map(without_zone, keys)]
    if len(values) == 3:
        return _several(translator, call, values, values[1], values[2])
    found = apply_signature(translator, call, values)
    if len(values) != 2 or not is_ordered_structure(values[1]):
        return found
    first = _write_several(translator, call, values[0], values[1], Typed("1", BIGINT))
    condition = apply_clauses(translator, call, f"<<bool_or({holds_null(values[1])})>>")
    return Typed(f"(CASE WHEN {condition} THEN ({first})[1] ELSE {found.sql} END)", found.type)


def _several(
    translator: Translator, call: Call, values: list[Typed], key: Typed, count: Typed
) -> Typed:
    found = apply_signature(translator, call, values)
    if not key.type.is_orderable:
        return found
    value = coerce(values[0], found.type.element)
    return Typed(_write_several(translator, call, value, key, count), found.type)


def _write_several(
    translator: Translator, call: Call, value: Typed, key: Typed, count: Typed
) -> str:
    """Write the values of so many rows with the greatest or least keys."""
    name = translator.new_name("h")
    rank = key.sql
    if key.type.name in ("real", "double") and call.name.startswith("max"):
        # NaN comes last in either direction.
        rank = f"{{'n': NOT isnan({rank}), 'k': {rank}}}"
    entry = f"{{'k': {rank}, 'n': {coerce(count, BIGINT).sql}, 'v': {value.sql}}}"
    present = f"({key.sql}) IS NOT NULL AND ({count.sql}) IS NOT NULL"
    entries = apply_clauses(translator, call, f"<<list(CASE WHEN {present} THEN {entry} END)>>")
    ranks = Typed(f"list_transform({name}, lambda e: e.k)", array_of(key.type))
    ordered = sort_structures(ranks) if is_ordered_structure(key) else f"list_sort({ranks.sql})"
    limit = (
        f"athena_heap_size({name}[1].n, '{(_COUNT | _COUNT_BY)[call.name]}',"
        f" '{_POSITIVE[call.name]}')"
    )
    least, merged = call.name.startswith("min"), is_merged(translator, call)
    places = (
        f"athena_heap_places({limit}, list_grade_up({ranks.sql}),"
        f" athena_repeats({ordered}), list_transform({name}, lambda e: e.v IS NULL),"
        f" {{'least': {least}, 'merged': {merged}}})"
    )
    chosen = f"list_select(list_transform({name}, lambda e: e.v), {places})"
    sql = f"CASE WHEN len({name}) > 0 THEN {chosen} END"
    return f"list_transform([athena_present({entries})], lambda {name}: {sql})[1]"


class _Heap:
    """A binary heap of limited size with the worst of the chosen ranks on top."""

    def __init__(self, size: int, ranks: Sequence[int]) -> None:
        self._size = size
        self._ranks = ranks
        self.places: list[int] = []

    def add(self, place: int) -> int | None:
        """Add a place if it is among the best; return the one that it replaces."""
        if len(self.places) < self._size:
            self.places.append(place)
            self._sift_up()
        elif self._ranks[place] > self._ranks[self.places[0]]:
            replaced, self.places[0] = self.places[0], place
            self._sift_down()
            return replaced
        return None

    def sorted_places(self) -> list[int]:
        """List the places, the best first."""
        chosen = list(self.places)
        quick_sort(chosen, lambda one, other: self._ranks[other] - self._ranks[one])
        return chosen

    def _sift_up(self) -> None:
        child = len(self.places) - 1
        while child and not self._is_worse((child - 1) // 2, child):
            child = self._swap(child, (child - 1) // 2)

    def _sift_down(self) -> None:
        parent = 0
        while (child := 2 * parent + 1) < len(self.places):
            if child + 1 < len(self.places) and self._is_worse(child + 1, child):
                child += 1
            if self._is_worse(parent, child):
                break
            parent = self._swap(parent, child)

    def _is_worse(self, one: int, other: int) -> bool:
        return self._ranks[self.places[one]] < self._ranks[self.places[other]]

    def _swap(self, one: int, other: int) -> int:
        self.places[one], self.places[other] = self.places[other], self.places[one]
        return other


def _choose_places(
    size: int,
    order: Sequence[int],
    repeats: Sequence[bool],
    nulls: Sequence[bool],
    flags: Mapping[str, bool],
) -> list[int]:
    """Choose places of a list, given its order and which of the sorted items repeat the last.

    A row that takes the place of one whose value is NULL has NULL for a value, as in Trino; that
    is what a place behind the list stands for.
    """
    ranks, rank = [0] * len(order), 0
    for place, repeat in zip(order, repeats, strict=True):
        rank += not repeat
        ranks[place - 1] = -rank if flags["least"] else rank
    heap, unset = _Heap(size, ranks), set()
    for place, is_null in enumerate(nulls):
        replaced = heap.add(place)
        if is_null or replaced in unset:
            unset.add(place)
    if flags["merged"]:
        partial, heap = heap, _Heap(size, ranks)
        for place in partial.places:
            heap.add(place)
    return [(len(ranks) if place in unset else place) + 1 for place in heap.sorted_places()]


FUNCTIONS: dict[str, FunctionHandler] = {
    **dict.fromkeys(_COUNT, _extreme),
    **dict.fromkeys(_COUNT_BY, _extreme_by),
}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    (
        "athena_heap_places",
        _choose_places,
        [
            *("BIGINT", "BIGINT[]", "BOOLEAN[]", "BOOLEAN[]"),
            "STRUCT(least BOOLEAN, merged BOOLEAN)",
        ],
        "BIGINT[]",
    ),
)
