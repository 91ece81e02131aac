"""Read the tables of function signatures, `*/signatures.txt`, and match arguments with them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    TIME_TZ,
    TIMESTAMP_TZ,
    TINYINT,
    UNBOUNDED,
    UNKNOWN,
    VARCHAR,
    YEAR_TO_MONTH,
    TrinoType,
    common_type,
)

_FOLDER = Path(__file__).parent
# A line tells what a function is in DuckDB for some types of arguments. The first line that fits
# wins, exact types before coerced ones. Capitals stand for a type to be found: N a number, I an
# integer, J json or varchar, O one with an order, any other letter any type. `local` is a date or
# timestamp as wall-clock time in its own zone, `clock` a time. {0}, {1} are the arguments, {*} all
# of them, {result}, {T} DuckDB types. In the sections `[aggregate]` and `[window]`, << >> holds the
# call that DISTINCT, ORDER BY, FILTER and OVER belong to, and {merged} is whether Trino aggregates
# in two steps. A result of varchar(x) or char is as long as the first argument, one of varchar(12x)
# twelve times as long; a parameter of varchar(2) takes no longer one.
_LINE = re.compile(r"(?P<name>\w+)\((?P<parameters>.*?)\) -> (?P<result>.+?) = (?P<template>.+)")
_WORD = re.compile(
    rf"{TIMESTAMP_TZ}|{TIME_TZ}|{DAY_TO_SECOND}|{YEAR_TO_MONTH}|\w+|\.\.\.|[(),]",
)
_PSEUDO_TYPES = {
    "clock": ("time", TIME_TZ),
    "local": ("date", "timestamp", TIMESTAMP_TZ),
}
# What a message calls a variable or pseudo-type that does not stand for every type.
_SHOWN = {
    "I": "bigint",
    "N": "double",
    "J": "json",
    "O": "T",
    "clock": "time(3)",
    "local": "timestamp(3)",
}
_PLACEHOLDER = re.compile(rf"\b({'|'.join(_SHOWN)})\b")
# Aggregates with a syntax of their own, or lambdas.
_WITHOUT_LINES = frozenset({"listagg", "reduce_agg"})
# By the number of arguments, the length of a result by those of the first and the third.
_LENGTHS: Mapping[tuple[str, int], Callable[..., int]] = {
    ("regexp_replace", 3): lambda text, new: text + max(text * new // 2, new) * (text + 1),
    ("render", 2): lambda text: text + len("\x1b[38;5;255m\x1b[0m"),
    ("replace", 3): lambda text, new: text + new * (text + 1),
}
_DEFAULT_PRECISION = {"timestamp": 3, TIMESTAMP_TZ: 3}


@dataclass(frozen=True)
class Signature:
    """One line of the table; types of one capital letter are variables."""

    name: str
    section: str
    parameters: tuple[TrinoType, ...]
    variadic: bool
    result: TrinoType
    template: str

    @property
    def is_aggregate(self) -> bool:
        """Tell whether a call can have DISTINCT, ORDER BY, FILTER or OVER."""
        return self.section != "scalar"

    def __str__(self) -> str:
        ending = ", ..." if self.variadic else ""
        shown = f"{self.name}({', '.join(map(str, self.parameters))}{ending})"
        return _PLACEHOLDER.sub(lambda word: _SHOWN[word[0]], shown)


@dataclass(frozen=True)
class Match:
    """A signature applied to argument types: what each is coerced to, and the result."""

    signature: Signature
    parameters: tuple[TrinoType, ...]
    result: TrinoType
    variables: Mapping[str, TrinoType]


@cache
def function_names() -> frozenset[str]:
    """Read the names of all functions of Athena, also of those that the emulator lacks."""
    lines = (_FOLDER / "function_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


@cache
def signatures() -> Mapping[str, tuple[Signature, ...]]:
    """Read the tables of all folders, by function name."""
    table: dict[str, tuple[Signature, ...]] = {}
    for path in sorted(_FOLDER.glob("*/signatures.txt")):
        for signature in _read_table(path):
            table[signature.name] = (*table.get(signature.name, ()), signature)
    return table


@cache
def aggregate_names() -> frozenset[str]:
    """List the names of aggregate functions."""
    table = signatures().items()
    return _WITHOUT_LINES | {name for name, lines in table if lines[0].section == "aggregate"}


@cache
def names_over_rows() -> frozenset[str]:
    """List the names of aggregate and window functions."""
    table = signatures().items()
    return _WITHOUT_LINES | {
        name for name, lines in table if any(line.is_aggregate for line in lines)
    }


def _read_table(path: Path) -> Iterator[Signature]:
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            yield _parse_signature(line, section)


def _parse_signature(line: str, section: str) -> Signature:
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise ValueError(f"not a function signature: {line}")
    words = _WORD.findall(parts["parameters"])
    variadic = bool(words) and words[-1] == "..."
    parameters = _parse_types([word for word in words if word != "..."])
    (result,) = _parse_types(_WORD.findall(parts["result"]))
    return Signature(parts["name"], section, parameters, variadic, result, parts["template"])


def _parse_types(words: list[str]) -> tuple[TrinoType, ...]:
    """Read types separated by commas; consumes the words up to the closing parenthesis."""
    found: list[TrinoType] = []
    while words:
        word = words.pop(0)
        if word == ")":
            break
        if word == ",":
            continue
        parameters: tuple[TrinoType, ...] = ()
        if words and words[0] == "(" and word in ("varchar", "decimal"):
            sizes = [words.pop(0) for _ in range(words.index(")") + 1)][1:-1:2]
            found.append(_sized(word, sizes))
            continue
        if words and words[0] == "(":
            words.pop(0)
            parameters = _parse_types(words)
        names = (None,) * len(parameters) if word == "row" else ()
        precision = _DEFAULT_PRECISION.get(word)
        found.append(TrinoType(word, parameters, names, precision=precision))
    return tuple(found)


def _sized(word: str, sizes: list[str]) -> TrinoType:
    """Build a type; a negative length is a multiple of that of the first argument."""
    size = int(sizes[0]) if sizes[0].isdecimal() else -int(sizes[0].removesuffix("x") or 1)
    if word == "varchar":
        return TrinoType(word, length=size)
    return TrinoType(word, precision=size, scale=int(sizes[1]))


def match_signature(name: str, arguments: Sequence[TrinoType]) -> Match | None:
    """Find the signature that fits the types of arguments."""
    exactly = next(find_matches(name, arguments, exact=True), None)
    return exactly or next(find_matches(name, arguments, exact=False), None)


def find_matches(name: str, arguments: Sequence[TrinoType], *, exact: bool) -> Iterator[Match]:
    """Find every signature that fits, in the order of the tables."""
    for signature in signatures().get(name, ()):
        found = _apply(signature, arguments, exact=exact)
        if found is not None:
            yield found


def _apply(signature: Signature, arguments: Sequence[TrinoType], *, exact: bool) -> Match | None:
    parameters = signature.parameters
    if signature.variadic and len(arguments) >= len(parameters):
        parameters += (parameters[-1],) * (len(arguments) - len(parameters))
    if len(parameters) != len(arguments):
        return None
    variables: dict[str, TrinoType] = {}
    for parameter, argument in zip(parameters, arguments, strict=True):
        if not _bind(parameter, argument, variables, exact=exact):
            return None
    targets = tuple(
        _concrete(parameter, argument, variables)
        for parameter, argument in zip(parameters, arguments, strict=True)
    )
    result = _substitute(signature.result, variables)
    if result.name == "char":
        result = targets[0]
    return Match(signature, targets, _measure(signature.name, result, arguments), variables)


def _measure(name: str, result: TrinoType, arguments: Sequence[TrinoType]) -> TrinoType:
    """Find the lengths of texts that depend on those of arguments."""
    if result.parameters:
        parts = tuple(_measure(name, part, arguments) for part in result.parameters)
        return replace(result, parameters=parts)
    factor = -(result.length or 0)
    if factor <= 0:
        return result
    formula = _LENGTHS.get((name, len(arguments)))
    kinds = arguments[::2] if formula else arguments[:1]
    lengths = [0 if kind == UNKNOWN else kind.length for kind in kinds]
    if None in lengths:
        return replace(result, length=None)
    length = formula(*lengths) if formula else factor * (lengths[0] or 0)
    return replace(result, length=min(length, UNBOUNDED))


def _concrete(
    parameter: TrinoType, argument: TrinoType, variables: Mapping[str, TrinoType]
) -> TrinoType:
    if parameter.name in _PSEUDO_TYPES:
        return argument
    target = _substitute(parameter, variables)
    # A parameter of the same family takes the argument's own length, precision and zone.
    return argument if target.name == argument.name and not target.parameters else target


def _bind(
    parameter: TrinoType, argument: TrinoType, variables: dict[str, TrinoType], *, exact: bool
) -> bool:
    name = parameter.name
    if len(name) == 1:
        return _bind_variable(name, argument, variables, exact=exact)
    if name in _PSEUDO_TYPES:
        is_null = argument.name == "unknown" and not exact
        return is_null or argument.name in _PSEUDO_TYPES[name]
    if argument.name == "unknown":
        return not exact
    most, length = parameter.length, argument.length
    if most is not None and (length is None or length > most):
        return False
    if parameter.parameters:
        return _bind_parts(parameter, argument, variables, exact=exact)
    common = argument if exact else common_type(argument, parameter)
    return argument.name == name or (common is not None and common.name == name)


def _bind_parts(
    parameter: TrinoType, argument: TrinoType, variables: dict[str, TrinoType], *, exact: bool
) -> bool:
    if (argument.name, len(argument.parameters)) != (parameter.name, len(parameter.parameters)):
        return False
    pairs = zip(parameter.parameters, argument.parameters, strict=True)
    return all(_bind(part, other, variables, exact=exact) for part, other in pairs)


def _bind_variable(
    name: str, argument: TrinoType, variables: dict[str, TrinoType], *, exact: bool
) -> bool:
    if argument.name == "unknown" and exact:
        return False
    if argument.name == "unknown" and name == "J":
        argument = VARCHAR
    if not _allowed(name, argument):
        return False
    bound = common_type(variables.get(name, UNKNOWN), argument)
    if bound is None or (exact and name in variables and bound.duckdb != variables[name].duckdb):
        return False
    variables[name] = bound
    return True


def _allowed(name: str, argument: TrinoType) -> bool:
    families = {
        "N": argument.is_number,
        "I": argument.is_integer,
        "J": argument.name in ("json", "varchar"),
        "O": argument.is_orderable,
    }
    return argument.name == "unknown" or families.get(name, True)


def _substitute(pattern: TrinoType, variables: Mapping[str, TrinoType]) -> TrinoType:
    if len(pattern.name) == 1:
        found = variables.get(pattern.name, UNKNOWN)
        # Athena takes the first overload for NULL, that of the narrowest number.
        return TINYINT if pattern.name in "NI" and found == UNKNOWN else found
    if not pattern.parameters:
        return pattern
    parts = tuple(_substitute(part, variables) for part in pattern.parameters)
    return TrinoType(pattern.name, parts, pattern.field_names)
