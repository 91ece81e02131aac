"""String functions that no line of the table of signatures can express."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    Clauses,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.expressions.casts import cast
from local_athena.backends.duckdb.dialect.function_calls import (
    apply_matching_signature,
    apply_signature,
)
from local_athena.backends.duckdb.dialect.types.time_values import change_digits
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIMESTAMP_TZ,
    UNKNOWN,
    VARCHAR,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, evaluate_once, quote_string

# Other types are texts to format.
_FORMATTED = ("boolean", "real", "double", "decimal", "date", "time", "timestamp")
_NANOSECONDS = 9
_NORMAL_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def _format(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    if len(values) < 2:
        text = "The 'format' function must have at least two arguments"
        raise translator.failure("SYNTAX_ERROR", text, call.node)
    pattern, *rest = values
    if pattern.type.name != "varchar":
        text = f"Type of first argument to format() must be VARCHAR (actual: {pattern.type})"
        raise translator.mismatch(call.arguments[0], text)
    pairs = [
        _formatted_value(translator, node, value)
        for node, value in zip(call.arguments[1:], rest, strict=True)
    ]
    kinds = ",".join(kind for kind, _ in pairs)
    texts = ", ".join(f"CAST({text} AS VARCHAR)" for _, text in pairs)
    return Typed(f"athena_format({pattern.sql}, '{kinds}', [{texts}])", VARCHAR)


def _formatted_value(translator: Translator, node: exp.Expr, value: Typed) -> tuple[str, str]:
    """Find how Java's Formatter sees a value, and its text."""
    kind = value.type
    if kind.parameters or kind.name in ("varbinary", "HyperLogLog"):
        text = f"Type not supported for formatting: {kind}"
        raise translator.failure("NOT_SUPPORTED", text, node)
    if kind.name == TIMESTAMP_TZ:
        raise translator.unsupported(node, "format of a time with a zone")
    if kind.is_fine:
        value = Typed(*change_digits(value.sql, kind, _NANOSECONDS))
    if kind.name in ("double", "real"):
        return kind.name, evaluate_once(value.sql, "athena_double_text({})".format)
    if kind.is_integer or kind.name == "json":
        return "integer" if kind.is_integer else "text", value.sql
    known = kind.name if kind.name in _FORMATTED else "text"
    return known, cast(translator, node, value, VARCHAR).sql


def _concat_ws(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    kinds = [value.type for value in values]
    if len(kinds) == 1 and kinds[0].name == "varchar":
        text = "There must be two or more arguments"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, call.node)
    if len(kinds) == 2 and kinds[0].name == "varchar" and kinds[1] == UNKNOWN:
        raise translator.ambiguous(call.node)
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
    "concat_ws": _concat_ws,
    "format": _format,
    "normalize": _normalize,
}
