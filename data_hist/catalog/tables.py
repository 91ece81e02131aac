"""The tables of each version of the API, as callers and the SQL guard see them.

Made from a catalog file by `data_hist.catalog.resolve`. Knows no HTTP, SQL or AWS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from data_hist.catalog.identifiers import render_identifier

TimeUnit: TypeAlias = Literal["s", "ms", "us", "ns", "iso8601", "timestamp"]
"""How the records write a moment."""


@dataclass(frozen=True)
class TimeColumn:
    """What a column tells of the time of a record.

    Attributes:
        unit: How the moment is written; `day` is the name of a folder in the form YYYY-MM-DD.
        greatest_delay_ms: How much later than this moment the record may reach its partition; None
            if nobody knows.
    """

    unit: TimeUnit | Literal["day"]
    greatest_delay_ms: int | None = None


class Condition(NamedTuple):
    """A column of the physical table, and the values of which it has one."""

    column: str
    values: tuple[str | int, ...]


# There may be many thousands, and a frozen dataclass takes five times as long to make.
class TableColumn(NamedTuple):
    """A column that callers see.

    Attributes:
        name: Its name for callers.
        type: Athena's name for the type.
        description: What it tells.
        origin: The column of the physical table that it shows, or is derived from; None for an
            expression.
        path: The path of its value, if the origin holds JSON text.
        expression: SQL over `Table.readable`.
        conditions: The columns of the physical table, and the values in those records that have
            this column.
        converts_from: How a moment is written that becomes a timestamp.
        is_converted: Whether its type is not that of the origin, or of the text in JSON.
        is_partition: Whether the origin is a partition column.
        is_injected: Whether it is one of which each query has to give the value.
        time: What it tells of the time of a record.
        examples: JSON values that it may have.
    """

    name: str
    type: str
    description: str
    origin: str | None
    path: str | None = None
    expression: str | None = None
    conditions: tuple[Condition, ...] = ()
    is_converted: bool = False
    converts_from: TimeUnit | None = None
    is_partition: bool = False
    is_injected: bool = False
    time: TimeColumn | None = None
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class TableField:
    """A column that callers see, or the value at a path in its JSON text."""

    column: str
    path: str | None = None


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for, which pages and clients build upon.

    Attributes:
        time: The column that tells when a record was created.
        arrival: The column that tells when it arrived.
        service: What produced it.
        level: How severe it is.
        payloads: The columns that hold JSON.
        shown: What a page shows before anyone chooses.
    """

    time: str | None = None
    arrival: str | None = None
    service: TableField | None = None
    level: TableField | None = None
    payloads: tuple[str, ...] = ()
    shown: tuple[TableField, ...] = ()


@dataclass(frozen=True)
class DateFormat:
    """The form of a moment as text.

    Attributes:
        mysql: What Athena's `date_format` takes.
        python: What `strftime` takes.
        units: The units in their order in the text.
        is_sorted: Whether texts sort as the moments do.
    """

    mysql: str
    python: str
    units: tuple[str, ...]
    is_sorted: bool

    def render(self, moment: datetime) -> str:
        """Return the text of a moment."""
        return moment.strftime(self.python)


@dataclass(frozen=True)
class TimeLevel:
    """A level of folders named by the time of arrival in UTC, or by a part of it.

    Attributes:
        column: The partition column.
        format: The form of the name.
        comparison: How names are compared by time: those of a `number` or a `date` column as
            they are, `text` if texts sort so, and as numbers if they are `digits` without zeros.
    """

    column: str
    format: DateFormat
    comparison: Literal["text", "digits", "number", "date"] = "text"


class FolderLevel(NamedTuple):
    """A level of folders: one folder, or several in each other, named by a partition column.

    Attributes:
        column: The partition column.
        folders: How many folders a name is, such as three for `2026/11/20`.
        digits: For names that are numbers: zeros fill them up to so many digits.
        names: All names, if they are few.
        is_number: Whether the column is of numbers, so that 5 may be `05`.
        is_within_hour: Whether it only tells a time within an hour, which never prunes.
    """

    column: str
    folders: int = 1
    digits: int | None = None
    names: tuple[str, ...] = ()
    is_number: bool = False
    is_within_hour: bool = False


