"""Find the columns that a place in the caller's SQL can see, as Trino resolves them.

Serves suggestions alone: what it does not know is left out, and nothing is refused by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from data_hist.catalog.tables import Table
from data_hist.errors import RequestError
from data_hist.sql_guard.allowlists import QUERIES
from data_hist.sql_guard.lexer import Source, lex
from data_hist.sql_guard.parser import offset_of, parse_caller_sql

# Parsing as many takes 5 ms, which other requests wait for.
MAX_TOKENS = 500


class Relation(NamedTuple):
    """What a FROM, or another part of a query, gives names to; all in lower case."""

    name: str
    columns: Sequence[str]


class ColumnPlace(NamedTuple):
    """A column as it is written in a query.

    Attributes:
        qualifier: What is written before the name, with its last dot.
        relation: The last name of the qualifier; empty without one.
        visible: What the column may belong to, the innermost first.
    """

    qualifier: str
    relation: str
    name: str
    visible: Sequence[Relation]


def column_at(sql: str, line: int, column: int, tables: Mapping[str, Table]) -> ColumnPlace | None:
    """Find the column that begins at a position; None if there is none, or the SQL is too long."""
    source = Source(sql)
    root = _parse(source)
    if root is None:
        return None
    offset = source.offset(line, column)
    resolver = _Resolver.of(root, tables)
    for node in root.find_all(exp.Column, exp.Join):
        if isinstance(node, exp.Column) and _start(node) == offset:
            return _place(sql, node, resolver)
        for name in node.args.get("using") or ():
            if offset_of(name) == offset:
                return ColumnPlace("", "", name.name.lower(), [resolver.shared_columns(node)])
    return None


def _parse(source: Source) -> exp.Expr | None:
    try:
        lexed = lex(source, max_tokens=MAX_TOKENS)
        if lexed.tokens and lexed.tokens[-1].text == ";":
            lexed = lexed.without_last()
        return parse_caller_sql(source, lexed)
    except RequestError:
        return None


def _place(sql: str, column: exp.Column, resolver: "_Resolver") -> ColumnPlace:
    relation = column.text("table").lower()
    qualifier = sql[_start(column) : offset_of(column.this)] if relation else ""
    return ColumnPlace(
        qualifier, relation, column.name.lower(), list(resolver.visible_from(column))
    )


def _start(column: exp.Column) -> int:
    # A star has no offset.
    return min(offset_of(part) for part in column.parts if isinstance(part, exp.Identifier))


@dataclass(frozen=True)
class _Resolver:
    tables: Mapping[str, Sequence[str]]
    entries: Mapping[str, exp.CTE]
    _columns: dict[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: exp.Expr, tables: Mapping[str, Table]) -> "_Resolver":
        """Know the tables and all entries of WITH, which rarely share a name."""
        return cls(
            {
                name.lower(): [column.name.lower() for column in table.columns]
                for name, table in tables.items()
            },
            {entry.alias.lower(): entry for entry in root.find_all(exp.CTE)},
        )

    def visible_from(self, node: exp.Expr) -> Iterator[Relation]:
        """Give what a node can see, from the query around it to the outermost that it sees."""
        inner, outer = node, node.parent
        while outer is not None:
            if isinstance(outer, exp.Lambda):
                yield Relation("", [each.name.lower() for each in outer.expressions])
            if isinstance(outer, exp.Select):
                if isinstance(inner, exp.Order):
                    yield Relation("", self._output(outer))
                yield from self._sources(outer)
            if _is_alone(inner, outer):
                return
            inner, outer = outer, outer.parent

    def shared_columns(self, join: exp.Expr) -> Relation:
        """Return the columns of both sides of a join."""
        [joined, *_] = self._relations([join.this])
        outer = join.parent
        # Between brackets, the joins are those of the first table.
        around = self._sources(outer) if isinstance(outer, exp.Select) else self._relations([outer])
        others = [each for each in around if each != joined]
        left = {column for each in others for column in each.columns}
        return Relation("", [column for column in joined.columns if column in left])

    def _sources(self, select: exp.Select) -> Iterator[Relation]:
        return self._relations([select.args.get("from_"), *(select.args.get("joins") or [])])

    def _relations(self, pending: list[exp.Expr | None]) -> Iterator[Relation]:
        while pending:
            node = pending.pop(0)
            if node is None:
                continue
            pending += node.args.get("joins") or []
            if isinstance(node, exp.From | exp.Join) or _is_bracket(node):
                pending.append(node.this)
            else:
                yield Relation(node.alias_or_name.lower(), self._columns_of(node))

    def _columns_of(self, node: exp.Expr) -> Sequence[str]:
        """Return the columns of a part of a FROM, or of an entry of WITH."""
        alias = node.args.get("alias")
        renamed = [each.name.lower() for each in (alias and alias.args.get("columns")) or ()]
        ordinality = node.args.get("offset")
        if renamed:
            return [*renamed, *([ordinality.name.lower()] if ordinality else [])]
        if isinstance(node, exp.Table):
            return self._columns_of_name(node)
        return self._output(node.this)

    def _columns_of_name(self, table: exp.Table) -> Sequence[str]:
        name = table.name.lower()
        if name not in self.entries or table.args.get("db"):
            return self.tables.get(name, ())
        if name not in self._columns:
            # An entry that names itself sees nothing here.
            self._columns[name] = ()
            self._columns[name] = self._columns_of(self.entries[name])
        return self._columns[name]

    def _output(self, query: object) -> Sequence[str]:
        """Return the names of the columns that a query returns, each once."""
        while isinstance(query, exp.Subquery | exp.SetOperation):
            query = query.this
        if not isinstance(query, exp.Select):
            return ()
        names: list[str] = []
        for each in query.expressions:
            if each.is_star:
                relation = each.text("table").lower()
                names += (
                    column
                    for source in self._sources(query)
                    if relation in ("", source.name)
                    for column in source.columns
                )
            else:
                names.append(each.alias_or_name.lower())
        return [name for name in dict.fromkeys(names) if name]


def _is_bracket(node: exp.Expr) -> bool:
    """Whether it is a pair of brackets around joins, not a query."""
    return isinstance(node, exp.Subquery) and not isinstance(node.this, QUERIES)


def _is_alone(inner: exp.Expr, outer: exp.Expr) -> bool:
    """Whether a query in a FROM or a WITH does not see what is around it."""
    return isinstance(outer, exp.CTE) or (
        isinstance(inner, exp.Subquery) and isinstance(outer, exp.From | exp.Join)
    )
