"""The operations on the data catalog: the data dictionary as Athena would show it."""

import re
from collections.abc import Sequence
from typing import Any

from data_hist.catalog import ApiVersion, Catalog, Table, TableColumn
from local_athena.athena_api.api_errors import invalid_input, metadata_not_found
from local_athena.athena_api.request_members import Member, check_members
from local_athena.athena_api.tokens import issue_token, read_token

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
# The catalog keeps the names of Hive's types, queries those of Trino's.
_HIVE_TYPES = {"varchar": "string", "integer": "int", "varbinary": "binary", "real": "float"}


class MetadataOperations:
    """The operations, one method each, over one data dictionary."""

    def __init__(self, catalog: Catalog) -> None:
        self._versions = tuple(catalog.versions.values())

    def get_data_catalog(self, document: object) -> dict[str, Any]:
        """GetDataCatalog."""
        name = check_members(document, (_NAME,))["Name"]
        self._in_catalog(name)
        return {"DataCatalog": {"Name": name, "Type": "GLUE"}}

    def list_databases(self, document: object) -> dict[str, Any]:
        """ListDatabases."""
        members = check_members(document, (_CATALOG, *_PAGING))
        names = sorted({version.database for version in self._in_catalog(members["CatalogName"])})
        return _paged("DatabaseList", [{"Name": name} for name in names], members)

    def get_database(self, document: object) -> dict[str, Any]:
        """GetDatabase."""
        members = check_members(document, (_CATALOG, _DATABASE))
        return {"Database": {"Name": self._in_database(members)[0].database}}

    def list_table_metadata(self, document: object) -> dict[str, Any]:
        """ListTableMetadata."""
        members = check_members(document, (_CATALOG, _DATABASE, _EXPRESSION, *_PAGING))
        wanted = _pattern(members.get("Expression") or "")
        tables = [each for each in self._tables(members) if wanted.search(each.physical_name)]
        return _paged("TableMetadataList", [_table(each) for each in tables], members)

    def get_table_metadata(self, document: object) -> dict[str, Any]:
        """GetTableMetadata."""
        members = check_members(document, (_CATALOG, _DATABASE, _TABLE))
        name = members["TableName"]
        for table in self._tables(members):
            if table.physical_name == name.lower():
                return {"TableMetadata": _table(table)}
        raise metadata_not_found(f"EntityNotFoundException: Table {name} not found.")

    def _tables(self, members: dict[str, Any]) -> list[Table]:
        found = [table for each in self._in_database(members) for table in each.tables.values()]
        return sorted(found, key=lambda table: table.physical_name)

    def _in_database(self, members: dict[str, Any]) -> list[ApiVersion]:
        name = members["DatabaseName"]
        versions = self._in_catalog(members["CatalogName"])
        found = [version for version in versions if version.database == name.lower()]
        if not found:
            raise metadata_not_found(f"EntityNotFoundException: Database {name} not found.")
        return found

    def _in_catalog(self, name: str) -> list[ApiVersion]:
        found = [each for each in self._versions if each.catalog.lower() == name.lower()]
        if not found:
            raise invalid_input(f"DataCatalog {name} was not found")
        return found


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
    return {
        "Name": table.physical_name,
        "TableType": "EXTERNAL_TABLE",
        "Columns": [_column(each) for each in table.columns if not each.partition],
        "PartitionKeys": [_column(each) for each in table.partition_columns],
        "Parameters": {"EXTERNAL": "TRUE", "comment": table.description},
    }


def _column(column: TableColumn) -> dict[str, str]:
    hive_type = _HIVE_TYPES.get(column.type, column.type)
    return {"Name": column.name, "Type": hive_type, "Comment": column.description}
