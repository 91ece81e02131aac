"""Comparisons of arrays, maps and rows: NULL inside makes them unknown, and maps have no order."""

from collections.abc import Callable

from local_athena.backends.duckdb.dialect.types.trino_types import BOOLEAN, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, failing_expression

_SAME = "IS NOT DISTINCT FROM"
_NEGATED = {"<>": "=", "IS DISTINCT FROM": _SAME}

# Compares two parts of a type.
CompareParts = Callable[[str, Typed, Typed], str]


def is_compared_by_parts(kind: TrinoType, operator: str) -> bool:
    """Tell whether DuckDB's own comparison of a type may differ from Athena's."""
    if operator in ("IS DISTINCT FROM", _SAME):
        return kind.holds("map") or kind.holds_row_zones
    return bool(kind.parameters)


def compare_structures(
    operator: str, left: Typed, right: Typed, label: str, compare_parts: CompareParts
) -> str:
    """Compare two values of one type; `label` is the name of a lambda's parameter."""
    if operator in _NEGATED:
        return f"(NOT {_match(_NEGATED[operator], left, right, label, compare_parts)})"
    if operator in ("=", _SAME):
        return _match(operator, left, right, label, compare_parts)
    return _order_structures(operator, left, right)


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


def _order_structures(operator: str, left: Typed, right: Typed) -> str:
    a, b = left.sql, right.sql
    failure = _find_order_failure(left.type, a, b)
    return (
        f"(CASE WHEN ({a}) IS NULL OR ({b}) IS NULL THEN NULL"
        f" WHEN {failure} <> '' THEN athena_fail({failure}) IS NULL ELSE {a} {operator} {b} END)"
    )


def _find_order_failure(kind: TrinoType, left: str, right: str, depth: int = 0) -> str:
    """Write why Trino gives two arrays or rows no order: a text, '' if it does, NULL if equal.

    Trino compares part by part, and fails if it meets NULL before a difference.
    """
    if kind.name == "row":
        fields = (
            _compare_parts(kind, part, f"({left}).f{n}", f"({right}).f{n}", depth)
            for n, part in enumerate(kind.parameters, 1)
        )
        return f"coalesce({', '.join(fields)})"
    place, answer = f"o{depth}", f"a{depth}"
    step = _compare_parts(kind, kind.element, f"({left})[{place}]", f"({right})[{place}]", depth)
    places = f"range(1, least(len({left}), len({right})) + 1)"
    steps = f"list_transform({places}, lambda {place}: {step})"
    return f"list_filter({steps}, lambda {answer}: {answer} IS NOT NULL)[1]"


def _compare_parts(whole: TrinoType, part: TrinoType, left: str, right: str, depth: int) -> str:
    parts = "fields" if whole.name == "row" else "arrays"
    shown = f"{whole.name.upper()} comparison not supported for {parts} with null elements"
    decided = f"CASE WHEN {left} <> {right} THEN '' END"
    if part.parameters:
        decided = f"coalesce({_find_order_failure(part, left, right, depth + 1)}, {decided})"
    unknown = f"{left} IS NULL OR {right} IS NULL"
    return f"(CASE WHEN {unknown} THEN 'NOT_SUPPORTED:{shown}' ELSE {decided} END)"


def check_order(value: Typed, other: str) -> str:
    """Write an array or row that fails where Trino cannot compare it with another, if any."""
    failure = _find_order_failure(value.type, f"({value.sql})", f"({other})")
    present = f"({value.sql}) IS NOT NULL AND ({other}) IS NOT NULL"
    failing = f"CAST(CAST(athena_fail({failure}) AS VARCHAR) AS {value.type.duckdb})"
    return f"(CASE WHEN {present} AND {failure} <> '' THEN {failing} ELSE {value.sql} END)"


def check_comparable(value: Typed) -> str:
    """Write an array or row that fails if it holds NULL, for orders whose pairs are unknown."""
    shown = "ROW comparison not supported for fields with null elements"
    if value.type.name == "array":
        shown = "ARRAY comparison not supported for arrays with null elements"
    failing = failing_expression("NOT_SUPPORTED", shown, value.type)
    return f"(CASE WHEN {holds_null(value)} THEN {failing} ELSE {value.sql} END)"


def holds_null(value: Typed, depth: int = 0) -> str:
    """Write whether NULL is anywhere in an array or row; FALSE if it is NULL itself."""
    if value.type.name == "row":
        fields = (
            _is_or_holds_null(Typed(f"({value.sql}).f{n}", part), depth)
            for n, part in enumerate(value.type.parameters, 1)
        )
        return f"(({value.sql}) IS NOT NULL AND ({' OR '.join(fields)}))"
    name = f"n{depth}"
    held = _is_or_holds_null(Typed(name, value.type.parameters[-1]), depth + 1)
    values = f"map_values({value.sql})" if value.type.name == "map" else value.sql
    return f"coalesce(len(list_filter({values}, lambda {name}: {held})) > 0, FALSE)"


def _is_or_holds_null(value: Typed, depth: int) -> str:
    held = f" OR {holds_null(value, depth)}" if value.type.parameters else ""
    return f"({value.sql} IS NULL{held})"


def find_extreme(items: Typed, operator: str) -> str:
    """Write the greatest (`>`) or least (`<`) array or row of a list without NULL."""
    best, item = Typed("o_best", items.type.element), Typed("o_item", items.type.element)
    checked = check_order(item, best.sql)
    chosen = f"CASE WHEN {checked} {operator} {best.sql} THEN {item.sql} ELSE {best.sql} END"
    step = f"lambda {best.sql}, {item.sql}: {chosen}"
    return f"(CASE WHEN len({items.sql}) > 0 THEN list_reduce({items.sql}, {step}) END)"


def sort_structures(items: Typed) -> str:
    """Write a list of arrays or rows, sorted; neighbours that Trino cannot compare fail."""
    checked = check_order(Typed("o_item", items.type.element), "o_list[o_place - 1]")
    listed = f"list_transform(o_list, lambda o_item, o_place: {checked})"
    return (
        f"list_transform([list_sort({items.sql}, 'ASC', 'NULLS LAST')], lambda o_list: {listed})[1]"
    )


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
