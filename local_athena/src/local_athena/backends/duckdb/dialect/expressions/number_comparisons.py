"""Comparisons with NaN: equal to nothing and beside the order, where DuckDB has it above all."""

from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.types.typed_sql import Typed


def may_be_nan(value: Typed) -> bool:
    """Tell whether a value is of a type that has NaN, and no constant."""
    return value.type.name in ("double", "real") and value.constant is None


def compare_numbers(operator: str, left: Typed, right: Typed, possible: tuple[bool, bool]) -> str:
    """Compare two values of one type; `possible` tells which of them may be NaN."""
    plain = f"{left.sql} {operator} {right.sql}"
    is_equality = operator in ("=", "<>")
    if "DISTINCT" in operator or not any(possible) or (is_equality and not all(possible)):
        return plain
    if operator == "<>":
        return f"{plain} OR (isnan({left.sql}) AND isnan({right.sql}))"
    sides = [side for side, possibly in ((left, possible[0]), (right, possible[1])) if possibly]
    if len(sides) == 2:
        # Beside NULL, NaN does not decide.
        found = (
            f"({left.sql} IS NOT NULL AND isnan({right.sql}))"
            f" OR ({right.sql} IS NOT NULL AND isnan({left.sql}))"
        )
        return f"{plain} AND NOT ({found})"
    other = right if possible[0] else left
    is_above = operator in ((">", ">=") if possible[0] else ("<", "<="))
    guard = "" if other.constant else f" AND {other.sql} IS NOT NULL"
    return f"{plain} AND NOT (isnan({sides[0].sql}){guard})" if is_above else plain


def find_greatest(values: Sequence[Typed]) -> str:
    """Write the greatest of numbers none of which is NULL: NaN if there is no other."""
    numbers = (f"CASE WHEN NOT isnan({value.sql}) THEN {value.sql} END" for value in values)
    return f"coalesce(greatest({', '.join(numbers)}), {values[0].sql})"
