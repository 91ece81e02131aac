"""Functions whose shape no line of the table can say: conditionals, concat, format, rounding."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.arithmetic import combined
from local_athena.backends.duckdb.dialect.calls import aggregated, applied, from_table
from local_athena.backends.duckdb.dialect.casts import cast
from local_athena.backends.duckdb.dialect.context import (
    Call,
    Clauses,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.lambdas import array_sort
from local_athena.backends.duckdb.dialect.literals import row
from local_athena.backends.duckdb.dialect.operators import compared, concatenated, unified
from local_athena.backends.duckdb.dialect.trino_types import (
    VARCHAR,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.try_function import tried
from local_athena.backends.duckdb.dialect.typed_sql import Typed, quoted

_DIRECTIVE = re.compile(r"%(?P<flags>[-0,+ ]*)(?P<width>\d*)(?P<precision>\.\d+)?(?P<letter>.)")
_NORMAL_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def _values(translator: Translator, call: Call, least: int = 0) -> list[Typed]:
    if len(call.arguments) < least:
        text = f"Unexpected parameters for function {call.name}"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return [translator.typed(argument) for argument in call.arguments]


def _coalesce(translator: Translator, call: Call) -> Typed:
    values = unified(
        translator,
        call.node,
        _values(translator, call, 2),
        "All COALESCE operands must be the same type",
    )
    return Typed(f"coalesce({', '.join(value.sql for value in values)})", values[0].type)


def _nullif(translator: Translator, call: Call) -> Typed:
    value, other = _values(translator, call, 2)
    condition = compared(translator, call.node, "=", value, other).sql
    return Typed(f"CASE WHEN {condition} THEN NULL ELSE {value.sql} END", value.type)


def _try(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) != 1:
        raise translator.malformed(call.node)
    return tried(translator, call.arguments[0])


def _typeof(translator: Translator, call: Call) -> Typed:
    (value,) = _values(translator, call, 1)
    return Typed(quoted(str(value.type)), VARCHAR, str(value.type))


def _concat(translator: Translator, call: Call) -> Typed:
    values = _values(translator, call, 2)
    if any(
        value.type.name not in ("varchar", "char", "varbinary", "array", "unknown")
        for value in values
    ):
        shown = ", ".join(str(value.type) for value in values)
        text = f"Unexpected parameters ({shown}) for function concat"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    return concatenated(translator, call.node, values)


def _extremum(translator: Translator, call: Call) -> Typed:
    values = unified(translator, call.node, _values(translator, call, 1), "Cannot compare")
    missing = " OR ".join(f"{value.sql} IS NULL" for value in values)
    listed = ", ".join(value.sql for value in values)
    sql = f"CASE WHEN {missing} THEN NULL ELSE {call.name}({listed}) END"
    return Typed(sql, values[0].type)


def _row(translator: Translator, call: Call) -> Typed:
    return row(_values(translator, call, 1))


def _mod(translator: Translator, call: Call) -> Typed:
    value, divisor = _values(translator, call, 2)
    return combined(translator, call.node, "%", value, divisor)


def _array_sort(translator: Translator, call: Call) -> Typed:
    return (
        from_table(translator, call) if len(call.arguments) == 1 else array_sort(translator, call)
    )


def _grouping(translator: Translator, call: Call) -> Typed:
    columns = ", ".join(value.sql for value in _values(translator, call, 1))
    return Typed(f"CAST(grouping({columns}) AS INTEGER)", TrinoType("integer"))


def _array_join(translator: Translator, call: Call) -> Typed:
    items, separator, *replacement = _values(translator, call, 2)
    if items.type.name != "array":
        text = f"Unexpected parameters ({items.type}) for function array_join"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    name = translator.fresh("x")
    text_item = cast(translator, call.node, Typed(name, items.type.element), VARCHAR).sql
    if replacement:
        text_item = f"coalesce({text_item}, {replacement[0].sql})"
    texts = f"list_transform({items.sql}, lambda {name}: {text_item})"
    # DuckDB's own function is the faster one, and wants a constant.
    function = "athena_join" if separator.constant is None else "array_to_string"
    return Typed(f"{function}({texts}, {separator.sql})", VARCHAR)


def _rounded_decimal(
    function: str,
) -> Callable[[Translator, Call], Typed]:
    """Rounding of decimals changes scale; other numbers follow the table."""

    def handler(translator: Translator, call: Call) -> Typed:
        values = _values(translator, call, 1)
        kind = values[0].type
        if kind.name != "decimal":
            return applied(translator, call, values)
        if len(values) == 2:
            wider = replace(kind, precision=min(38, (kind.precision or 0) + 1))
            sql = f"CAST({function}({values[0].sql}, {values[1].sql}) AS {wider.duckdb})"
            return Typed(sql, wider)
        digits = (kind.precision or 0) - kind.scale + min(kind.scale, 1)
        whole = TrinoType("decimal", precision=max(1, digits))
        return Typed(f"CAST({function}({values[0].sql}) AS {whole.duckdb})", whole)

    return handler


def _decimal_aggregate(translator: Translator, call: Call) -> Typed:
    """Sums and averages of decimals and reals keep their kind of number."""
    values = _values(translator, call, 1)
    kind = values[0].type
    if kind.name not in ("decimal", "real"):
        return applied(translator, call, values)
    wide = TrinoType("decimal", precision=38, scale=kind.scale) if call.name == "sum" else kind
    result = kind if kind.name == "real" else wide
    core = aggregated(translator, call, f"<<{call.name}({values[0].sql})>>")
    return Typed(f"CAST({core} AS {result.duckdb})", result)


def _format(translator: Translator, call: Call) -> Typed:
    pattern, *values = _values(translator, call, 1)
    if pattern.constant is None:
        raise translator.unsupported(call.node, "format strings that are not constants")
    pieces, offset, rest = [], 0, list(values)
    for directive in _DIRECTIVE.finditer(pattern.constant):
        pieces.append(quoted(pattern.constant[offset : directive.start()]))
        pieces.append(_directive(translator, call, directive, rest))
        offset = directive.end()
    pieces.append(quoted(pattern.constant[offset:]))
    return Typed(f"concat({', '.join(pieces)})", VARCHAR)


def _directive(
    translator: Translator, call: Call, directive: re.Match[str], rest: list[Typed]
) -> str:
    letter = directive["letter"]
    if letter in "%n":
        return quoted("%" if letter == "%" else "\n")
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
    return _printed(directive, shown)


def _printed(directive: re.Match[str], value: str) -> str:
    flags = directive["flags"].replace(",", "")
    number = f"{directive['width']}{directive['precision'] or ''}{directive['letter']}"
    if "," not in directive["flags"]:
        return f"printf({quoted(f'%{flags}{number}')}, {value})"
    sign = "+" if "+" in flags else ""
    spec = f"{{:{sign}{directive['width']},{directive['precision'] or ''}{directive['letter']}}}"
    return f"format({quoted(spec)}, {value})"


def _normalize(translator: Translator, call: Call) -> Typed:
    """The form is a keyword, which the parser takes for a column."""
    if len(call.arguments) != 2:
        return from_table(translator, call)
    text, form = call.arguments
    if not isinstance(form, exp.Column) or form.name.upper() not in _NORMAL_FORMS:
        raise translator.malformed(form)
    value = translator.typed_as(text, VARCHAR)
    return Typed(f"athena_normalize({value.sql}, {quoted(form.name.upper())})", VARCHAR)


def _listagg(translator: Translator, call: Call) -> Typed:
    node = call.node
    translator.only(node, "this", "separator")
    order: Sequence[exp.Expr] = ()
    inner = node.this
    if isinstance(inner, exp.Order):
        order, inner = inner.expressions, inner.this
    distinct = isinstance(inner, exp.Distinct)
    value = translator.typed_as(inner.expressions[0] if distinct else inner, VARCHAR)
    separator = node.args.get("separator")
    text = translator.typed_as(separator, VARCHAR).sql if separator else "''"
    clauses = Clauses(call.clauses.filter, call.clauses.window, False, order, distinct)
    outer = Call(call.name, call.arguments, node, clauses)
    return Typed(aggregated(translator, outer, f"<<string_agg({value.sql}, {text})>>"), VARCHAR)


def _trim(translator: Translator, node: exp.Trim) -> Typed:
    translator.only(node, "this", "position", "expression")
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(
        str(node.args.get("position")).upper(), "trim"
    )
    arguments = [node.this, node.expression] if node.args.get("expression") else [node.this]
    return from_table(translator, Call(name, arguments, node, Clauses()))


def _substring(translator: Translator, node: exp.Substring) -> Typed:
    translator.only(node, "this", "start", "length")
    arguments = [node.args[name] for name in ("this", "start", "length") if node.args.get(name)]
    return from_table(translator, Call("substring", arguments, node, Clauses()))


def _position(translator: Translator, node: exp.StrPosition) -> Typed:
    translator.only(node, "this", "substr")
    arguments = [node.this, node.args["substr"]]
    return from_table(translator, Call("strpos", arguments, node, Clauses()))


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Trim: _trim,
    exp.Substring: _substring,
    exp.StrPosition: _position,
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "coalesce": _coalesce,
    "nullif": _nullif,
    "try": _try,
    "typeof": _typeof,
    "concat": _concat,
    "greatest": _extremum,
    "least": _extremum,
    "row": _row,
    "mod": _mod,
    "array_sort": _array_sort,
    "grouping": _grouping,
    "array_join": _array_join,
    "round": _rounded_decimal("round"),
    "ceil": _rounded_decimal("ceil"),
    "ceiling": _rounded_decimal("ceil"),
    "floor": _rounded_decimal("floor"),
    "truncate": _rounded_decimal("trunc"),
    "sum": _decimal_aggregate,
    "avg": _decimal_aggregate,
    "format": _format,
    "normalize": _normalize,
    "listagg": _listagg,
}
