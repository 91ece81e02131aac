"""The dialect of SQLAlchemy, whose tables and columns are those of `GET /tables`."""

import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any
from urllib.parse import urlunsplit

from sqlalchemy import exc, types
from sqlalchemy.engine import default

from data_hist_client import dbapi
from data_hist_client.dbapi.exceptions import translated
from data_hist_client.documents import Table
from data_hist_client.sqlalchemy_dialect.compilers import Compiler, Preparer, TypeCompiler
from data_hist_client.sqlalchemy_dialect.types import (
    Bytes,
    Date,
    Interval,
    Time,
    Timestamp,
    type_of,
)

# What qualifies the tables.
_SCHEMA = "data_hist"
_VERSION = re.compile(r"v\d+")
_AUTOCOMMIT = "AUTOCOMMIT"


class DataHistDialect(default.DefaultDialect):
    """Asks over HTTPS: `data_hist://user:password@host/v1?tenant=11000`."""

    name = "data_hist"
    driver = "https"
    scheme = "https"
    default_paramstyle = "qmark"
    statement_compiler = Compiler
    type_compiler = type_compiler_cls = TypeCompiler
    preparer = Preparer
    colspecs = {  # noqa: RUF012 - SQLAlchemy's
        types.Date: Date,
        types.DateTime: Timestamp,
        types.Interval: Interval,
        types.LargeBinary: Bytes,
        types.Time: Time,
    }
    supports_statement_cache = True
    supports_native_boolean = True
    supports_native_decimal = True
    supports_alter = False
    supports_default_values = False
    postfetch_lastrowid = False
    supports_sane_rowcount = False
    supports_sane_multi_rowcount = False
    requires_name_normalize = False
    default_schema_name: str | None = None

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """Return the module of PEP 249."""
        return dbapi

    @classmethod
    def dbapi(cls) -> ModuleType:  # type: ignore[override]
        """Return the module of PEP 249, for SQLAlchemy 1.4."""
        return dbapi

    def create_connect_args(self, url: Any) -> tuple[list[str], dict[str, Any]]:
        """Turn the URL into arguments of `connect`.

        Raises:
            ArgumentError: It has unknown parameters, or a tenant that is no number.
        """
        query = dict(url.query)
        options: dict[str, Any] = {}
        if url.username is not None:
            options["auth"] = (url.username, url.password or "")
        if "tenant" in query:
            options["tenant"] = _tenant(str(query.pop("tenant")))
        if query:
            raise exc.ArgumentError(f"The URL has the unknown parameter {min(query)!r}.")
        host = f"[{url.host}]" if ":" in (url.host or "") else url.host
        host = host if url.port is None else f"{host}:{url.port}"
        path = url.database or ""
        path = f"{path}/data_hist" if _VERSION.fullmatch(path) else path
        return [urlunsplit((self.scheme, host, path, "", ""))], options

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Ask whether the service answers."""
        dbapi_connection.client.session()
        return True

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Do nothing: queries change nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Do nothing: queries change nothing."""

    def get_isolation_level_values(self, dbapi_connection: Any) -> Any:
        """Return the one level: each query sees the archive as it is."""
        return [_AUTOCOMMIT]

    def get_default_isolation_level(self, dbapi_conn: Any) -> Any:
        """Return the one level."""
        return _AUTOCOMMIT

    def get_isolation_level(self, dbapi_connection: Any) -> Any:
        """Return the one level."""
        return _AUTOCOMMIT

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        """Do nothing: there is one level."""

    def get_schema_names(self, connection: Any, **kw: Any) -> list[str]:
        """Return the one name that may qualify tables."""
        return [_SCHEMA]

    def get_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """Return the tables that may be queried."""
        if schema not in (None, _SCHEMA):
            return []
        return [table.name for table in _tables(connection)]

    def get_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """Return nothing: there are only tables."""
        return []

    def get_materialized_view_names(self, connection: Any, *_: Any, **kw: Any) -> list[str]:
        """Return nothing: there are only tables."""
        return []

    def get_temp_table_names(self, connection: Any, *_: Any, **kw: Any) -> list[str]:
        """Return nothing: queries create nothing."""
        return []

    def get_temp_view_names(self, connection: Any, *_: Any, **kw: Any) -> list[str]:
        """Return nothing: queries create nothing."""
        return []

    def get_sequence_names(self, connection: Any, *_: Any, **kw: Any) -> list[str]:
        """Return nothing: Athena has no sequences."""
        return []

    def has_table(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> bool:
        """Whether a table may be queried."""
        return table_name in self.get_table_names(connection, schema)

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[Any]:
        """Return the columns that may be queried."""
        return [
            {
                "name": column.name,
                "type": type_of(column.type),
                "nullable": True,
                "default": None,
                "comment": column.description,
            }
            for column in self._table(connection, table_name, schema).columns
        ]

    def get_table_comment(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """Return the description of a table."""
        return {"text": self._table(connection, table_name, schema).description}

    def get_pk_constraint(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """Return no key: records have none."""
        return {"constrained_columns": [], "name": None}

    def get_foreign_keys(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> list[Any]:
        """Return no keys: records have none."""
        return []

    def get_indexes(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> list[Any]:
        """Return no indexes: files have none."""
        return []

    def get_unique_constraints(
        self, connection: Any, table_name: str, *_: Any, **kw: Any
    ) -> list[Any]:
        """Return no constraints: records have none."""
        return []

    def get_check_constraints(
        self, connection: Any, table_name: str, *_: Any, **kw: Any
    ) -> list[Any]:
        """Return no constraints: records have none."""
        return []

    def _table(self, connection: Any, name: str, schema: str | None) -> Table:
        for table in _tables(connection) if schema in (None, _SCHEMA) else ():
            if table.name == name:
                return table
        raise exc.NoSuchTableError(name)


class HttpDialect(DataHistDialect):
    """Asks without encryption, on one machine: `data_hist+http://127.0.0.1:8080`."""

    driver = "http"
    scheme = "http"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """Return the module of PEP 249: SQLAlchemy looks for this in each class."""
        return dbapi


def _tenant(text: str) -> int:
    if not text.isdecimal():
        raise exc.ArgumentError(f"The tenant {text!r} is no number.")
    return int(text)


def _tables(connection: Any) -> Sequence[Table]:
    with translated():
        tables: Sequence[Table] = connection.connection.dbapi_connection.client.tables()
        return tables
