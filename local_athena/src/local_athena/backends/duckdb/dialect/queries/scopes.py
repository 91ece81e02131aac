"""Scopes: what names mean at one place of a query: columns, lambda parameters, tables.

Names are not case-sensitive. Each column has a DuckDB text, so that DuckDB resolves no names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed


@dataclass(frozen=True)
class PartitionColumn:
    """A partition column of a scan, as a query around the table hands it on.

    Attributes:
        scan: The number of the scan in its statement.
        depth: The level of the column in the folder tree, from 1.
        common_tables: The common table expressions that the column has passed through.
        null_extended: An outer join adds rows in which the column is NULL.
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
    `partition_columns` are the partition columns whose values the column holds unchanged. A hidden
    column, such as `$path`, has to be named: it is no part of `*`.
    """

    name: str | None
    sql: str
    type: TrinoType
    qualifier: tuple[str, ...] = ()
    partition_columns: tuple[PartitionColumn, ...] = ()
    hidden: bool = False

    def answers(self, name: str, qualifier: Sequence[str]) -> bool:
        """Tell whether a lower-case name, qualified or not, means this column."""
        if self.name is None or self.name.lower() != name:
            return False
        return not qualifier or self.qualifier[-len(qualifier) :] == tuple(qualifier)

    def through(self, common_table: str) -> "Field":
        """Return the column as a reference to a common table expression offers it."""
        passed = tuple(
            replace(column, common_tables=(*column.common_tables, common_table))
            for column in self.partition_columns
        )
        return replace(self, partition_columns=passed)

    def null_extended(self) -> "Field":
        """Return the column as the optional side of an outer join offers it."""
        extended = (replace(column, null_extended=True) for column in self.partition_columns)
        return replace(self, partition_columns=tuple(extended))

    def detached(self) -> "Field":
        """Return the column without its partition columns, through which no condition is pushed."""
        return replace(self, partition_columns=())


@dataclass(frozen=True)
class Relation:
    """A relation in FROM, or a query: DuckDB text and columns."""

    sql: str
    fields: tuple[Field, ...]

    @property
    def shown_fields(self) -> tuple[Field, ...]:
        """The columns that `*` and a list of aliases mean."""
        return tuple(column for column in self.fields if not column.hidden)


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

    @property
    def depth(self) -> int:
        """How many scopes are around this one."""
        return self.parent.depth + 1 if self.parent else 0

    def candidates(self, name: str, qualifier: Sequence[str] = ()) -> list[Field]:
        """List the columns of this scope that a name, qualified or not, can mean."""
        return [column for column in self.fields if column.answers(name, qualifier)]

    def parameter(self, name: str) -> Typed | None:
        """Look up a parameter of the lambda."""
        if name in self.parameters:
            return self.parameters[name]
        return None

    def common_table(self, name: str) -> CommonTable | None:
        """Look up a common table expression, innermost first."""
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
