"""Which tables a sent text reads, and that each is read in a sub-select of the guard.

Works on sqlglot's own tree of the text, with none of the guard's code.
"""

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from tests.guarded_queries.engine import CATALOG
from tests.guarded_queries.spelling import pieces

_TABLES = CATALOG.versions["v0"].tables
_COLUMNS = {
    table.full_name[-1]: [column.name for column in table.columns] for table in _TABLES.values()
}
_PARTITION = {"dt", "hr"}
_OF_PROJECTION = {"expressions", "from_", "where"}


class Unreadable(Exception):
    """A text has a syntax error, which the guard may leave for the engine to find."""


class UnscopedTable(AssertionError):
    """A text reads a table outside the sub-selects of the guard."""


def tables_read(sent: str, customer_id: int | None) -> list[str]:
    """The physical tables that a text reads.

    Raises:
        Unreadable: It is no SQL.
        UnscopedTable: One of them is read otherwise than by its allowed columns, in the scope.
    """
    # sqlglot knows GROUP BY and its like only without a comment in between.
    plain = " ".join(token for _, token in pieces(sent))
    try:
        root = sqlglot.parse_one(plain, read="trino")
    except ParseError as fault:
        raise Unreadable from fault
    entries = {cte.alias.lower() for cte in root.find_all(exp.CTE)}
    found = []
    for table in root.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not table.db:
            if table.name.lower() not in entries:
                raise UnscopedTable(f"{table.sql()} is no entry of a WITH")
            continue
        _check_sub_select(table, customer_id)
        found.append(table.name)
    return found


def _check_sub_select(table: exp.Table, customer_id: int | None) -> None:
    select = table.parent.parent if table.parent else None
    if not isinstance(select, exp.Select) or not isinstance(select.parent, exp.Subquery):
        raise UnscopedTable(f"{table.sql()} stands in no sub-select")
    conditions = _conjuncts(select.args.get("where"))
    scope = [] if customer_id is None else [f"customerid = {customer_id}"]
    name = ".".join(part.name for part in table.parts)
    if (
        name != f"awsdatacatalog.data_hist.{table.name}"
        or [column.sql() for column in select.expressions] != _COLUMNS.get(table.name)
        or {key for key, value in select.args.items() if value} - _OF_PROJECTION
        or [condition.sql() for condition in conditions if _columns(condition) - _PARTITION]
        != scope
    ):
        raise UnscopedTable(f"{select.sql()} is not the sub-select of a table")


def _conjuncts(where: exp.Where | None) -> list[exp.Expr]:
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _columns(condition: exp.Expr) -> set[str]:
    """The columns of a condition; one without any says something of none."""
    return {column.sql() for column in condition.find_all(exp.Column)} or {"nothing"}
