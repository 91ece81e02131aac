"""Resolve table names as Trino does: to entries of a WITH in scope, else to served tables.

The WITH lists around a name are searched from the innermost; an entry sees only those before it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlglot import exp

from data_hist.catalog.identifiers import render_name
from data_hist.catalog.tables import ApiVersion, Table
from data_hist.spelling import ask, listing, nearest_names, short
from data_hist.sql_guard.diagnostics import where_tables_are
from data_hist.sql_guard.lexer import Source
from data_hist.sql_guard.parser import offset_of

MAX_TABLES = 64
MAX_CTES = 64

_METADATA = frozenset({"information_schema", "pg_catalog", "sys"})


class TableReference(NamedTuple):
    """A served table in the FROM of a query; `parts` are the identifiers of its name."""

    table: Table
    parts: tuple[exp.Identifier, ...]
    aliased: bool


@dataclass(frozen=True)
class Where:
    """The WHERE of one SELECT, and the tables of its FROM by the names that it has for them."""

    condition: exp.Expr
    tables: Mapping[str, Table]
    has_using: bool

    def relation_of(self, column: exp.Column) -> str | None:
        """Return the name of the table that a column is of."""
        name = column.table.lower()
        # The column that USING makes of two belongs to neither table. With two tables an
        # unqualified name is ambiguous, which the engine refuses.
        if not name and len(self.tables) == 1 and not self.has_using:
            name = next(iter(self.tables))
        return name if name in self.tables and not column.args.get("db") else None


class QualifiedColumn(NamedTuple):
    """The qualifier of a column named with its database, such as `data_hist.events.data`."""

    table: Table
    parts: tuple[exp.Identifier, ...]


@dataclass
class Names:
    """The served tables that a query names, and the columns it qualifies with a database."""

    tables: list[TableReference] = field(default_factory=list)
    columns: list[QualifiedColumn] = field(default_factory=list)


class _Visible(NamedTuple):
    """What is visible at a place of the query: CTEs, and served tables without an alias."""

    ctes: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Served:
    """The tables of an API version, and where callers find them.

    `offered` are those that an error may name: those of every tenant, or all for the operator.
    """

    catalog: str
    database: str
    tables: Mapping[str, Table]
    offered: Collection[str]

    @classmethod
    def of(cls, version: ApiVersion) -> "Served":
        """Return the names of an API version, in lower case."""
        tables = {name.lower(): table for name, table in version.tables.items()}
        of_tenants = [name for name, table in tables.items() if table.tenant]
        return cls(version.catalog.lower(), version.database.lower(), tables, of_tenants)

    def to(self, *, operator: bool) -> "Served":
        """Return the same names, all of which an error for the operator may name."""
        return replace(self, offered=self.tables) if operator else self

    def owns(self, *qualifier: str) -> bool:
        """Whether a qualifier names the database of the tables."""
        return qualifier in ((), (self.database,), (self.catalog, self.database))

    @property
    def hidden(self) -> frozenset[str]:
        """The names that no query may hold, since no table shows a column of that name."""
        tables = self.tables.values()
        shown = {column.name.lower() for table in tables for column in table.columns}
        return frozenset(name.lower() for table in tables for name in table.hidden) - shown

    @property
    def listing(self) -> str:
        """The names of the tables, for an error."""
        return listing(sorted(self.offered))


def resolve(source: Source, root: exp.Expr, served: Served) -> Names:
    """Return the references to served tables; refuse the first table that is not served."""
    names = Names()
    cte_count = 0
    stack: list[tuple[exp.Expr, _Visible]] = [(root, _Visible())]
    while stack:
        node, visible = stack.pop()
        if isinstance(node, exp.Column):
            _add_column(names, node, visible, served)
            continue
        with_ = node.args.get("with_")
        if with_ is not None:
            cte_count += len(with_.expressions)
            visible = _enter_with(source, with_, visible, served, stack)
        if isinstance(node, exp.Table):
            _add_table(source, names, node, visible, served)
        if isinstance(node, exp.Select):
            visible = visible._replace(tables=visible.tables | _unaliased(node, visible, served))
        stack.extend((child, visible) for child in _children(node) if child is not with_)
    _check_counts(source, cte_count, names)
    names.tables.sort(key=lambda reference: offset_of(reference.parts[0]))
    return names


def _check_counts(source: Source, ctes: int, names: Names) -> None:
    if ctes > MAX_CTES:
        raise source.refusal(
            0, "TOO_COMPLEX", f"The query has more than {MAX_CTES} common table expressions."
        )
    if len(names.tables) > MAX_TABLES:
        raise source.refusal(0, "TOO_COMPLEX", f"The query names more than {MAX_TABLES} tables.")


def _children(node: exp.Expr) -> Iterator[exp.Expr]:
    for value in node.args.values():
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, exp.Expr):
                yield child


def _enter_with(
    source: Source,
    with_: exp.Expr,
    visible: _Visible,
    served: Served,
    stack: list[tuple[exp.Expr, _Visible]],
) -> _Visible:
    own: set[str] = set()
    for cte in with_.expressions:
        name = cte.alias.lower()
        _check_cte_name(source, cte, name, own, served)
        body = cte.this
        if with_.args.get("recursive") and isinstance(body, exp.Union):
            # Trino accepts a recursive entry only as `anchor UNION step`; only the step sees it.
            inside = visible._replace(ctes=visible.ctes | {name})
            stack.append((body.expression, inside))
            stack.extend(
                (child, visible) for child in _children(body) if child is not body.expression
            )
        else:
            stack.append((body, visible))
        own.add(name)
        visible = visible._replace(ctes=visible.ctes | {name})
    return visible


def _check_cte_name(
    source: Source, cte: exp.Expr, name: str, own: set[str], served: Served
) -> None:
    place = offset_of(cte.args["alias"].this)
    if name in served.tables:
        raise source.refusal(
            place, "CTE_SHADOWS_TABLE", f"WITH may not give the name of a table, '{short(name)}'."
        )
    if name in own:
        raise source.refusal(place, "DUPLICATE_NAME", f"WITH gives '{short(name)}' twice.")


def _parts(node: exp.Expr) -> tuple[exp.Identifier, ...]:
    keys = ("catalog", "db", "table", "this")
    found = (node.args.get(key) for key in keys)
    return tuple(part for part in found if isinstance(part, exp.Identifier))


def _served_table(parts: tuple[exp.Identifier, ...], served: Served) -> Table | None:
    *qualifier, name = (part.name.lower() for part in parts)
    return served.tables.get(name) if served.owns(*qualifier) else None


def _is_cte(parts: tuple[exp.Identifier, ...], visible: _Visible) -> bool:
    return len(parts) == 1 and parts[0].name.lower() in visible.ctes


def _add_table(
    source: Source, names: Names, node: exp.Table, visible: _Visible, served: Served
) -> None:
    parts = _parts(node)
    if _is_cte(parts, visible):
        return
    table = _served_table(parts, served)
    if table is None:
        raise _not_served(source, parts, visible, served)
    alias = node.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        detail = f"The alias of '{table.name}' may not rename columns."
        raise source.refusal(offset_of(parts[0]), "UNSUPPORTED", detail)
    names.tables.append(TableReference(table, parts, alias is not None))


def _not_served(
    source: Source, parts: tuple[exp.Identifier, ...], visible: _Visible, served: Served
) -> Exception:
    *qualifier, name = (part.name.lower() for part in parts)
    found: list[str] = []
    if any(each in _METADATA for each in qualifier):
        advice = f"; {where_tables_are([], served.tables)}."
    else:
        found = nearest_names(name, [*served.offered, *visible.ctes])
        advice = ask(found) or f"; the tables are {served.listing}."
    written = ".".join(part.name for part in parts)
    detail = f"Table '{short(written)}' is not served{advice}"
    kept = qualifier if served.owns(*qualifier) else []
    suggestions = [
        ".".join(map(render_name, [*(() if each in visible.ctes else kept), each]))
        for each in found
    ]
    return source.refusal(offset_of(parts[0]), "TABLE_NOT_ALLOWED", detail, suggestions)


def _unaliased(select: exp.Select, visible: _Visible, served: Served) -> frozenset[str]:
    """Return the tables in the FROM of one SELECT that have no alias."""
    found: set[str] = set()
    stack = [select.args.get("from_"), *select.args.get("joins", [])]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Table) and not node.args.get("alias"):
            parts = _parts(node)
            table = None if _is_cte(parts, visible) else _served_table(parts, served)
            found.update({table.name} if table else ())
        if isinstance(node, exp.From | exp.Join | exp.Table | exp.Subquery):
            stack.extend([node.args.get("this"), *(node.args.get("joins") or [])])
    return frozenset(found)


def _add_column(names: Names, node: exp.Column, visible: _Visible, served: Served) -> None:
    parts = _parts(node)
    for length in (3, 2):
        qualifier = parts[:length]
        if len(qualifier) < length or (len(parts) == length and not node.is_star):
            continue
        table = _served_table(qualifier, served)
        if table is not None and table.name in visible.tables:
            names.columns.append(QualifiedColumn(table, qualifier))
            return
