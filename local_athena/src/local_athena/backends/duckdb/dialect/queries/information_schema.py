"""The tables of `information_schema` as Trino answers them over Hive: rows of the catalog."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.types.trino_types import BIGINT, VARCHAR, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import quote_string, select_from
from local_athena.tables import CATALOG_NAME, Catalog, Column

DATABASE = "information_schema"
Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class SystemColumn:
    """A column; a hidden one has to be named, and is no part of `*`."""

    name: str
    type: TrinoType = VARCHAR
    hidden: bool = False


@dataclass(frozen=True)
class SystemTable:
    """A table whose rows come from the catalog."""

    columns: tuple[SystemColumn, ...]
    rows: Callable[[Catalog], Iterator[Row]]

    def query(self, catalog: Catalog) -> str:
        """Write a query of the rows, with the names of the columns."""
        casts = ", ".join(f"CAST(c{n} AS {c.type.duckdb}) AS {c.name}" for n, c in self._numbered)
        labels = ", ".join(f"c{number}" for number, _ in self._numbered)
        rows = [f"({', '.join(map(_literal, row))})" for row in self.rows(catalog)]
        # VALUES needs a row, which the condition then leaves out.
        empty = f"({', '.join('NULL' for _ in self.columns)})"
        values = f"(VALUES {', '.join(rows or [empty])}) AS r({labels})"
        return select_from(casts, values) + ("" if rows else " WHERE false")

    @property
    def _numbered(self) -> list[tuple[int, SystemColumn]]:
        return list(enumerate(self.columns))


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else quote_string(value)


def _schemata(catalog: Catalog) -> Iterator[Row]:
    return ((CATALOG_NAME, name) for name in sorted({*catalog.databases, DATABASE}))


def _tables(catalog: Catalog) -> Iterator[Row]:
    own = ((DATABASE, name) for name in TABLES)
    others = ((table.database, table.name) for table in catalog.tables())
    for database, name in (*own, *others):
        yield (CATALOG_NAME, database, name, "BASE TABLE")


def _columns(catalog: Catalog) -> Iterator[Row]:
    for name, system_table in TABLES.items():
        shown = [column for column in system_table.columns if not column.hidden]
        for position, column in enumerate(shown, 1):
            yield _column(DATABASE, name, position, column.name, str(column.type))
    for table in catalog.tables():
        for position, stored in enumerate(table.columns, 1):
            yield (
                *_column(table.database, table.name, position, stored.name, _type(stored))[:-2],
                stored.comment,
                "partition key" if stored.partition else None,
            )


def _column(database: str, table: str, position: int, name: str, kind: str) -> Row:
    return (CATALOG_NAME, database, table, name, position, None, "YES", kind, None, None)


def _type(column: Column) -> str:
    return "timestamp(3)" if column.type == "timestamp" else column.type


def _views(_: Catalog) -> Iterator[Row]:
    return iter(())


_TABLE_NAME = tuple(map(SystemColumn, ("table_catalog", "table_schema", "table_name")))
TABLES = {
    "columns": SystemTable(
        (
            *_TABLE_NAME,
            SystemColumn("column_name"),
            SystemColumn("ordinal_position", BIGINT),
            SystemColumn("column_default"),
            SystemColumn("is_nullable"),
            SystemColumn("data_type"),
            SystemColumn("comment", hidden=True),
            SystemColumn("extra_info", hidden=True),
        ),
        _columns,
    ),
    "schemata": SystemTable((SystemColumn("catalog_name"), SystemColumn("schema_name")), _schemata),
    "tables": SystemTable((*_TABLE_NAME, SystemColumn("table_type")), _tables),
    "views": SystemTable((*_TABLE_NAME, SystemColumn("view_definition")), _views),
}
