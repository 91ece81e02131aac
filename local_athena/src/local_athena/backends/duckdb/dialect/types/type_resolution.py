"""Types as a statement writes them, in CAST and in typed literals."""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.syntax.type_grammar import TypedLiteral
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    LONGEST_CHAR,
    TIME_TZ,
    TIMESTAMP_TZ,
    UNBOUNDED,
    UNKNOWN,
    VALUELESS,
    YEAR_TO_MONTH,
    TrinoType,
    array_of,
    map_of,
    row_of,
)
from local_athena.errors import StatementFailure

_SIMPLE_NAMES = frozenset(
    {
        *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "varbinary"),
        *("date", "json", "uuid", "ipaddress", "color", "unknown", DAY_TO_SECOND, YEAR_TO_MONTH),
    }
)
_SYNONYMS = {"int": "integer"}
_TEMPORAL_NAMES = frozenset({"time", TIME_TZ, "timestamp", TIMESTAMP_TZ})
# Those that are not written in lower case, and others that have no values.
_SPELLED_NAMES = {name.lower(): name for name in ("HyperLogLog", *VALUELESS)}
_DEFAULT_PRECISION, _MAX_PRECISION = 3, 12
_MAX_DIGITS = 38
_LONGEST = {"varchar": UNBOUNDED, "char": LONGEST_CHAR}


class _UnknownTypeError(Exception):
    """A part of a type is none of Athena's."""


def resolve_type(translator: Translator, node: exp.DataType) -> TrinoType:
    """Resolve a type as written in the statement."""
    try:
        kind = _resolve(translator, node)
    except _UnknownTypeError as error:
        raise _unknown_type(translator, node) from error
    if kind == UNKNOWN and not isinstance(node.parent, TypedLiteral):
        raise translator.mismatch(node.parent or node, "UNKNOWN is not a valid type")
    return kind


def _unknown_type(translator: Translator, node: exp.DataType) -> StatementFailure:
    text = translator.statement.sql[node.meta["start"] : node.meta["end"] + 1]
    place = node.parent or node
    if isinstance(place, TypedLiteral):
        return translator.failure("TYPE_NOT_FOUND", f"Unknown resolvedType: {text}", place)
    return translator.mismatch(place, f"Unknown type: {text}")


def _resolve(translator: Translator, node: exp.DataType) -> TrinoType:
    name = _SYNONYMS.get(node.args["kind"], node.args["kind"])
    if name in _SIMPLE_NAMES and not node.expressions:
        return TrinoType(name)
    if name in _TEMPORAL_NAMES:
        return _resolve_temporal_type(node, name)
    if name in ("varchar", "char"):
        return _resolve_text_type(node, name)
    if name == "decimal":
        return _resolve_decimal_type(translator, node)
    if name.startswith("interval "):
        raise translator.failure("NOT_SUPPORTED", f"{name.upper()} type not supported", node)
    return _resolve_structure(translator, node, name)


def _resolve_structure(translator: Translator, node: exp.DataType, name: str) -> TrinoType:
    if name == "row" and node.expressions:
        return _resolve_row(translator, node)
    kinds = [_resolve(translator, part) for part in node.expressions if _is_type(part)]
    if len(kinds) == len(node.expressions):
        if name == "array" and len(kinds) == 1:
            return array_of(*kinds)
        if name == "map" and len(kinds) == 2:
            return _resolve_map(kinds)
        if name in _SPELLED_NAMES and len(kinds) == (name == "qdigest"):
            return TrinoType(_SPELLED_NAMES[name], tuple(kinds))
    raise _UnknownTypeError


def _is_type(part: exp.Expr) -> bool:
    return isinstance(part, exp.DataType)


def _resolve_map(kinds: Sequence[TrinoType]) -> TrinoType:
    key, value = kinds
    if not key.is_comparable:
        raise _UnknownTypeError
    return map_of(key, value)


def _read_numbers(node: exp.DataType, most: int) -> list[int]:
    """Read parameters that are numbers, of which there are not too many."""
    if len(node.expressions) > most or any(map(_is_type, node.expressions)):
        raise _UnknownTypeError
    return [int(part.name) for part in node.expressions]


def _resolve_text_type(node: exp.DataType, name: str) -> TrinoType:
    lengths = _read_numbers(node, 1)
    if any(length > _LONGEST[name] for length in lengths):
        raise _UnknownTypeError
    if name == "char":
        return TrinoType(name, length=lengths[0] if lengths else 1)
    return TrinoType(name, length=lengths[0] if lengths else None)


def _resolve_decimal_type(translator: Translator, node: exp.DataType) -> TrinoType:
    numbers = _read_numbers(node, 2) or [_MAX_DIGITS]
    precision, scale = [*numbers, 0][:2]
    problem = ""
    if not 0 < precision <= _MAX_DIGITS:
        problem = f"precision must be in range [1, {_MAX_DIGITS}]: {precision}"
    elif scale > precision:
        problem = f"scale must be in range [0, precision ({precision})]: {scale}"
    if problem:
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", f"DECIMAL {problem}")
    return TrinoType("decimal", precision=precision, scale=scale)


def _resolve_temporal_type(node: exp.DataType, name: str) -> TrinoType:
    (precision,) = _read_numbers(node, 1) or [_DEFAULT_PRECISION]
    if precision > _MAX_PRECISION:
        raise _UnknownTypeError
    kind = TrinoType(name, precision=precision)
    return replace(kind, zone="UTC") if kind.is_zoned else kind


def _resolve_row(translator: Translator, node: exp.DataType) -> TrinoType:
    names: list[str | None] = []
    kinds = []
    for part in node.expressions:
        is_named = isinstance(part, exp.ColumnDef)
        kind = part.args["kind"] if is_named else part
        if not _is_type(kind):
            raise _UnknownTypeError
        is_quoted = is_named and part.this.args.get("quoted")
        names.append((part.name if is_quoted else part.name.lower()) if is_named else None)
        kinds.append(_resolve(translator, kind))
    return row_of(*kinds, names=tuple(names))
