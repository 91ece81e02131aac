"""Primary expressions: constants, names, constructors of arrays and rows, misplaced lambdas."""

import re
import string
import sys
from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.queries.scopes import Scope
from local_athena.backends.duckdb.dialect.syntax.parsing import find_offset
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    TrinoType,
    array_of,
    common_type,
    row_of,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, quote_string
from local_athena.tables import CATALOG_NAME

# Catalog, database and table.
_MAX_QUALIFIERS = 3
# Of printable ASCII characters.
_NO_UNICODE_ESCAPES = "\"'+" + string.hexdigits
# They look like calls, and are forms of Trino's grammar or planner that take values only.
_FORMS = frozenset({"coalesce", "format", "nullif", "row", "try"})
# What the parser makes of the parameters of a lambda that is no argument.
_PARAMETERS = (exp.Column, exp.Identifier, exp.JSONExtract, exp.Paren, exp.Tuple)


def _literal(translator: Translator, node: exp.Literal) -> Typed:
    text = node.name
    if node.is_string:
        return string_literal(text)
    if not text.isdecimal():
        # A literal with a point is a double on Athena; DuckDB needs the exponent to agree.
        return Typed(text if "e" in text.lower() else f"{text}e0", DOUBLE, text)
    return integer_literal(translator, node, int(text))


def integer_literal(translator: Translator, node: exp.Expr, value: int) -> Typed:
    """Build an integer constant of the least type that holds it."""
    if not -(2**63) <= value < 2**63:
        raise translator.failure("SYNTAX_ERROR", f"Invalid numeric literal: {value}", node)
    kind = INTEGER if -(2**31) <= value < 2**31 else BIGINT
    return Typed(str(value) if value >= 0 else f"({value})", kind, str(value))


def string_literal(text: str) -> Typed:
    """Build a varchar constant."""
    return Typed(quote_string(text), TrinoType("varchar", length=len(text)), text)


def _unicode_string(translator: Translator, node: exp.UnicodeString) -> Typed:
    translator.allow_only(node, "this", "escape")
    escape = node.args["escape"].name if node.args.get("escape") else "\\"
    try:
        return string_literal(_decode_escapes(node.name, escape))
    except ValueError as error:
        raise translator.failure("SYNTAX_ERROR", str(error), node) from error


def _decode_escapes(text: str, escape: str) -> str:
    """Replace Unicode escapes, or fail with the text of Trino's syntax error."""
    if not escape:
        raise ValueError("Empty Unicode escape character")
    if len(escape) > 1 or not "!" <= escape <= "~" or escape in _NO_UNICODE_ESCAPES:
        raise ValueError(f"Invalid Unicode escape character: {escape}")
    start = re.escape(escape)
    pattern = rf"{start}(?:({start})|\+([^{start}]{{0,6}})|([^{start}]{{0,4}}))"
    return re.sub(pattern, _decode_escape, text, flags=re.DOTALL)


def _decode_escape(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    digits, size = (match[3], 4) if match[2] is None else (match[2], 6)
    hexadecimal = re.match("[0-9a-fA-F]*", digits)
    known = hexadecimal[0] if hexadecimal else ""
    if not known and digits:
        raise ValueError(f"Invalid hexadecimal digit: {digits[0]}")
    if len(known) < size:
        raise ValueError(f"Incomplete escape sequence: {known}")
    if 0xD800 <= int(digits, 16) <= 0xDFFF:
        text = "Escaped character is a surrogate. Use '\\+123456' instead."
        raise ValueError(f"Invalid escaped character: {digits}. {text}")
    if int(digits, 16) > sys.maxunicode:
        raise ValueError(f"Invalid escaped character: {digits}")
    return chr(int(digits, 16))


def _hex_string(translator: Translator, node: exp.HexString) -> Typed:
    digits = re.sub(r"\s", "", node.name)
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})*", digits):
        raise translator.failure("SYNTAX_ERROR", "Binary literal must contain hex digits", node)
    return Typed(f"from_hex('{digits}')", VARBINARY)


def _array(translator: Translator, node: exp.Array) -> Typed:
    items = [translator.translate(item) for item in node.expressions]
    kind = UNKNOWN
    for item, part in zip(items, node.expressions, strict=True):
        common = common_type(kind, item.type)
        if common is None:
            text = f"All ARRAY elements must be the same type: {kind}"
            raise translator.mismatch(part, text)
        kind = common
    inner = ", ".join(coerce(item, kind).sql for item in items)
    return Typed(f"CAST([{inner}] AS {array_of(kind).duckdb})", array_of(kind))


def build_row(items: list[Typed]) -> Typed:
    """Build a row of unnamed fields; in DuckDB fields are numbered, whatever they are called."""
    fields = ", ".join(f"'f{n}': {item.sql}" for n, item in enumerate(items, 1))
    return Typed("{" + fields + "}", row_of(*(item.type for item in items)))


def _tuple(translator: Translator, node: exp.Tuple) -> Typed:
    return build_row([translator.translate(item) for item in node.expressions])


def _paren(translator: Translator, node: exp.Paren) -> Typed:
    inner = translator.translate(node.this)
    return Typed(f"({inner.sql})", inner.type, inner.constant)


def _placeholder(translator: Translator, node: exp.Placeholder) -> Typed:
    text = "Incorrect number of parameters: expected at least 1 but found 0"
    raise translator.failure("INVALID_PARAMETER_USAGE", text, node)


def _row(translator: Translator, call: Call) -> Typed:
    return build_row(translator.translate_arguments(call, 1))


