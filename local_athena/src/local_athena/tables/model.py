"""The catalog of databases and tables, as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from local_athena.tables.formats import TableFormat
from local_athena.tables.projection import ANY_VALUE, Projection

# Athena's name of the AWS Glue Data Catalog, the only catalog of the endpoint.
CATALOG_NAME = "awsdatacatalog"
# Glue creates it in every account.
_DEFAULT_DATABASE = "default"


@dataclass(frozen=True)
class Column:
    """A column; `type` is its type in SQL (`varchar`), `hive_type` the one in Glue (`string`)."""

    name: str
    type: str
    hive_type: str
    comment: str | None = None
    partition: bool = False


@dataclass(frozen=True)
class PartitionLevel:
    """A level of the folder tree: folders named `<prefix><value><suffix>` hold one partition each.

    Any of the three may be a path: `CloudTrail/` before a region, `2026/11/20` as a date.

    Attributes:
        column: The partition key.
        prefix: What stands before the value.
        suffix: What follows the value.
        projection: The values that Athena looks for.
        is_text: Whether the partition key is compared as text.
        folders_of_value: How many folders, one in the other, a value names.
    """

    column: str
    prefix: str = ""
    suffix: str = ""
    projection: Projection = ANY_VALUE
    is_text: bool = True
    folders_of_value: int = 1

    @property
    def folders(self) -> int:
        """How many folders, one in the other, the level has."""
        return self.prefix.count("/") + self.folders_of_value + self.suffix.count("/")

    def value(self, path: str) -> str | None:
        """Read the value of the partition key, or None for a folder that no query reads."""
        if not (path.startswith(self.prefix) and path.endswith(self.suffix)):
            return None
        value = path[len(self.prefix) : len(path) - len(self.suffix)]
        return value if value and self.projection.contains(value) else None


@dataclass(frozen=True)
class JsonSerde:
    """The parameters of the OpenX JSON SerDe.

    Attributes:
        case_insensitive: Keys are compared, and delivered inside nested values, in lower case.
        ignore_malformed: A broken record becomes a row of NULLs instead of failing the query.
        dots_in_keys: A key may have dots where the column's name has underscores.
        keys: The key of a column in the record, if it differs from the column's name.
    """

    case_insensitive: bool = True
    ignore_malformed: bool = False
    dots_in_keys: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table over files.

    Attributes:
        location: The folder of the files or of the outermost partitions, relative to the data
            folder and without slashes at its ends; empty for the data folder itself.
        columns: The columns in the order of `SELECT *`, the partition keys last.
        levels: The levels of the folder tree below `location`, outermost first.
        format: What the files hold.
        parameters: The parameters of the table in Glue.
        storage: The `StorageDescriptor` of the table in Glue, as it was read.
    """

    database: str
    name: str
    location: str
    columns: tuple[Column, ...]
    levels: tuple[PartitionLevel, ...] = ()
    format: TableFormat = TableFormat.OPENX_JSON
    serde: JsonSerde = field(default_factory=JsonSerde)
    description: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    storage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bucket(self) -> str:
        """The bucket of its location."""
        return str(self.storage["Location"]).removeprefix("s3://").partition("/")[0]

    @property
    def is_projected(self) -> bool:
        """Whether partition projection, not Glue, knows the partitions."""
        return self.parameters.get("projection.enabled", "").lower() == "true"

    @cached_property
    def partition_columns(self) -> tuple[Column, ...]:
        """The partition keys, in the order of the document."""
        return tuple(column for column in self.columns if column.partition)


class Catalog:
    """Tables by database and name; names are compared without regard to case."""

    def __init__(self, tables: Iterable[Table] = (), databases: Iterable[str] = ()) -> None:
        self._tables = {(table.database, table.name): table for table in tables}
        named = {database for database, _ in self._tables}
        self.databases = tuple(sorted({*databases, *named, _DEFAULT_DATABASE}))

    def has_database(self, name: str) -> bool:
        """Whether the database exists; `default` always does."""
        return name.lower() in self.databases

    def tables(self, database: str | None = None) -> tuple[Table, ...]:
        """The tables of a database, or all tables, ordered by name."""
        found = (
            table
            for table in self._tables.values()
            if database is None or table.database == database.lower()
        )
        return tuple(sorted(found, key=lambda table: (table.database, table.name)))

    def find(self, database: str, name: str) -> Table | None:
        """Look up a table."""
        return self._tables.get((database.lower(), name.lower()))
