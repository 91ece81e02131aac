"""Verify that a sub-select shows what it may: the columns for callers, of one customer or of all.

Works on the shape of its text: the text with all numbers and strings alike, which parse alike.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from sqlglot import exp

from data_hist.catalog.tables import Table, TableColumn, TenantColumn
from data_hist.sql_guard import parser
from data_hist.sql_guard.allowlists import FUNCTIONS
from data_hist.sql_guard.expressions import named_columns, parse_expression
from data_hist.sql_guard.lexer import Kind, Source, Token, lex

_CACHED_SHAPES = 256
_CACHED_VIEWS = 256
_SAME_VALUE = {Kind.NUMBER: "1", Kind.STRING: "'1'"}

_Node = TypeVar("_Node", bound=exp.Expr)


class RewriteFault(RuntimeError):
    """The rewritten text is not what it should be: a bug of the guard, never the caller's error."""


@dataclass(frozen=True, eq=False)
class TableView:
    """What sub-selects of a table begin with, which shows the columns for callers and no others.

    Attributes:
        table: Data catalog, database and name of the physical table.
        head: The beginning of each sub-select, up to the name of the table.
        empty_head: The same, with a number in place of the columns. It ends alike, so that what
            follows it has the same tokens as behind `head`.
        tenant: The column that names the customer of a row.
    """

    table: tuple[str, str, str]
    head: str
    empty_head: str
    tenant: TenantColumn | None


@lru_cache(_CACHED_VIEWS)
def verified_view(table: Table, head: str, empty_head: str) -> TableView:
    """Return what sub-selects of a table begin with, if that shows what it may.

    Raises:
        ExpressionError: A column has an expression that cannot be used.
        RewriteFault: It shows something else.
    """
    select = _parse_sub_select(f"{head})", {"expressions", "from_"})
    _check_table(select, table.full_name)
    origins = {column.name.lower(): _origins(column, table) for column in table.columns}
    if [node.output_name.lower() for node in select.expressions] != list(origins):
        raise RewriteFault("a sub-select has other columns than its table")
    if not all(map(_is_shown, select.expressions, origins.values())):
        raise RewriteFault("a sub-select shows what is not a column for callers")
    check_empty_shape(shape_of(lex(Source(f"{empty_head})")).tokens), table.full_name)
    return TableView(table.full_name, head, empty_head, table.tenant)


def shape_of(tokens: Iterable[Token]) -> str:
    """Return a text with all numbers and strings alike."""
    return " ".join(_SAME_VALUE.get(token.kind, token.text) for token in tokens)


def _origins(column: TableColumn, table: Table) -> frozenset[str]:
    """Return the columns of the physical table from which a column may come."""
    found = {condition.column for condition in column.conditions}
    if column.origin is not None:
        found.add(column.origin)
    if column.expression is not None:
        found |= named_columns(parse_expression(column.expression, table.readable, table.hidden))
    return frozenset(name.lower() for name in found - table.hidden)


@lru_cache(_CACHED_SHAPES)
def check_shape(shape: str, view: TableView, *, is_scoped: bool) -> None:
    """Raise unless a shape is that of a sub-select which begins with the empty head.

    Raises:
        RewriteFault: It is something else, or not that of a customer if `is_scoped`.
    """
    select = _parse_sub_select(shape, {"expressions", "from_", "where"})
    _check_table(select, view.table)
    if is_scoped and not _is_of_one_customer(select, view.tenant):
        raise RewriteFault("a sub-select is not that of a customer")


@lru_cache(_CACHED_SHAPES)
def check_empty_shape(shape: str, table: tuple[str, str, str]) -> None:
    """Raise unless a shape is that of the shortest sub-select of the table.

    Raises:
        RewriteFault: It is something else.
    """
    _check_table(_parse_sub_select(shape, {"expressions", "from_"}), table)


def _parse_sub_select(shape: str, parts: Collection[str]) -> exp.Select:
    """Parse the shape, and return the one SELECT that it consists of."""
    try:
        outer = parser.parse(lex(Source(f"SELECT 1 FROM {shape}")))  # noqa: S608 - parsed only
    except Exception as error:
        raise RewriteFault("a sub-select cannot be read") from error
    inner = _only(outer, exp.Select, {"expressions", "from_"}).args["from_"]
    subquery = _only(_only(inner, exp.From, {"this"}).this, exp.Subquery, {"this", "alias"})
    return _only(subquery.this, exp.Select, parts)


def _only(node: exp.Expr | None, kind: type[_Node], parts: Collection[str]) -> _Node:
    """Return a node if it is of a kind and has no other parts."""
    if not isinstance(node, kind) or any(
        value and name not in parts for name, value in node.args.items()
    ):
        raise RewriteFault("a sub-select is not a plain one")
    return node


def _check_table(select: exp.Select, name: Sequence[str]) -> None:
    tables = list(select.find_all(exp.Table))
    found = [[part.name for part in table.parts] for table in tables]
    if found != [list(name)] or len(list(select.find_all(exp.Query))) != 1:
        raise RewriteFault("a sub-select reads something else than its table")


def _is_column(node: exp.Expr, names: Collection[str]) -> bool:
    is_bare = isinstance(node, exp.Column) and len(node.parts) == 1 and not node.is_star
    return is_bare and node.name.lower() in names


def _is_shown(node: exp.Expr, origins: frozenset[str]) -> bool:
    """Whether an expression is one of the columns, or derived from them alone."""
    if not isinstance(node, exp.Alias):
        return _is_column(node, origins)
    parts = list(node.this.walk())
    return (
        all(_is_column(part, origins) for part in parts if isinstance(part, exp.Column))
        and all(part.name.lower() in FUNCTIONS for part in parts if isinstance(part, exp.Anonymous))
        and not any(isinstance(part, exp.Star) for part in parts)
    )


def _is_of_one_customer(select: exp.Select, tenant: TenantColumn | None) -> bool:
    """Whether the condition on the customer is ANDed with every other condition."""
    where = select.args.get("where")
    condition = where.this if where else None
    while isinstance(condition, exp.And):
        condition = condition.this
    return (
        isinstance(condition, exp.EQ)
        and tenant is not None
        and _is_column(condition.this, {tenant.name})
        and isinstance(condition.expression, exp.Literal)
    )
