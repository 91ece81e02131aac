"""Resolve table names: entries of a WITH by lexical scope, else served tables.

Trino looks a name up in the WITH lists around it, innermost first, each of which sees only the
entries before it; what is found in none is a table of the default database. The same is done here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from data_hist.catalog import Table
from data_hist.spelling import nearest, short
from data_hist.sql_guard.checks import offset
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.limits import MAX_CTES, MAX_TABLES
from data_hist.sql_guard.statements import where_tables_are

_METADATA = frozenset({"information_schema", "pg_catalog", "sys"})


class TableReference(NamedTuple):
    """A served table in the FROM of a query; `parts` are the identifiers of its name."""

    table: Table
    parts: tuple[exp.Identifier, ...]
    aliased: bool


class QualifiedColumn(NamedTuple):
    """A column named with its database, such as `data_hist.events.data`: the qualifier."""

    table: Table
    parts: tuple[exp.Identifier, ...]


@dataclass
class Names:
    """What a query refers to."""

    tables: list[TableReference] = field(default_factory=list)
    columns: list[QualifiedColumn] = field(default_factory=list)


class _Visible(NamedTuple):
    """What a place of the query sees: CTEs, and served tables without an alias."""

    ctes: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Served:
    """The tables of an API version and the names that lead to them."""

    catalog: str
    database: str
    tables: Mapping[str, Table]

    def owns(self, *qualifier: str) -> bool:
        """Whether a qualifier names the database of the tables."""
        return qualifier in ((), (self.database,), (self.catalog, self.database))

    @property
    def listing(self) -> str:
        """The names, for a sentence."""
        *others, last = sorted(self.tables)
        return f"{', '.join(others)} and {last}" if others else last


def resolve(source: Source, root: exp.Expr, served: Served) -> Names:
    """The references to served tables, or a refusal of the first other name."""
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
    names.tables.sort(key=lambda reference: offset(reference.parts[0]))
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
            # Trino reads a recursive entry only as `anchor UNION step`, and only the step sees it.
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
    place = offset(cte.args["alias"].this)
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
        raise _not_served(source, parts, served)
    alias = node.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        raise source.refusal(
            offset(parts[0]), "UNSUPPORTED", f"The alias of '{table.name}' may not rename columns."
        )
    names.tables.append(TableReference(table, parts, alias is not None))


def _not_served(source: Source, parts: tuple[exp.Identifier, ...], served: Served) -> Exception:
    names = [part.name.lower() for part in parts]
    if any(name in _METADATA for name in names[:-1]):
        way_out = f"; {where_tables_are([], served.tables)}."
    else:
        meant = nearest(names[-1], served.tables)
        way_out = f"; did you mean '{meant}'?" if meant else f"; the tables are {served.listing}."
    detail = f"Table '{short('.'.join(part.name for part in parts))}' is not served{way_out}"
    return source.refusal(offset(parts[0]), "TABLE_NOT_ALLOWED", detail)


def _unaliased(select: exp.Select, visible: _Visible, served: Served) -> frozenset[str]:
    """The tables in the FROM of one SELECT that go by their own names."""
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
