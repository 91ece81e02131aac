"""The data dictionary: the tables and columns of each version of the API.

Read from `default.yaml`. The SQL guard, `GET /tables` and the Glue documents take their tables from
here. Knows no HTTP, SQL or AWS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def queryable_columns(self) -> tuple[TableColumn, ...]:
        """The columns that a query may name, and that `*` stands for."""
        return tuple(column for column in self.columns if column.queryable)

    def time_column(self, time: str) -> TableColumn | None:
        """Return the queryable column that holds this time."""
        return next((column for column in self.queryable_columns if column.time == time), None)

    @property
    def partition_columns(self) -> tuple[TableColumn, ...]:
        """The partition columns, outermost level first."""
        return tuple(column for column in self.columns if column.partition)


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