@dataclass(frozen=True)
class Partitions:
    """The levels of folders of a table.

    Attributes:
        time_levels: Those that tell the time, from the largest unit to the smallest, without gaps.
        smallest_unit: The smallest unit that they tell: `year`, `month`, `day` or `hour`.
        lead_hours: How long before a record's arrival its folder may begin, apart from that unit.
        partitions_per_unit: How many partitions there are in that unit; None if nobody knows.
        levels: All levels, the outermost one first.
    """

    time_levels: tuple[TimeLevel, ...] = ()
    smallest_unit: str | None = None
    lead_hours: int = 0
    partitions_per_unit: int | None = None
    levels: tuple[FolderLevel, ...] = ()


@dataclass(frozen=True)
class TenantColumn:
    """The column of the physical table that names the customer of a record."""

    name: str
    is_text: bool = False


@dataclass(frozen=True)
class Example:
    """An example query."""

    title: str
    sql: str


# Compared by identity: what is rendered for a table is cached, and it may have many columns.
@dataclass(frozen=True, eq=False)
class Table:
    """A table for callers.

    Attributes:
        name: Its name for callers.
        full_name: Data catalog, database and name of the physical table.
        description: What the records are.
        columns: The columns that callers see, and that `*` stands for.
        hidden: Columns of the physical table that no query may name.
        partitions: The folders of the physical table.
        tenant: If None, only the operator may query the table.
        readable: The columns of the physical table that expressions may name.
        roles: What the columns are for.
        examples: Queries to begin with.
    """

    name: str
    full_name: tuple[str, str, str]
    description: str
    columns: tuple[TableColumn, ...]
    hidden: frozenset[str]
    partitions: Partitions
    tenant: TenantColumn | None
    readable: frozenset[str] = frozenset()
    roles: Roles = Roles()
    examples: tuple[Example, ...] = ()

    @cached_property
    def level_columns(self) -> Mapping[str, str]:
        """The levels of folders that callers see as they are, by column name in lower case."""
        return {
            column.name.lower(): column.origin
            for column in self.columns
            if column.origin and column.is_partition
            if not (column.is_converted or column.conditions)
        }

    def required_columns(self, *, is_operator: bool) -> list[str]:
        """Return the columns of which a caller's query has to give the value.

        A tenant's queries have the tenant column's value already.
        """
        given = self.tenant.name if self.tenant and not is_operator else None
        return [each.name for each in self.columns if each.is_injected and each.origin != given]

    @cached_property
    def time_columns(self) -> Mapping[str, TimeColumn]:
        """The columns that hold a time, by name in lower case."""
        return {column.name.lower(): column.time for column in self.columns if column.time}


@dataclass(frozen=True)
class ApiVersion:
    """One version of the API, and how callers may qualify the names of its tables."""

    name: str
    catalog: str
    database: str
    tables: Mapping[str, Table]

    @property
    def tables_for_everyone(self) -> Mapping[str, Table]:
        """Those that every tenant may query; all of them, if there are none."""
        of_tenants = {name: table for name, table in self.tables.items() if table.tenant}
        return of_tenants or self.tables

    @property
    def first_query(self) -> str:
        """A query to begin with, which a shell takes between single quotes."""
        tables = self.tables_for_everyone
        examples = (example.sql for table in tables.values() for example in table.examples)
        table = render_identifier(next(iter(tables)))
        of_any_table = f"SELECT * FROM {table} LIMIT 5"  # noqa: S608 - names of the catalog
        return next((sql for sql in examples if "'" not in sql), of_any_table)


@dataclass(frozen=True)
class Catalog:
    """All versions of the API, by their name in the path (`v0`), the newest last."""

    versions: Mapping[str, ApiVersion]

    @property
    def tables_of_the_operator(self) -> list[str]:
        """The tables whose records name no customer, each once."""
        return sorted(
            {
                name
                for version in self.versions.values()
                for name, table in version.tables.items()
                if table.tenant is None
            }
        )

    @property
    def newest(self) -> ApiVersion:
        """The version that people are led to."""
        return list(self.versions.values())[-1]
