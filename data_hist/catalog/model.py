"""The data dictionary: which tables and columns each version of the API serves.

Read from `default.yaml`, and the only place that knows its layout. The guard, `GET /tables` and the
embedded endpoint all take their tables from here; nothing here knows HTTP, SQL or AWS.
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
    """One column of a table; `type` is Athena's name of the type.

    `time` is the moment it tells, if it tells one: `creation` or `arrival` of the record, or the
    `day`, `hour` or `minute` of its partition.
    """

    name: str
    type: str
    description: str
    queryable: bool = True
    partition: bool = False
    time: str | None = None


@dataclass(frozen=True)
class Example:
    """A query to start from."""

    title: str
    sql: str


@dataclass(frozen=True)
class Table:
    """A table under the name callers use, and where its data lies.

    `folder` is the table's folder under the archive: the name of the Kafka topic.
    """

    name: str
    physical_name: str
    folder: str
    description: str
    columns: tuple[TableColumn, ...]
    examples: tuple[Example, ...] = ()

    @cached_property
    def queryable_columns(self) -> tuple[TableColumn, ...]:
        """The columns a query may name, and the ones `*` stands for."""
        return tuple(column for column in self.columns if column.queryable)

    def time_column(self, time: str) -> TableColumn | None:
        """The column a query may use that tells this moment."""
        return next((column for column in self.queryable_columns if column.time == time), None)

    @property
    def partition_columns(self) -> tuple[TableColumn, ...]:
        """The levels of the folder tree, outermost first."""
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
    """All versions of the API, by the name that stands in the path (`v0`)."""

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
