"""Check a sub-select that the service has written: it may show one customer's rows, no more.

Sub-selects differ in numbers and strings alone: in the customer, in days and hours. What these are
changes nothing in how a text is read, so that a shape is parsed once, and each text of that shape
is compared with it by its tokens. Knows nothing of how they are written.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from sqlglot import exp

from data_hist import catalog
from data_hist.sql_guard import parser
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.lexer import Kind, lex

_SHAPES = 256
_ONE = {Kind.NUMBER: "1", Kind.STRING: "'1'"}


class RewriteFault(RuntimeError):
    """The rewritten text is not what was meant."""


class Piece(NamedTuple):
    """A text of ours as its tokens; the shape is the text with all numbers and strings alike."""

    tokens: Sequence[tuple[Kind, str]]
    shape: str


class Shown(NamedTuple):
    """What a sub-select may show: these columns of this table, of one customer's rows or of all."""

    table: tuple[str, str, str]
    columns: frozenset[str]
    tenant_column: str


def shown(version: catalog.ApiVersion, table: catalog.Table, tenant_column: str) -> Shown:
    """What may be shown of a table."""
    return Shown(
        (version.catalog, version.database, table.physical_name),
        frozenset(column.name.lower() for column in table.queryable_columns),
        tenant_column,
    )


def lexed_piece(text: str, max_tokens: int) -> Piece:
    """The tokens of a text of ours, and its shape."""
    tokens = lex(Source(text), max_tokens=max_tokens).tokens
    shape = " ".join(_ONE.get(token.kind, token.text) for token in tokens)
    return Piece(tuple((token.kind, token.text) for token in tokens), shape)


def check_sub_select(piece: Piece, allowed: Shown, customer_id: int | None) -> None:
    """Raise unless a piece is a sub-select of what is allowed, for this customer."""
    _check_shape(piece.shape, allowed, is_scoped=customer_id is not None)
    if customer_id is not None and _first_condition(piece) != (
        (Kind.WORD, allowed.tenant_column.upper()),
        (Kind.OPERATOR, "="),
        (Kind.NUMBER, str(customer_id)),
    ):
        raise RewriteFault("a sub-select is not that of the customer")


def _first_condition(piece: Piece) -> Sequence[tuple[Kind, str]]:
    start = piece.tokens.index((Kind.WORD, "WHERE")) + 1
    return piece.tokens[start : start + 3]


@lru_cache(_SHAPES)
def _check_shape(shape: str, allowed: Shown, *, is_scoped: bool) -> None:
    select = _select_in_brackets(shape)
    _check_table(select, allowed.table)
    if not all(_is_column(node, allowed.columns) for node in select.expressions):
        raise RewriteFault("a sub-select shows what is not a column for callers")
    if is_scoped and not _is_of_one_customer(select, allowed.tenant_column):
        raise RewriteFault("a sub-select is not that of a customer")


def _select_in_brackets(shape: str) -> exp.Select:
    """The SELECT that the shape is, with nothing beside it."""
    text = f"SELECT 1 FROM {shape}"  # noqa: S608 - to be read, not run
    try:
        lexed = lex(Source(text), max_tokens=len(text))
        outer = parser.parse(lexed.code, lexed.tokens)
    except Exception as fault:
        raise RewriteFault("a sub-select cannot be read") from fault
    inner = _only(outer, exp.Select, {"expressions", "from_"}).args["from_"]
    subquery = _only(_only(inner, exp.From, {"this"}).this, exp.Subquery, {"this", "alias"})
    return _only(subquery.this, exp.Select, {"expressions", "from_", "where"})


_Node = TypeVar("_Node", bound=exp.Expr)


def _only(node: exp.Expr | None, kind: type[_Node], parts: Collection[str]) -> _Node:
    """A node, if it is of a kind and has no other parts."""
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


def _is_of_one_customer(select: exp.Select, tenant_column: str) -> bool:
    """Whether all that is asked besides comes on top of the customer's number."""
    where = select.args.get("where")
    condition = where.this if where else None
    while isinstance(condition, exp.And):
        condition = condition.this
    return (
        isinstance(condition, exp.EQ)
        and _is_column(condition.this, {tenant_column})
        and isinstance(condition.expression, exp.Literal)
    )
