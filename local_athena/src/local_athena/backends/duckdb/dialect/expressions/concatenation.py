"""Concatenation by `||` and `concat`: which of its meanings fits the operands.

Strings, binaries and arrays are concatenated, and an element is put before or behind an array.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    LONGEST_CHAR,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    TrinoType,
    array_of,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
)
from local_athena.errors import StatementFailure

_TEXTS = ("varchar", "char", "unknown")
_TOO_FEW = "There must be two or more {}arguments{}"
# The types that the operands are coerced to.
_Meaning = tuple[TrinoType, ...]


def _translate_operator(translator: Translator, node: exp.DPipe) -> Typed:
    operands: list[exp.Expr] = []
    current: exp.Expr = node
    while isinstance(current, exp.DPipe):
        operands.insert(0, current.expression)
        current = current.this
    joined = translator.translate(current)
    for operand in operands:
        joined = _concatenate(translator, node, [joined, translator.translate(operand)])
    return joined


def _concat(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call, 1)
    kind = values[0].type.name
    if len(values) == 1 and kind in ("varchar", "varbinary", "array"):
        (value,) = values
        words = ("", " to concat") if kind == "array" else ("concatenation ", "")
        text = _TOO_FEW.format(*words)
        failing = failing_expression("INVALID_FUNCTION_ARGUMENT", text, value.type)
        sql = f"CASE WHEN {value.sql} IS NOT NULL THEN {failing} END"
        return Typed(sql, replace(value.type, length=None))
    return _concatenate(translator, call.node, values)


def _concatenate(translator: Translator, node: exp.Expr, values: Sequence[Typed]) -> Typed:
    """Concatenate values; the result is NULL if one of them is."""
    kinds = [value.type for value in values]
    if any(kind.name == "char" for kind in kinds) and all(kind.name in _TEXTS for kind in kinds):
        return _concatenate_chars(translator, node, values)
    meaning = _choose(translator, node, kinds)
    array = next((kind for kind in meaning if kind.name == "array"), None)
    whole = max(meaning, key=_depth) if array else meaning[0]
    parts = []
    for value, kind in zip(values, meaning, strict=True):
        sql = coerce(value, kind).sql
        is_element = array is not None and kind.duckdb != whole.duckdb
        parts.append(f"CASE WHEN {sql} IS NOT NULL THEN [{sql}] END" if is_element else sql)
    return Typed(f"({' || '.join(parts)})", replace(whole, length=None))


def _concatenate_chars(translator: Translator, node: exp.Expr, values: Sequence[Typed]) -> Typed:
    """Concatenate two texts, of which one is a char; the other one becomes one, too."""
    if len(values) != 2:
        raise _no_such_function(translator, node, [value.type for value in values])
    if any(value.type == UNKNOWN for value in values):
        raise translator.ambiguous(node)
    lengths = [value.type.length for value in values]
    if None in lengths:
        raise translator.unsupported(node, "a char beside a text of any length")
    total = sum(length for length in lengths if length is not None)
    if total > LONGEST_CHAR:
        raise translator.failure("TYPE_NOT_FOUND", f"Unknown type: char({total})", node)
    parts = (coerce(value, replace(value.type, name="char")).sql for value in values)
    return Typed(f"({' || '.join(parts)})", TrinoType("char", length=total))


def _depth(kind: TrinoType) -> int:
    return 1 + _depth(kind.element) if kind.name == "array" else 0


def _choose(translator: Translator, node: exp.Expr, kinds: Sequence[TrinoType]) -> _Meaning:
    """Choose as Trino does: what needs no cast, then what casts nothing but NULL."""
    possible = list(dict.fromkeys(_meanings(kinds)))
    for test in (_needs_no_cast, _casts_only_null):
        chosen = [meaning for meaning in possible if test(meaning, kinds)]
        if chosen:
            possible = chosen
            break
    if len(possible) > 1:
        raise translator.ambiguous(node)
    if not possible:
        raise _no_such_function(translator, node, kinds)
    return possible[0]


def _no_such_function(
    translator: Translator, node: exp.Expr, kinds: Sequence[TrinoType]
) -> StatementFailure:
    shown = ", ".join(map(str, kinds))
    text = f"Unexpected parameters ({shown}) for function concat"
    return translator.failure("FUNCTION_NOT_FOUND", text, node)


def _needs_no_cast(meaning: _Meaning, kinds: Sequence[TrinoType]) -> bool:
    return meaning == tuple(kinds)


def _casts_only_null(meaning: _Meaning, kinds: Sequence[TrinoType]) -> bool:
    pairs = zip(meaning, kinds, strict=True)
    return all(kind in (target, UNKNOWN) for target, kind in pairs)


def _meanings(kinds: Sequence[TrinoType]) -> Iterator[_Meaning]:
    if all(kind.name in _TEXTS for kind in kinds):
        yield (VARCHAR,) * len(kinds)
    if all(kind.name in ("varbinary", "unknown") for kind in kinds):
        yield (VARBINARY,) * len(kinds)
    element = _common_element([_element(kind) for kind in kinds])
    if element is not None:
        yield (array_of(element),) * len(kinds)
    if len(kinds) == 2:
        left, right = kinds
        element = _common_element([left, _element(right)])
        if element is not None:
            yield (element, array_of(element))
        element = _common_element([_element(left), right])
        if element is not None:
            yield (array_of(element), element)


def _element(kind: TrinoType) -> TrinoType | None:
    """Find what an array holds; NULL stands for an array of anything."""
    if kind.name == "array":
        return kind.element
    return UNKNOWN if kind == UNKNOWN else None


def _common_element(kinds: Sequence[TrinoType | None]) -> TrinoType | None:
    common: TrinoType | None = UNKNOWN
    for kind in kinds:
        if common is None or kind is None:
            return None
        common = common_type(common, kind)
    return common


HANDLERS: dict[type[exp.Expr], Handler] = {exp.DPipe: _translate_operator}
FUNCTIONS: dict[str, FunctionHandler] = {"concat": _concat}
