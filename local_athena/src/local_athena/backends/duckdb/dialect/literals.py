"""Constants, constructors of arrays and rows, and the clock."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.trino_types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    TIMESTAMP,
    TIMESTAMP_UTC,
    UNKNOWN,
    VARBINARY,
    YEAR_TO_MONTH,
    TrinoType,
    array_of,
    common_type,
    row_of,
)
from local_athena.backends.duckdb.dialect.typed_sql import Typed, coerced, quoted

_INTERVAL_UNITS = {
    "YEAR": YEAR_TO_MONTH,
    "MONTH": YEAR_TO_MONTH,
    "WEEK": DAY_TO_SECOND,
    "DAY": DAY_TO_SECOND,
    "HOUR": DAY_TO_SECOND,
    "MINUTE": DAY_TO_SECOND,
    "SECOND": DAY_TO_SECOND,
}
_UNICODE_ESCAPE = re.compile(r"\\(?:(\\)|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))")


def _literal(translator: Translator, node: exp.Literal) -> Typed:
    text = node.name
    if node.is_string:
        return string(text)
    if not text.isdecimal():
        # A literal with a point is a double on Athena; DuckDB needs the exponent to agree.
        return Typed(text if "e" in text.lower() else f"{text}e0", DOUBLE, text)
    if int(text) > 2**63 - 1:
        raise translator.failure(
            "NUMERIC_VALUE_OUT_OF_RANGE", f"Invalid numeric literal: {text}", node
        )
    kind = INTEGER if int(text) < 2**31 else BIGINT
    return Typed(str(int(text)), kind, str(int(text)))


def string(text: str) -> Typed:
    """A varchar constant."""
    return Typed(quoted(text), TrinoType("varchar", length=len(text)), text)


def _unicode_string(translator: Translator, node: exp.UnicodeString) -> Typed:
    translator.only(node, "this")

    def character(match: re.Match[str]) -> str:
        return match[1] or chr(int(match[2] or match[3], 16))

    return string(_UNICODE_ESCAPE.sub(character, node.name))


def _hex_string(translator: Translator, node: exp.HexString) -> Typed:
    digits = re.sub(r"\s", "", node.name)
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})*", digits):
        raise translator.failure("SYNTAX_ERROR", "Binary literal must contain hex digits", node)
    return Typed(f"from_hex('{digits}')", VARBINARY)


def _interval(translator: Translator, node: exp.Interval) -> Typed:
    unit = node.args.get("unit")
    if not isinstance(node.this, exp.Literal) or not isinstance(unit, exp.Var):
        raise translator.unsupported(node, "intervals of this form")
    kind = _INTERVAL_UNITS.get(unit.name.upper())
    if kind is None or not re.fullmatch(r"[+-]?\d+(\.\d+)?", node.this.name):
        raise translator.failure("INVALID_LITERAL", "Not a valid interval literal", node)
    return Typed(f"INTERVAL '{node.this.name}' {unit.name.upper()}", TrinoType(kind))


def _array(translator: Translator, node: exp.Array) -> Typed:
    items = [translator.typed(item) for item in node.expressions]
    kind = UNKNOWN
    for item, part in zip(items, node.expressions, strict=True):
        common = common_type(kind, item.type)
        if common is None:
            text = f"All ARRAY elements must be the same type: {kind}"
            raise translator.mismatch(part, text)
        kind = common
    inner = ", ".join(coerced(item, kind).sql for item in items)
    return Typed(f"CAST([{inner}] AS {array_of(kind).duckdb})", array_of(kind))


def row(items: list[Typed]) -> Typed:
    """A row of unnamed fields; the fields are numbered in DuckDB whatever they are called."""
    fields = ", ".join(f"'f{n}': {item.sql}" for n, item in enumerate(items, 1))
    return Typed("{" + fields + "}", row_of(*(item.type for item in items)))


def _tuple(translator: Translator, node: exp.Tuple) -> Typed:
    return row([translator.typed(item) for item in node.expressions])


def _paren(translator: Translator, node: exp.Paren) -> Typed:
    inner = translator.typed(node.this)
    return Typed(f"({inner.sql})", inner.type, inner.constant)


def _placeholder(translator: Translator, node: exp.Placeholder) -> Typed:
    text = "Incorrect number of parameters: expected at least 1 but found 0"
    raise translator.failure("INVALID_PARAMETER_USAGE", text, node)


def _row(translator: Translator, call: Call) -> Typed:
    return row(translator.typed_arguments(call, 1))


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Literal: _literal,
    exp.UnicodeString: _unicode_string,
    exp.HexString: _hex_string,
    exp.Null: lambda _translator, _node: Typed("NULL", UNKNOWN),
    exp.Boolean: lambda _translator, node: Typed("TRUE" if node.this else "FALSE", BOOLEAN),
    exp.Interval: _interval,
    exp.Array: _array,
    exp.Tuple: _tuple,
    exp.Paren: _paren,
    exp.Placeholder: _placeholder,
    exp.Localtime: lambda _translator, _node: Typed(
        "CAST(timezone('UTC', athena_now()) AS TIME)", TrinoType("time", precision=3)
    ),
    exp.CurrentDate: lambda _translator, _node: Typed("current_date", DATE),
    exp.CurrentTimestamp: lambda _translator, _node: Typed("athena_now()", TIMESTAMP_UTC),
    exp.Localtimestamp: lambda _translator, _node: Typed(
        "timezone('UTC', athena_now())", TIMESTAMP
    ),
}
FUNCTIONS: dict[str, FunctionHandler] = {"row": _row}
