"""Verify that a sub-select shows what it may: the columns for callers, of one customer or of all.

Works on the shape of its text: the text with all numbers and strings alike, which parse alike.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from sqlglot import exp

from data_hist.catalog.tables import Table, TenantColumn
from data_hist.sql_guard import parser
from data_hist.sql_guard.allowlists import FUNCTIONS
from data_hist.sql_guard.lexer import Source, lex

_CACHED_SHAPES = 256

_Node = TypeVar("_Node", bound=exp.Expr)


class RewriteFault(RuntimeError):
    """The rewritten text is not what it should be: a bug of the guard, never the caller's error."""


class TableView(NamedTuple):
    """What a sub-select of a table may show: these columns, of one customer's rows or of all.

    Each column comes with the one of the physical table that it is or is derived from, and
    `select_list` has the tokens of their expressions.
    """

    table: tuple[str, str, str]
    columns: frozenset[tuple[str, str]]
    select_list: tuple[str, ...]
    tenant: TenantColumn | None


def table_view(table: Table, select_list: str) -> TableView:
    """Return what sub-selects of a table may show, in a select list."""
    return TableView(
        table.full_name,
        frozenset(
            (column.name.lower(), column.origin.lower())
            for column in table.columns
            if column.origin not in table.hidden
        ),
        tuple(token.text for token in lex(Source(select_list)).tokens),
        table.tenant,
    )


@lru_cache(_CACHED_SHAPES)
def check_shape(shape: str, view: TableView, *, is_scoped: bool) -> None:
    """Raise unless a shape is that of sub-selects of what may be shown.

    Raises:
        RewriteFault: It shows something else.
    """
    select = _parse_sub_select(shape, {"expressions", "from_", "where"})
    _check_table(select, view.table)
    if not all(_is_shown(node, view) for node in select.expressions):
        raise RewriteFault("a sub-select shows what is not a column for callers")
    if is_scoped and not _is_of_one_customer(select, view.tenant):
        raise RewriteFault("a sub-select is not that of a customer")


@lru_cache(_CACHED_SHAPES)
def check_empty_shape(shape: str, view: TableView) -> None:
    """Raise unless a shape is that of the shortest sub-select of the table.

    Raises:
        RewriteFault: It is something else.
    """
    _check_table(_parse_sub_select(shape, {"expressions", "from_"}), view.table)


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


def _is_shown(node: exp.Expr, view: TableView) -> bool:
    """Whether an expression is a column for callers, or derived from what they may see."""
    if not isinstance(node, exp.Alias):
        return _is_column(node, {name for name, origin in view.columns if name == origin})
    origins = {origin for name, origin in view.columns if name == node.alias.lower()}
    parts = list(node.this.walk())
    return (
        bool(origins)
        and all(_is_column(part, origins) for part in parts if isinstance(part, exp.Column))
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
