"""LIKE and its ESCAPE."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.expressions.operators import refuse_chain
from local_athena.backends.duckdb.dialect.strings.texts import escape_like_pattern
from local_athena.backends.duckdb.dialect.types.trino_types import BOOLEAN, VARCHAR
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, quote_string


def _like(translator: Translator, node: exp.Like, escape: exp.Expr | None = None) -> Typed:
    translator.allow_only(node, "this", "expression", "negate")
    refuse_chain(translator, node.this, node.expression)
    if isinstance(node.expression, exp.Any | exp.All):
        raise translator.unsupported(node, "quantified LIKE")
    value = translator.translate(node.this)
    if value.type.name != "char":
        translator.require(node.this, value.type, VARCHAR)
        value = coerce(value, VARCHAR)
    clause = ""
    if escape is None:
        pattern = translator.translate_as(node.expression, VARCHAR).sql
    else:
        pattern = _escaped_pattern(translator, node.expression, escape)
        pattern = f"CASE WHEN {value.sql} IS NOT NULL THEN {pattern} END"
        clause = r" ESCAPE '\'"
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    return Typed(f"({value.sql} {word} {pattern}{clause})", BOOLEAN)


def _escaped_pattern(translator: Translator, pattern: exp.Expr, escape: exp.Expr) -> str:
    values = [translator.translate_as(part, VARCHAR) for part in (pattern, escape)]
    constants = [value.constant for value in values if value.constant is not None]
    if len(constants) == len(values):
        try:
            return quote_string(escape_like_pattern(*constants))
        except ValueError:
            # It fails where there is a text to look at, and inside of TRY.
            pass
    return f"athena_like_pattern({values[0].sql}, {values[1].sql})"


def _escape(translator: Translator, node: exp.Escape) -> Typed:
    if not isinstance(node.this, exp.Like):
        raise translator.unsupported(node, "ESCAPE here")
    return _like(translator, node.this, node.expression)


HANDLERS: dict[type[exp.Expr], Handler] = {exp.Like: _like, exp.Escape: _escape}
