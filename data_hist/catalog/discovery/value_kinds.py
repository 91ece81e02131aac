"""Count what kinds of values a key of JSON records has, and choose the type of its column."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, Final

_BIGINT: Final = 2**63
_KINDS: Final[Mapping[type, str]] = {
    NoneType: "null",
    bool: "boolean",
    int: "whole number",
    float: "number",
    str: "text",
    dict: "object",
    list: "array",
}
_SCALARS: Final = {"boolean": "boolean", "whole number": "bigint", "number": "double"}
_NUMBERS: Final = {"whole number", "large number", "number"}
NESTED: Final = frozenset({"object", "array"})


def kind_of(value: Any) -> str:
    """Name the kind of a value of JSON, or of a row of Parquet."""
    if type(value) is int and not -_BIGINT <= value < _BIGINT:
        return "large number"
    return _KINDS.get(type(value), "other")


def count_kinds(values: Iterable[Any]) -> Counter[str]:
    """Count the kinds of values; null is none."""
    counts = Counter(map(kind_of, values))
    del counts["null"]
    return counts


def choose_type(kinds: Mapping[str, int]) -> str:
    """Choose the type of a column that has all of its values, none as NULL."""
    found = set(kinds)
    if len(found) == 1:
        return _SCALARS.get(next(iter(found)), "varchar")
    return "double" if found and found <= _NUMBERS and "number" in found else "varchar"


def describe_kinds(kinds: Mapping[str, int]) -> str:
    """Describe values of several kinds: `80% text, 20% whole number`."""
    whole = sum(kinds.values())
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{percent(count, whole)} {kind}" for kind, count in ordered)


def percent(count: int, whole: int) -> str:
    """Write a share, and never 0% or 100% for what is none of them."""
    share = 100 * count / whole
    if 0 < share < 1:
        return "under 1%"
    return "over 99%" if 99 < share < 100 else f"{share:.0f}%"


def json_value(value: Any) -> Any:
    """Return the nested value that a value is, or that its JSON text holds; None if it is none."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict | list) else None
