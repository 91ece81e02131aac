"""The tables that statements read, defined by the `TableInput` documents of AWS Glue."""

from local_athena.tables.documents import TablesError
from local_athena.tables.formats import TableFormat
from local_athena.tables.model import (
    CATALOG_NAME,
    Catalog,
    Column,
    JsonSerde,
    PartitionLevel,
    Table,
)
from local_athena.tables.projection import InjectedProjection, Projection
from local_athena.tables.table_inputs import parse_catalog, read_catalog

__all__ = [
    "CATALOG_NAME",
    "Catalog",
    "Column",
    "InjectedProjection",
    "JsonSerde",
    "PartitionLevel",
    "Projection",
    "Table",
    "TableFormat",
    "TablesError",
    "parse_catalog",
    "read_catalog",
]
