"""Ask Athena what its data catalog has of a table: columns, and where and how it is stored."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from data_hist.athena.executions import require_member
from data_hist.athena.transport import (
    Retrier,
    RetryPolicy,
    create_client,
    create_session,
    translated_errors,
)
from data_hist.errors import EngineUnavailable
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient as Athena

_T = TypeVar("_T")

_POLICY = RetryPolicy(attempt_seconds=8, total_seconds=20)


class TableMetadataReader:
    """Reads databases and tables, one in a call. Raises `EngineError` if AWS fails.

    Args:
        settings: Region, credentials and endpoint.
        athena: A client of boto3; created from the settings by default.
    """

    def __init__(self, settings: Settings, athena: "Athena | None" = None) -> None:
        self._athena: Athena = athena or create_client(create_session(settings), "athena", settings)
        self._retrier = Retrier()

    def read_table(self, catalog: str, database: str, table: str) -> Mapping[str, Any] | None:
        """Return the `TableMetadata` of a table; None if there is none."""

        def get() -> Mapping[str, Any]:
            response = self._athena.get_table_metadata(
                CatalogName=catalog, DatabaseName=database, TableName=table
            )
            return require_member(response, "TableMetadata", dict)

        return self._found(get)

    def list_tables(self, catalog: str, database: str) -> list[str]:
        """Return the names of the tables of a database."""

        def get() -> list[str]:
            pages = self._athena.get_paginator("list_table_metadata").paginate(
                CatalogName=catalog, DatabaseName=database
            )
            found = (require_member(page, "TableMetadataList", list) for page in pages)
            return [str(table["Name"]) for tables in found for table in tables]

        return self._found(get) or []

    def has_database(self, catalog: str, database: str) -> bool:
        """Whether there is a database."""

        def get() -> Mapping[str, Any]:
            response = self._athena.get_database(CatalogName=catalog, DatabaseName=database)
            return require_member(response, "Database", dict)

        return self._found(get) is not None

    def _found(self, get: Callable[[], _T]) -> _T | None:
        def get_if_there() -> _T | None:
            with translated_errors():
                try:
                    return get()
                except ClientError as error:
                    # Athena passes on what Glue says.
                    details = error.response.get("Error", {})
                    if details.get("Code") != "MetadataException":
                        raise
                    if "EntityNotFound" in details.get("Message", ""):
                        return None
            refused = EngineUnavailable("Glue refuses to describe its tables to Athena.")
            refused.transient = False
            raise refused

        return self._retrier.call(get_if_there, _POLICY)
