"""Comparisons of arrays, maps and rows: NULL inside makes them unknown, and maps have no order."""

from collections.abc import Callable

from local_athena.backends.duckdb.dialect.trino_types import BOOLEAN, TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import Typed

_SAME = "IS NOT DISTINCT FROM"
_NEGATED = {"<>": "=", "IS DISTINCT FROM": _SAME}

# Compares two parts of a type.
CompareParts = Callable[[str, Typed, Typed], str]


def is_compared_by_parts(kind: TrinoType, operator: str) -> bool:
    """Tell whether DuckDB's own comparison of a type may differ from Athena's."""
    if operator in ("IS DISTINCT FROM", _SAME):
        return kind.holds("map")
    return bool(kind.parameters)


def compare_structures(
    operator: str, left: Typed, right: Typed, label: str, compare_parts: CompareParts
) -> str:
    """Compare two values of one type; `label` is the name of a lambda's parameter."""
    if operator in _NEGATED:
        return f"(NOT {_match(_NEGATED[operator], left, right, label, compare_parts)})"
    if operator in ("=", _SAME):
        return _match(operator, left, right, label, compare_parts)
    if left.type.name == "array":
        return _order_arrays(operator, left.sql, right.sql)
    return _order_rows(operator, left, right)


def _match(
    operator: str, left: Typed, right: Typed, label: str, compare_parts: CompareParts
) -> str:
    matched = _MATCHES[left.type.name](operator, left, right, label, compare_parts)
    a, b = left.sql, right.sql
    unknown = "NULL" if operator == "=" else f"({a}) IS NULL AND ({b}) IS NULL"
    return f"(CASE WHEN ({a}) IS NULL OR ({b}) IS NULL THEN {unknown} ELSE {matched} END)"


def _match_arrays(
    operator: str, left: Typed, right: Typed, label: str, compare_parts: CompareParts
) -> str:
    pair = [Typed(f"({label}[{n}])", left.type.element) for n in (1, 2)]
    matched = compare_parts(operator, *pair)
    zipped = f"list_transform(list_zip({left.sql}, {right.sql}), lambda {label}: {matched})"
    return f"len({left.sql}) = len({right.sql}) AND athena_all({zipped})"


def _match_maps(
    operator: str, left: Typed, right: Typed, label: str, compare_parts: CompareParts
) -> str:
    a, b = left.sql, right.sql
    pair = [
        Typed(f"{label}.value", left.type.value),
        Typed(f"map_extract_value({b}, {label}.key)", left.type.value),
    ]
    matched = compare_parts(operator, *pair)
    values = f"list_transform(map_entries({a}), lambda {label}: {matched})"
    return (
        f"CASE WHEN cardinality({a}) <> cardinality({b}) OR athena_lacks_key({a}, {b})"
        f" THEN FALSE ELSE athena_all({values}) END"
    )


def _match_rows(
    operator: str, left: Typed, right: Typed, label: str, compare_parts: CompareParts
) -> str:
    del label
    fields = (
        [Typed(f"({side.sql}).f{number}", kind) for side in (left, right)]
        for number, kind in enumerate(left.type.parameters, 1)
    )
    return f"({' AND '.join(compare_parts(operator, *pair) for pair in fields)})"


_MATCHES = {"array": _match_arrays, "map": _match_maps, "row": _match_rows}


def _order_arrays(operator: str, left: str, right: str) -> str:
    text = "NOT_SUPPORTED:ARRAY comparison not supported for arrays with null elements"
    return (
        f"(CASE WHEN athena_meets_null({left}, {right}) THEN {fail_as_boolean(text)}"
        f" ELSE {left} {operator} {right} END)"
    )


def _order_rows(operator: str, left: Typed, right: Typed) -> str:
    text = "NOT_SUPPORTED:ROW comparison not supported for fields with null elements"
    branches = [f"WHEN ({left.sql}) IS NULL OR ({right.sql}) IS NULL THEN NULL"]
    ordered = f"{left.sql} {operator} {right.sql}"
    for number in range(1, len(left.type.parameters) + 1):
        a, b = f"({left.sql}).f{number}", f"({right.sql}).f{number}"
        branches.append(f"WHEN {a} IS NULL OR {b} IS NULL THEN {fail_as_boolean(text)}")
        branches.append(f"WHEN {a} <> {b} THEN {ordered}")
    return f"(CASE {' '.join(branches)} ELSE {ordered} END)"


def fail_as_boolean(text: str) -> str:
    """Write a boolean that fails with an error of Athena's when it is evaluated."""
    return f"(athena_fail('{text}') IS NULL)"


def search_array(
    name: str, items: Typed, value: Typed, label: str, compare_parts: CompareParts
) -> Typed:
    """Write `contains` or `array_position` for elements that DuckDB compares otherwise."""
    text = f"{name} does not support arrays with elements that are null or contain null"
    equal = compare_parts("=", Typed(label, items.type.element), value)
    decided = f"coalesce({equal}, {fail_as_boolean(f'NOT_SUPPORTED:{text}')})"
    found = (
        f"list_transform({items.sql}, lambda {label}:"
        f" CASE WHEN {label} IS NOT NULL THEN {decided} END)"
    )
    answer = f"athena_any({found})" if name == "contains" else f"athena_place({found})"
    kind = BOOLEAN if name == "contains" else TrinoType("bigint")
    return Typed(f"(CASE WHEN ({value.sql}) IS NOT NULL THEN {answer} END)", kind)


def remove_from_array(items: Typed, value: Typed, label: str, compare_parts: CompareParts) -> Typed:
    """Write `array_remove` for elements that DuckDB compares otherwise."""
    text = "array_remove does not support arrays with elements that are null or contain null"
    equal = compare_parts("=", Typed(label, items.type.element), value)
    kept = f"NOT coalesce({equal}, {fail_as_boolean(f'NOT_SUPPORTED:{text}')})"
    kept = f"CASE WHEN {label} IS NULL THEN TRUE ELSE {kept} END"
    sql = f"list_filter({items.sql}, lambda {label}: {kept})"
    return Typed(f"(CASE WHEN ({value.sql}) IS NOT NULL THEN {sql} END)", items.type)
