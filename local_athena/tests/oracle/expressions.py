"""Makes expressions of a given type by chance, from signatures and pools of values."""

import random
import re
from dataclasses import dataclass

from tests.oracle.corpora import read_pools

_MOST_DEPTH = 2
_VARIABLE = re.compile(r"[A-Za-z][0-9]?")
# The types that a variable of a signature may stand for.
_BINDABLE = (
    "integer",
    "bigint",
    "double",
    "varchar",
    "boolean",
    "date",
    "decimal",
    "array(integer)",
)
_POOLS: dict[str, tuple[str, ...]] = {
    "boolean": ("bool",),
    "tinyint": ("tiny",),
    "smallint": ("small",),
    "integer": ("int", "small_int"),
    "bigint": ("big", "int", "small_int"),
    "decimal": ("dec",),
    "real": ("real",),
    "double": ("double", "unit"),
    "varchar": ("text", "piece", "url", "json_text", "unit_of_time", "zone"),
    "char": ("text",),
    "varbinary": ("bytes",),
    "date": ("date",),
    "time": ("time",),
    "time with time zone": ("timetz",),
    "timestamp": ("ts", "ts_far"),
    "timestamp with time zone": ("tstz",),
    "interval day to second": ("ids",),
    "interval year to month": ("iym",),
    "jsonpath": ("json_path",),
    "joniregexp": ("regex",),
}


@dataclass(frozen=True, order=True)
class Signature:
    """One form of a function."""

    name: str
    result: str
    arguments: tuple[str, ...]


def parse_signature(name: str, result: str, arguments: str) -> Signature:
    """Read a row of SHOW FUNCTIONS."""
    return Signature(name, result, tuple(split_types(arguments)))


def split_types(text: str) -> list[str]:
    """Split a list of types at the commas outside of parentheses."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()] if text else []


class Expressions:
    """Makes expressions; nested ones call the functions that have the fitting result."""

    def __init__(self, chance: random.Random, functions: list[Signature]) -> None:
        self._chance = chance
        self._by_result: dict[str, list[Signature]] = {}
        for signature in functions:
            self._by_result.setdefault(_plain(signature.result), []).append(signature)

    def bind(self, signature: Signature) -> list[str]:
        """Choose types for the variables of a signature, and return those of its arguments."""
        bound: dict[str, str] = {}
        return [self._bind(kind, bound) for kind in signature.arguments]

    def call(self, signature: Signature, depth: int = 0) -> str:
        """Make a call of a function."""
        arguments = [self.value(kind, depth + 1) for kind in self.bind(signature)]
        return f"{signature.name}({', '.join(arguments)})"

    def value(self, kind: str, depth: int = 0) -> str:
        """Make an expression of a type."""
        if kind.startswith("function("):
            return self._function(kind, depth)
        callable_ = self._by_result.get(kind, [])
        if callable_ and depth < _MOST_DEPTH and self._chance.random() < 0.25:
            return self.call(self._chance.choice(callable_), depth)
        return self.constant(kind)

    def constant(self, kind: str) -> str:
        """Choose a value of a type from the pools."""
        name, inner = _split_name(kind)
        if name == "array":
            items = [self.constant(inner[0]) for _ in range(self._chance.choice([1, 2, 3]))]
            return f"ARRAY[{', '.join(items)}]"
        if name == "map":
            return f"MAP(ARRAY[{self.constant(inner[0])}], ARRAY[{self.constant(inner[1])}])"
        if name == "row":
            return f"ROW({', '.join(map(self.constant, inner))})"
        if name == "json":
            return f"JSON {self._chance.choice(read_pools()['json_text'])}"
        pools = _POOLS.get(name)
        return self._chance.choice(read_pools()[self._chance.choice(pools)]) if pools else "NULL"

    def _function(self, kind: str, depth: int) -> str:
        *parameters, result = split_types(kind[len("function(") : -1])
        names = ["x", "y", "z"][: len(parameters)]
        fitting = [name for name, each in zip(names, parameters, strict=True) if each == result]
        body = self._chance.choice([*fitting, self.value(result, depth + 1)])
        return f"({', '.join(names)}) -> {body}"

    def _bind(self, kind: str, bound: dict[str, str]) -> str:
        if _VARIABLE.fullmatch(kind):
            return bound.setdefault(kind, self._chance.choice(_BINDABLE))
        name, inner = _split_name(kind)
        if name not in ("array", "map", "row", "function"):
            return _plain(kind)
        return f"{name}({','.join(self._bind(each, bound) for each in inner)})"


def _split_name(kind: str) -> tuple[str, list[str]]:
    name, parenthesis, rest = kind.partition("(")
    return (name, split_types(rest[:-1])) if parenthesis else (name, [])


def _plain(kind: str) -> str:
    """Leave out the lengths and digits of a type without parts."""
    name, inner = _split_name(kind)
    if name in ("array", "map", "row", "function"):
        return f"{name}({','.join(map(_plain, inner))})"
    return re.sub(r"\([^()]*\)", "", kind)
