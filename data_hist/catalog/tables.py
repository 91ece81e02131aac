"""Load the data dictionary: for each version of the API, its tables and their columns.

Read from `default.yaml`. The SQL guard, `GET /tables` and the Glue documents take their tables from
here. Knows no HTTP, SQL or AWS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CATALOG_FILE = Path(__file__).with_name("default.yaml")


@dataclass(frozen=True)
class TableColumn:
    """A column of a table; `type` is Athena's name for the type.

    `time` is set for columns that hold a time: `creation` or `arrival` of the record, or the `day`,
    `hour` or `minute` of its partition.
    """

    name: str
    type: str
    description: str
    queryable: bool = True
    partition: bool = False
    time: str | None = None


@dataclass(frozen=True)
class Example:
    """An example query."""

    title: str
    sql: str


@dataclass(frozen=True)
class Table:
    """A table, its name for callers, and where its data is stored.

    `folder` is the table's folder in the archive: the name of the Kafka topic.
    """

    name: str
    physical_name: str
    folder: str
    description: str
    columns: tuple[TableColumn, ...]
    examples: tuple[Example, ...] = ()

    queryable_columns: tuple[TableColumn, ...] = field(init=False)
    """The columns that a query may name, and that `*` stands for."""

    partition_columns: tuple[TableColumn, ...] = field(init=False)
    """The partition columns, outermost level first."""

    time_columns: Mapping[str, TableColumn] = field(init=False)
    """The first queryable column for each kind of time."""

    def __post_init__(self) -> None:
        queryable = tuple(column for column in self.columns if column.queryable)
        by_time = {column.time: column for column in reversed(queryable) if column.time}
        object.__setattr__(self, "queryable_columns", queryable)
        object.__setattr__(
            self, "partition_columns", tuple(column for column in self.columns if column.partition)
        )
        object.__setattr__(self, "time_columns", by_time)


@dataclass(frozen=True)
class ApiVersion:
    """One version of the API: the Athena database behind it and the tables it serves."""

    name: str
    catalog: str
    database: str
    tables: Mapping[str, Table]


@dataclass(frozen=True)
class Catalog:
    """All versions of the API, by their name in the path (`v0`)."""

    versions: Mapping[str, ApiVersion]


def load_catalog(path: Path = CATALOG_FILE) -> Catalog:
    """Read the data dictionary."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Catalog(
        {name: _version(name, entry) for name, entry in document["versions"].items()},
    )


def _version(name: str, entry: Mapping[str, Any]) -> ApiVersion:
    tables = {table: _table(table, fields) for table, fields in entry["tables"].items()}
    return ApiVersion(name, entry["catalog"], entry["database"], tables)


def _table(name: str, fields: Mapping[str, Any]) -> Table:
    return Table(
        name=name,
        physical_name=fields["physical_name"],
        folder=fields["folder"],
        description=fields["description"],
        columns=tuple(TableColumn(**column) for column in fields["columns"]),
        examples=tuple(Example(**example) for example in fields.get("examples", ())),
    )
