"""The operations on the data catalog: databases and tables."""

import re
from collections.abc import Sequence
from typing import Any

from local_athena.athena_api.errors import invalid_input, metadata_not_found
from local_athena.athena_api.requests import Member, check_members, issue_token, read_token
from local_athena.tables import CATALOG_NAME, Catalog, Column, Table

_CATALOG = Member("CatalogName", required=True, minimum=1, maximum=256)
_DATABASE = Member("DatabaseName", required=True, minimum=1, maximum=128)
_NAME = Member("Name", required=True, minimum=1, maximum=256)
_TABLE = Member("TableName", required=True, minimum=1, maximum=128)
_PAGING = (
    Member("NextToken", minimum=1, maximum=1024),
    Member("MaxResults", int, minimum=1, maximum=50),
)
_EXPRESSION = Member("Expression", minimum=0, maximum=256)
_DEFAULT_PAGE = 50


class MetadataOperations:
    """The operations, one method each, over one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def get_data_catalog(self, document: object) -> dict[str, Any]:
        """GetDataCatalog."""
        name = check_members(document, (_NAME,))["Name"]
        _require_catalog(name)
        return {"DataCatalog": {"Name": name, "Type": "GLUE"}}

    def list_databases(self, document: object) -> dict[str, Any]:
        """ListDatabases."""
        members = check_members(document, (_CATALOG, *_PAGING))
        _require_catalog(members["CatalogName"])
        databases = [{"Name": name} for name in self._catalog.databases]
        return _paged("DatabaseList", databases, members)

    def get_database(self, document: object) -> dict[str, Any]:
        """GetDatabase."""
        members = check_members(document, (_CATALOG, _DATABASE))
        return {"Database": {"Name": self._database(members)}}

    def list_table_metadata(self, document: object) -> dict[str, Any]:
        """ListTableMetadata."""
        members = check_members(document, (_CATALOG, _DATABASE, _EXPRESSION, *_PAGING))
        wanted = _pattern(members.get("Expression") or "")
        tables = self._catalog.tables(self._database(members))
        found = [_table(each) for each in tables if wanted.search(each.name)]
        return _paged("TableMetadataList", found, members)

    def get_table_metadata(self, document: object) -> dict[str, Any]:
        """GetTableMetadata."""
        members = check_members(document, (_CATALOG, _DATABASE, _TABLE))
        name = members["TableName"]
        table = self._catalog.find(self._database(members), name)
        if table is None:
            raise metadata_not_found(f"EntityNotFoundException: Table {name} not found.")
        return {"TableMetadata": _table(table)}

    def _database(self, members: dict[str, Any]) -> str:
        _require_catalog(members["CatalogName"])
        name: str = members["DatabaseName"]
        if name.lower() not in self._catalog.databases:
            raise metadata_not_found(f"EntityNotFoundException: Database {name} not found.")
        return name.lower()


def _require_catalog(name: str) -> None:
    if name.lower() != CATALOG_NAME:
        raise invalid_input(f"DataCatalog {name} was not found")


def _pattern(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression, re.IGNORECASE)
    except re.error as error:
        raise invalid_input("Expression is not a valid regular expression") from error


def _paged(
    subject: str, items: Sequence[dict[str, Any]], members: dict[str, Any]
) -> dict[str, Any]:
    token = members.get("NextToken")
    start = 0 if token is None else read_token(subject, token)
    end = start + members.get("MaxResults", _DEFAULT_PAGE)
    answer: dict[str, Any] = {subject: items[start:end]}
    if end < len(items):
        answer["NextToken"] = issue_token(subject, end)
    return answer


def _table(table: Table) -> dict[str, Any]:
    comment = {"comment": table.description} if table.description else {}
    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Columns": [_column(each) for each in table.columns if not each.partition],
        "PartitionKeys": [_column(each) for each in table.partition_columns],
        "Parameters": {"EXTERNAL": "TRUE", **table.parameters, **comment},
    }


def _column(column: Column) -> dict[str, str]:
    comment = {"Comment": column.comment} if column.comment else {}
    return {"Name": column.name, "Type": column.hive_type, **comment}
