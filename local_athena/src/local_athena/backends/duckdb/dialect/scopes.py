"""What a name means at one place of a query: columns, lambda parameters, common table expressions.

Names are compared without regard to case, as Athena does. A scope holds the DuckDB text that
stands for each column, so that nothing is left for DuckDB to resolve by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from local_athena.backends.duckdb.dialect.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import Typed


@dataclass(frozen=True)
class Field:
    """A column of a relation: its name, who offers it, and its DuckDB text.

    `qualifier` is what may stand before the name: alias, or catalog, database and table.
    """

    name: str | None
    sql: str
    type: TrinoType
    qualifier: tuple[str, ...] = ()

    def answers(self, name: str, qualifier: Sequence[str]) -> bool:
        """Whether a lower-case name, qualified or not, means this column."""
        if self.name is None or self.name.lower() != name:
            return False
        return not qualifier or self.qualifier[-len(qualifier) :] == tuple(qualifier)


@dataclass(frozen=True)
class Relation:
    """A relation in FROM, or a query: DuckDB text and columns."""

    sql: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class CommonTable:
    """A common table expression: the DuckDB relation that holds it and its columns."""

    relation: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Scope:
    """The names at one place of the query."""

    fields: tuple[Field, ...] = ()
    parent: "Scope | None" = None
    common_tables: Mapping[str, CommonTable] = field(default_factory=dict)
    parameters: Mapping[str, Typed] = field(default_factory=dict)
    windows: Mapping[str, exp.Expr] = field(default_factory=dict)

    def candidates(self, name: str, qualifier: Sequence[str] = ()) -> list[Field]:
        """The columns of this scope that a possibly qualified name may mean."""
        return [column for column in self.fields if column.answers(name, qualifier)]

    def parameter(self, name: str) -> Typed | None:
        """The parameter of an enclosing lambda."""
        if name in self.parameters:
            return self.parameters[name]
        return None

    def common_table(self, name: str) -> CommonTable | None:
        """The common table expression a name means here, innermost first."""
        if name in self.common_tables:
            return self.common_tables[name]
        return self.parent.common_table(name) if self.parent else None
