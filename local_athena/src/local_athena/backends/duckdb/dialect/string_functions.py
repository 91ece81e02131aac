"""String functions that no line of the table of signatures can express."""

import re
from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.casts import cast
from local_athena.backends.duckdb.dialect.context import (
    Call,
    Clauses,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.function_calls import (
    apply_clauses,
    apply_matching_signature,
    apply_signature,
)
from local_athena.backends.duckdb.dialect.trino_types import (
    UNKNOWN,
    VARCHAR,
)
from local_athena.backends.duckdb.dialect.typed_sql import (
    Typed,
    quote_string,
)

_DIRECTIVE = re.compile(r"%(?P<flags>[-0,+ ]*)(?P<width>\d*)(?P<precision>\.\d+)?(?P<letter>.)")
_NORMAL_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def _format(translator: Translator, call: Call) -> Typed:
    pattern, *values = translator.translate_arguments(call, 1)
    if pattern.constant is None:
        raise translator.unsupported(call.node, "format strings that are not constants")
    pieces, offset, rest = [], 0, list(values)
    for directive in _DIRECTIVE.finditer(pattern.constant):
        pieces.append(quote_string(pattern.constant[offset : directive.start()]))
        pieces.append(_translate_directive(translator, call, directive, rest))
        offset = directive.end()
    pieces.append(quote_string(pattern.constant[offset:]))
    return Typed(f"concat({', '.join(pieces)})", VARCHAR)


def _translate_directive(
    translator: Translator, call: Call, directive: re.Match[str], rest: list[Typed]
) -> str:
    letter = directive["letter"]
    if letter in "%n":
        return quote_string("%" if letter == "%" else "\n")
    if not rest:
        text = f"Format specifier '{directive[0]}' has no argument"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, call.node)
    value = rest.pop(0)
    if letter == "s" and not directive["precision"]:
        text_value = cast(translator, call.node, value, VARCHAR).sql
        shown = f"coalesce({text_value}, 'null')"
    elif letter in "dxXo" and value.type.is_integer and not directive["precision"]:
        shown = value.sql
    elif letter in "fe" and value.type.is_number and not value.type.is_integer:
        shown = f"CAST({value.sql} AS DOUBLE)"
    else:
        raise translator.unsupported(call.node, f"the format specifier {directive[0]}")
    return _print_directive(directive, shown)


def _print_directive(directive: re.Match[str], value: str) -> str:
    flags = directive["flags"].replace(",", "")
    number = f"{directive['width']}{directive['precision'] or ''}{directive['letter']}"
    if "," not in directive["flags"]:
        return f"printf({quote_string(f'%{flags}{number}')}, {value})"
    sign = "+" if "+" in flags else ""
    spec = f"{{:{sign}{directive['width']},{directive['precision'] or ''}{directive['letter']}}}"
    return f"format({quote_string(spec)}, {value})"


def _concat_ws(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    kinds = [value.type for value in values]
    if len(kinds) == 1 and kinds[0].name == "varchar":
        text = "There must be two or more arguments"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, call.node)
    if len(kinds) == 2 and kinds[1] == UNKNOWN != kinds[0]:
        text = "Could not choose a best candidate operator. Explicit type casts must be added."
        raise translator.failure("AMBIGUOUS_FUNCTION_CALL", text, call.node)
    return apply_signature(translator, call, values)


def _codepoint(translator: Translator, call: Call) -> Typed:
    """Translate a call whose argument is of varchar(1); not of every type is the length known."""
    values = translator.translate_arguments(call)
    kinds = [value.type for value in values]
    is_cast = len(kinds) == 1 and isinstance(call.arguments[0], exp.Cast)
    if len(kinds) == 1 and kinds[0].name in ("varchar", "char"):
        length = kinds[0].length
        if (length or 0) > 1 or kinds[0].name == "char" or (is_cast and length is None):
            text = f"Unexpected parameters ({kinds[0]}) for function codepoint"
            raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return apply_signature(translator, call, values)


def _normalize(translator: Translator, call: Call) -> Typed | None:
    """Translate `normalize(text, NFC)`, whose keyword is a column to the parser."""
    if len(call.arguments) != 2:
        return None
    text, form = call.arguments
    if not isinstance(form, exp.Column) or form.name.upper() not in _NORMAL_FORMS:
        raise translator.malformed(form)
    value = translator.translate_as(text, VARCHAR)
    return Typed(f"athena_normalize({value.sql}, {quote_string(form.name.upper())})", VARCHAR)


def _listagg(translator: Translator, call: Call) -> Typed:
    node = call.node
    translator.allow_only(node, "this", "separator")
    order: Sequence[exp.Expr] = ()
    inner = node.this
    if isinstance(inner, exp.Order):
        order, inner = inner.expressions, inner.this
    distinct = isinstance(inner, exp.Distinct)
    value = translator.translate_as(inner.expressions[0] if distinct else inner, VARCHAR)
    separator = node.args.get("separator")
    text = translator.translate_as(separator, VARCHAR).sql if separator else "''"
    clauses = Clauses(call.clauses.filter, call.clauses.window, False, order, distinct)
    outer = Call(call.name, call.arguments, node, clauses)
    return Typed(apply_clauses(translator, outer, f"<<string_agg({value.sql}, {text})>>"), VARCHAR)


def _trim(translator: Translator, node: exp.Trim) -> Typed:
    translator.allow_only(node, "this", "position", "expression")
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(
        str(node.args.get("position")).upper(), "trim"
    )
    arguments = [node.this, node.expression] if node.args.get("expression") else [node.this]
    return apply_matching_signature(translator, Call(name, arguments, node, Clauses()))


def _substring(translator: Translator, node: exp.Substring) -> Typed:
    translator.allow_only(node, "this", "start", "length")
    arguments = [node.args[name] for name in ("this", "start", "length") if node.args.get(name)]
    return apply_matching_signature(translator, Call("substring", arguments, node, Clauses()))


def _position(translator: Translator, node: exp.StrPosition) -> Typed:
    translator.allow_only(node, "this", "substr")
    arguments = [node.this, node.args["substr"]]
    return apply_matching_signature(translator, Call("strpos", arguments, node, Clauses()))


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Trim: _trim,
    exp.Substring: _substring,
    exp.StrPosition: _position,
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "codepoint": _codepoint,
    "concat_ws": _concat_ws,
    "format": _format,
    "listagg": _listagg,
    "normalize": _normalize,
}