def _column(translator: Translator, node: exp.Column) -> Typed:
    if isinstance(node.this, exp.Star):
        raise translator.malformed(node)
    return resolve_name(translator, node, [part.name for part in node.parts])


def _identifier(translator: Translator, node: exp.Identifier) -> Typed:
    return resolve_name(translator, node, [node.name])


def _dot(translator: Translator, node: exp.Dot) -> Typed:
    parts: list[str] = []
    base: exp.Expr = node
    while isinstance(base, exp.Dot):
        if not isinstance(base.expression, exp.Identifier):
            raise translator.unsupported(node, "functions of other catalogs")
        parts.insert(0, base.expression.name)
        base = base.this
    if isinstance(base, exp.Column):
        return resolve_name(translator, base, [*(part.name for part in base.parts), *parts])
    if isinstance(base, exp.Identifier):
        return resolve_name(translator, node, [base.name, *parts])
    return _fields(translator, node, translator.translate(base), parts)


def resolve_name(translator: Translator, node: exp.Expr, parts: Sequence[str]) -> Typed:
    """Resolve a dotted name in the innermost scope that knows it."""
    scope: Scope | None = translator.scope
    while scope is not None:
        found = _in_scope(translator, scope, node, parts)
        if found is not None:
            offset = find_offset(node)
            if offset is not None:
                # Conditions are translated again where they are pushed down to.
                translator.statement.depths.setdefault(offset, scope.depth)
            return found
        scope = scope.parent
    text = f"Column '{'.'.join(parts).lower()}' cannot be resolved"
    raise translator.failure("COLUMN_NOT_FOUND", text, node)


def _in_scope(
    translator: Translator, scope: Scope, node: exp.Expr, parts: Sequence[str]
) -> Typed | None:
    names = [part.lower() for part in parts]
    parameter = scope.parameter(names[0])
    if parameter is not None:
        return _fields(translator, node, parameter, parts[1:])
    for split in range(min(len(names) - 1, _MAX_QUALIFIERS), -1, -1):
        candidates = scope.candidates(names[split], names[:split])
        if len(candidates) > 1:
            text = f"Column '{'.'.join(names)}' is ambiguous"
            raise translator.failure("AMBIGUOUS_NAME", text, node)
        if candidates:
            column = Typed(candidates[0].sql, candidates[0].type)
            return _fields(translator, node, column, parts[split + 1 :])
    return None


def _fields(translator: Translator, node: exp.Expr, base: Typed, names: Sequence[str]) -> Typed:
    for name in names:
        base = _field(translator, node, base, name)
    return base


def _field(translator: Translator, node: exp.Expr, base: Typed, name: str) -> Typed:
    if base.type.name != "row":
        text = f"Expression is not of type ROW: {base.type}"
        raise translator.mismatch(node, text)
    lowered = [known.lower() if known else None for known in base.type.field_names]
    if name.lower() not in lowered:
        text = f"Column reference '{name.lower()}' is invalid"
        raise translator.failure("INVALID_COLUMN_REFERENCE", text, node)
    if lowered.count(name.lower()) > 1:
        text = f"Ambiguous row field reference: {name.lower()}"
        raise translator.failure("AMBIGUOUS_NAME", text, node)
    index = lowered.index(name.lower())
    return Typed(f"({base.sql}).f{index + 1}", base.type.parameters[index])


def _current_schema(translator: Translator, node: exp.CurrentSchema) -> Typed:
    translator.allow_only(node)
    return Typed(quote_string(translator.statement.default_database), VARCHAR)


def _misplaced_lambda(translator: Translator, node: exp.Lambda) -> Typed:
    """Refuse a lambda for an argument that is a value."""
    around = node.find_ancestor(exp.Anonymous)
    is_argument = isinstance(node.parent, exp.Anonymous | exp.Distinct)
    if around is None or not is_argument or around.name.lower() in _FORMS:
        raise _outside_of_call(translator, node)
    text = f"Unexpected parameters (<function>) for function {around.name.lower()}"
    raise translator.failure("FUNCTION_NOT_FOUND", text, around)


def _arrow(translator: Translator, node: exp.JSONExtract) -> Typed:
    """Refuse an arrow that is no argument; sqlglot takes it for an operator."""
    is_dotted = isinstance(node.this, exp.Column) and len(node.this.parts) > 1
    if is_dotted or not isinstance(node.this, _PARAMETERS):
        raise translator.malformed(node)
    raise _outside_of_call(translator, node)


def _outside_of_call(translator: Translator, node: exp.Expr) -> Exception:
    return translator.mismatch(node, "Lambda expression should always be used inside a function")


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
    exp.Literal: _literal,
    exp.UnicodeString: _unicode_string,
    exp.HexString: _hex_string,
    exp.Null: lambda _translator, _node: Typed("NULL", UNKNOWN),
    exp.Boolean: lambda _translator, node: Typed("TRUE" if node.this else "FALSE", BOOLEAN),
    exp.Array: _array,
    exp.Tuple: _tuple,
    exp.Paren: _paren,
    exp.Lambda: _misplaced_lambda,
    exp.JSONExtract: _arrow,
    exp.Placeholder: _placeholder,
    exp.CurrentCatalog: lambda _translator, _node: Typed(quote_string(CATALOG_NAME), VARCHAR),
    exp.CurrentSchema: _current_schema,
    exp.CurrentDate: lambda _translator, _node: Typed("current_date", DATE),
}
FUNCTIONS: dict[str, FunctionHandler] = {"row": _row}
