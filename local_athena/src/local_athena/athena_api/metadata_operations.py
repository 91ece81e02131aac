"""The operations on the data catalog: databases and tables."""

import re
from typing import Any

from local_athena.athena_api.errors import invalid_input, metadata_not_found
from local_athena.athena_api.request_validation import PAGING, Member, check_members, page_of
from local_athena.athena_api.workgroups import Workgroups
from local_athena.tables import CATALOG_NAME, Catalog, Column, Table

_CATALOG = Member("CatalogName", required=True, minimum=1, maximum=256)
_DATABASE = Member("DatabaseName", required=True, minimum=1, maximum=128)
_NAME = Member("Name", required=True, minimum=1, maximum=256)
_TABLE = Member("TableName", required=True, minimum=1, maximum=128)
_WORKGROUP = Member("WorkGroup")
_EXPRESSION = Member("Expression", minimum=0, maximum=256)
# The spelling of the console and of the User Guide; names are compared without regard to case.
_SHOWN_CATALOG = "AwsDataCatalog"


class MetadataOperations:
    """The operations, one method each, over one catalog."""

    def __init__(self, catalog: Catalog, workgroups: Workgroups) -> None:
        self._catalog = catalog
        self._workgroups = workgroups

    def get_data_catalog(self, document: object) -> dict[str, Any]:
        """GetDataCatalog."""
        name = check_members(document, (_NAME,))["Name"]
        _require_catalog(name)
        return {"DataCatalog": {"Name": name, "Type": "GLUE"}}

    def list_data_catalogs(self, document: object) -> dict[str, Any]:
        """ListDataCatalogs."""
        members = check_members(document, (*PAGING, _WORKGROUP))
        self._workgroups.require(members.get("WorkGroup"))
        catalogs = [{"CatalogName": _SHOWN_CATALOG, "Type": "GLUE"}]
        return page_of("DataCatalogsSummary", catalogs, members)

    def list_databases(self, document: object) -> dict[str, Any]:
        """ListDatabases."""
        members = check_members(document, (_CATALOG, *PAGING))
        _require_catalog(members["CatalogName"])
        databases = [{"Name": name} for name in self._catalog.databases]
        return page_of("DatabaseList", databases, members)

    def get_database(self, document: object) -> dict[str, Any]:
        """GetDatabase."""
        members = check_members(document, (_CATALOG, _DATABASE))
        return {"Database": {"Name": self._database(members)}}

    def list_table_metadata(self, document: object) -> dict[str, Any]:
        """ListTableMetadata."""
        members = check_members(document, (_CATALOG, _DATABASE, _EXPRESSION, *PAGING))
        wanted = _pattern(members.get("Expression") or "")
        tables = self._catalog.tables(self._database(members))
        found = [_table(each) for each in tables if wanted.search(each.name)]
        return page_of("TableMetadataList", found, members)

    def get_table_metadata(self, document: object) -> dict[str, Any]:
        """GetTableMetadata."""
        members = check_members(document, (_CATALOG, _DATABASE, _TABLE))
        table = self._catalog.find(self._database(members), members["TableName"])
        if table is None:
            raise metadata_not_found()
        return {"TableMetadata": _table(table)}

    def _database(self, members: dict[str, Any]) -> str:
        _require_catalog(members["CatalogName"])
        name: str = members["DatabaseName"]
        if not self._catalog.has_database(name):
            raise metadata_not_found()
        return name.lower()


def _require_catalog(name: str) -> None:
    if name.lower() != CATALOG_NAME:
        raise invalid_input(f"DataCatalog {name} was not found")


def _pattern(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression, re.IGNORECASE)
    except re.error as error:
        raise invalid_input("Expression is not a valid regular expression") from error


def _table(table: Table) -> dict[str, Any]:
    comment = {"comment": table.description} if table.description else {}
    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Columns": [_column(each) for each in table.columns if not each.partition],
        "PartitionKeys": [_column(each) for each in table.partition_columns],
        "Parameters": {"EXTERNAL": "TRUE", **table.parameters, **comment, **_storage(table)},
    }


def _storage(table: Table) -> dict[str, str]:
    """Describe where and how a table is stored, as Athena does: among its parameters."""
    serde = table.storage.get("SerdeInfo") or {}
    described = {
        "inputformat": table.storage.get("InputFormat"),
        "location": table.storage.get("Location"),
        "outputformat": table.storage.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
    }
    parameters = (serde.get("Parameters") or {}).items()
    return {name: value for name, value in described.items() if value} | {
        f"serde.param.{name}": value for name, value in parameters
    }


def _column(column: Column) -> dict[str, str]:
    comment = {"Comment": column.comment} if column.comment else {}
    return {"Name": column.name, "Type": column.hive_type, **comment}
