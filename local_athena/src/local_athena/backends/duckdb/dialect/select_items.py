"""The SELECT list: stars written out, names of the output columns."""

from dataclasses import dataclass

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.scopes import Field
from local_athena.backends.duckdb.dialect.typed_sql import Typed


@dataclass(frozen=True)
class Item:
    """One output column; `node` is its expression as written, where it was written."""

    node: exp.Expr | None
    name: str | None
    value: Typed
    is_alias: bool = False


def select_items(translator: Translator, select: exp.Select) -> list[Item]:
    """The output columns of a SELECT."""
    items: list[Item] = []
    for node in select.expressions:
        items.extend(_items(translator, node))
    return items


def _items(translator: Translator, node: exp.Expr) -> list[Item]:
    if isinstance(node, exp.Star):
        _bare(translator, node)
        if not translator.scope.fields:
            text = "SELECT * not allowed in queries without FROM clause"
            raise translator.failure("COLUMN_NOT_FOUND", text, node)
        return [_field_item(column) for column in translator.scope.fields]
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
        _bare(translator, node.this)
        return _qualified_star(translator, node)
    if isinstance(node, exp.Aliases | exp.PropertyEQ):
        raise translator.malformed(node)
    if isinstance(node, exp.Alias):
        value = translator.typed(node.this)
        return [Item(node.this, node.alias, value, is_alias=True)]
    return [Item(node, _own_name(node), translator.typed(node))]


def _bare(translator: Translator, star: exp.Expr) -> None:
    """EXCEPT, REPLACE and RENAME after a star are other dialects' grammar."""
    if any(star.args.values()):
        raise translator.malformed(star)


def _own_name(node: exp.Expr) -> str | None:
    """Only references carry a name of their own."""
    if isinstance(node, exp.Column):
        return node.name
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        return node.expression.name
    return None


def _field_item(column: Field) -> Item:
    return Item(None, column.name, Typed(column.sql, column.type))


def _qualified_star(translator: Translator, node: exp.Column) -> list[Item]:
    qualifier = tuple(part.name.lower() for part in node.parts[:-1])
    fields = [
        column
        for column in translator.scope.fields
        if column.qualifier[-len(qualifier) :] == qualifier
    ]
    if not fields:
        text = f"Unable to resolve reference {'.'.join(qualifier)}"
        raise translator.failure("TABLE_NOT_FOUND", text, node)
    return [_field_item(column) for column in fields]
