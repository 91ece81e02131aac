"""Interval literals, of one or two fields."""

import re
from dataclasses import dataclass

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    YEAR_TO_MONTH,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

_MONTHS = {"YEAR": 12, "MONTH": 1}
_MILLISECONDS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1000}
_LARGEST = 2**31 - 1
# DuckDB counts microseconds in 64 bits.
_LONGEST_MILLISECONDS = (2**63 - 1) // 1000
_FIELDS = (*_MONTHS, *_MILLISECONDS)
# What stands before a field that is not the first one.
_SEPARATORS = {"MONTH": "-", "HOUR": " ", "MINUTE": ":", "SECOND": ":"}


@dataclass(frozen=True)
class _Span:
    first: str
    last: str

    @property
    def is_of_months(self) -> bool:
        return self.first in _MONTHS

    @property
    def fields(self) -> tuple[str, ...]:
        return _FIELDS[_FIELDS.index(self.first) : _FIELDS.index(self.last) + 1]

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first} TO {self.last}"


def _read_span(unit: exp.Expr | None) -> _Span | None:
    parts = (unit.this, unit.expression) if isinstance(unit, exp.IntervalSpan) else (unit, unit)
    first, last = (part.name.upper() if isinstance(part, exp.Var) else "" for part in parts)
    if first not in _FIELDS or last not in _FIELDS or (first in _MONTHS) != (last in _MONTHS):
        return None
    return _Span(first, last) if _FIELDS.index(first) <= _FIELDS.index(last) else None


def _interval(translator: Translator, node: exp.Interval) -> Typed:
    is_negative = isinstance(node.this, exp.Neg)
    literal = node.this.this if is_negative else node.this
    if not (isinstance(literal, exp.Literal) and literal.is_string):
        raise translator.malformed(node)
    span = _read_span(node.args.get("unit"))
    if span is None and isinstance(node.args.get("unit"), exp.IntervalSpan):
        raise translator.failure("INVALID_LITERAL", "Invalid interval qualifier", node)
    if span is None:
        raise translator.failure("TYPE_NOT_FOUND", "Unknown resolvedType: INTERVAL", node)
    total = _parse_amount(literal.name, span)
    if total is None:
        text = f"Invalid INTERVAL {span} value: {literal.name}"
        raise translator.failure("INVALID_LITERAL", text, node)
    total = -total if is_negative else total
    if span.is_of_months:
        return Typed(f"to_months({total})", TrinoType(YEAR_TO_MONTH), str(total))
    if abs(total) > _LONGEST_MILLISECONDS:
        raise translator.unsupported(node, "intervals this long")
    return Typed(f"to_microseconds({total * 1000})", TrinoType(DAY_TO_SECOND), str(total))


def _parse_amount(text: str, span: _Span) -> int | None:
    """Read a text as months or milliseconds; the last fields may be left out."""
    match = re.fullmatch(r"([+-]?)(.*)", text, re.DOTALL)
    if match is None:
        return None
    pattern = ""
    for field in reversed(span.fields):
        number = r"(\d*)(?:\.(\d{1,3})\d*)?" if field == "SECOND" else r"(\d*)"
        before = re.escape(_SEPARATORS[field]) if field != span.first else ""
        pattern = f"{before}{number}(?:{pattern})?" if pattern else f"{before}{number}"
    found = re.fullmatch(pattern, match[2])
    if found is None:
        return None
    units = {**_MONTHS, **_MILLISECONDS}
    if any(int(digits or 0) > _LARGEST for digits in found.groups()):
        return None
    total = sum(
        int(digits or 0) * units[field]
        for field, digits in zip(span.fields, found.groups(), strict=False)
    )
    if span.last == "SECOND":
        total += int((found.groups()[-1] or "0").ljust(3, "0"))
    return -total if match[1] == "-" else total


HANDLERS: dict[type[exp.Expr], Handler] = {exp.Interval: _interval}
