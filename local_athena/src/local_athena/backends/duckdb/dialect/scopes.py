"""What names can mean at one place of a query: columns, lambda parameters, tables.

Names are compared without regard to case. Nothing is left for DuckDB to resolve by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import Typed


@dataclass(frozen=True)
class PartitionColumn:
    """A column of a table's folder tree, at `depth` from 1, and how it came to where it is seen.

    `scan` is the number of the scan in its statement, `common_tables` are the common table
    expressions passed on the way, and `null_extended` tells of an outer join that adds NULLs.
    """

    scan: int
    name: str
    depth: int
    common_tables: tuple[str, ...] = ()
    null_extended: bool = False


@dataclass(frozen=True)
class Field:
    """A column of a relation: its name, who offers it, and its DuckDB text.

    `qualifier` is what may stand before the name: alias, or catalog, database and table.
    `partition_columns` are what the column is, unchanged, in the tables it comes from.
    """

    name: str | None
    sql: str
    type: TrinoType
    qualifier: tuple[str, ...] = ()
    partition_columns: tuple[PartitionColumn, ...] = ()

    def answers(self, name: str, qualifier: Sequence[str]) -> bool:
        """Whether a lower-case name, qualified or not, means this column."""
        if self.name is None or self.name.lower() != name:
            return False
        return not qualifier or self.qualifier[-len(qualifier) :] == tuple(qualifier)

    def through(self, common_table: str) -> "Field":
        """The column as a reference to a common table expression offers it."""
        passed = tuple(
            replace(column, common_tables=(*column.common_tables, common_table))
            for column in self.partition_columns
        )
        return replace(self, partition_columns=passed)

    def null_extended(self) -> "Field":
        """The column on the side of an outer join that is NULL where nothing matches."""
        extended = (replace(column, null_extended=True) for column in self.partition_columns)
        return replace(self, partition_columns=tuple(extended))

    def detached(self) -> "Field":
        """The column where conditions on it must not reach the tables any more."""
        return replace(self, partition_columns=())


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


@dataclass(frozen=True)
class Item:
    """One output column; `node` is its expression as written, where it was written."""

    node: exp.Expr | None
    name: str | None
    value: Typed
    is_alias: bool = False
