"""The output columns of `*`, of the star of a relation, and of the star of a row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.queries.scopes import Field, Item, Scope
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed


def expand_star(translator: Translator, node: exp.Expr) -> list[Item] | None:
    """Expand a star to the columns it stands for; None for any other expression."""
    if isinstance(node, exp.Aliases):
        return _rename(translator, node)
    if isinstance(node, exp.Star):
        _refuse_options(translator, node)
        return _all_columns(translator, node)
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
        _refuse_options(translator, node.this)
        return _expand_name(translator, node, node.parts[:-1])
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Star):
        _refuse_options(translator, node.expression)
        base = node.this.unnest()
        if isinstance(base, exp.Column):
            return _expand_name(translator, node, base.parts)
        return _expand_row(translator, node, translator.translate(base))
    return None


def _refuse_options(translator: Translator, star: exp.Expr) -> None:
    """Refuse EXCEPT, REPLACE and RENAME after a star, which Athena does not have."""
    if any(star.args.values()):
        raise translator.malformed(star)


def _all_columns(translator: Translator, node: exp.Star) -> list[Item]:
    if not translator.scope.fields:
        text = "SELECT * not allowed in queries without FROM clause"
        raise translator.failure("COLUMN_NOT_FOUND", text, node)
    return [_field_item(column) for column in translator.scope.fields if not column.hidden]


def _field_item(column: Field) -> Item:
    return Item(None, column.name, Typed(column.sql, column.type))


def _expand_name(translator: Translator, node: exp.Expr, parts: Sequence[exp.Expr]) -> list[Item]:
    """Expand the star of what a name means: a relation, or a column that holds rows."""
    qualifier = tuple(part.name.lower() for part in parts)
    for scope in _scopes(translator):
        fields = [
            column
            for column in scope.fields
            if column.qualifier[-len(qualifier) :] == qualifier and not column.hidden
        ]
        if fields:
            return [_field_item(column) for column in fields]
        found = scope.candidates(qualifier[-1], qualifier[:-1]) if len(qualifier) > 1 else ()
        if found:
            return _expand_row(translator, node, Typed(found[0].sql, found[0].type))
    text = f"Unable to resolve reference {'.'.join(qualifier)}"
    raise translator.failure("TABLE_NOT_FOUND", text, node)


def _scopes(translator: Translator) -> Iterator[Scope]:
    scope: Scope | None = translator.scope
    while scope is not None:
        yield scope
        scope = scope.parent


def _expand_row(translator: Translator, node: exp.Expr, row: Typed) -> list[Item]:
    if row.type.name != "row":
        text = f"Expression {node.this.sql('trino')} is not of type ROW"
        raise translator.mismatch(node, text)
    fields = zip(row.type.field_names, row.type.parameters, strict=True)
    return [
        Item(None, name, Typed(f"({row.sql}).f{number}", kind))
        for number, (name, kind) in enumerate(fields, 1)
    ]


def _rename(translator: Translator, node: exp.Aliases) -> list[Item]:
    items = None if isinstance(node.this, exp.Star) else expand_star(translator, node.this)
    if items is None:
        raise translator.malformed(node)
    if len(items) != len(node.expressions):
        text = (
            f"Column alias list has {len(node.expressions)} entries"
            f" but relation has {len(items)} columns"
        )
        raise translator.failure("MISMATCHED_COLUMN_ALIASES", text, node)
    pairs = zip(items, node.expressions, strict=True)
    return [replace(item, name=name.name, is_alias=True) for item, name in pairs]
