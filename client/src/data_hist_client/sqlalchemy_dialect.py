"""The dialect `data_hist://` of SQLAlchemy, whose tables and columns are those of `GET /tables`."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from types import ModuleType
from typing import Any
from urllib.parse import urlunsplit

from sqlalchemy import exc, types
from sqlalchemy.engine import default
from sqlalchemy.sql import compiler

from data_hist_client import dbapi
from data_hist_client.dbapi.exceptions import translated
from data_hist_client.documents import Table
from data_hist_client.values import base_type

# What qualifies the tables.
_SCHEMA = "data_hist"
_VERSION = re.compile(r"v\d+")


class _Date(types.DATE):
    """A date, whose literal has its type."""

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"DATE '{value.isoformat()}'"


class _Timestamp(types.TIMESTAMP):
    """A timestamp, whose literal has its type."""

    def literal_processor(self, dialect: Any) -> Any:
        return _timestamp_literal


def _timestamp_literal(value: date) -> str:
    if not isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat()} 00:00:00'"
    zone = f" {value:%z}" if value.tzinfo else ""
    return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(' ')}{zone}'"


_TYPES: dict[str, type[types.TypeEngine[Any]]] = {
    "boolean": types.BOOLEAN,
    "tinyint": types.SMALLINT,
    "smallint": types.SMALLINT,
    "integer": types.INTEGER,
    "bigint": types.BIGINT,
    "real": types.REAL,
    "double": types.FLOAT,
    "varchar": types.VARCHAR,
    "char": types.CHAR,
    "varbinary": types.VARBINARY,
    "date": _Date,
    "time": types.TIME,
    "timestamp": _Timestamp,
}


class _Compiler(compiler.SQLCompiler):
    def limit_clause(self, select: Any, **kw: Any) -> str:
        """Write OFFSET before LIMIT, the order of Trino."""
        text = ""
        if select._offset_clause is not None:
            text += f"\n OFFSET {self.process(select._offset_clause, **kw)}"
        if select._limit_clause is not None:
            text += f"\n LIMIT {self.process(select._limit_clause, **kw)}"
        return text


class _TypeCompiler(compiler.GenericTypeCompiler):
    """The names that Trino has for the types that a CAST may name."""

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:
        return "DOUBLE"

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        return "VARCHAR"

    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:
        return self.visit_DECIMAL(type_, **kw)

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:
        return self.visit_TIMESTAMP(type_, **kw)

    def visit_TIMESTAMP(self, type_: Any, **kw: Any) -> str:
        return "TIMESTAMP WITH TIME ZONE" if type_.timezone else "TIMESTAMP"

    def visit_BLOB(self, type_: Any, **kw: Any) -> str:
        return "VARBINARY"

    def visit_large_binary(self, type_: Any, **kw: Any) -> str:
        return "VARBINARY"


class _Preparer(compiler.IdentifierPreparer):
    """Quotes also what Trino reserves."""

    reserved_words = compiler.RESERVED_WORDS | {"values", "unnest", "date", "time", "timestamp"}


class DataHistDialect(default.DefaultDialect):
    """Asks over HTTPS: `data_hist://user:password@host/v1?tenant=11000`."""

    name = "data_hist"
    driver = "https"
    scheme = "https"
    default_paramstyle = "qmark"
    statement_compiler = _Compiler
    type_compiler = type_compiler_cls = _TypeCompiler
    preparer = _Preparer
    colspecs = {types.Date: _Date, types.DateTime: _Timestamp}  # noqa: RUF012 - SQLAlchemy's
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
            ArgumentError: It has unknown parameters.
        """
        query = dict(url.query)
        options: dict[str, Any] = {}
        if url.username is not None:
            options["auth"] = (url.username, url.password or "")
        if "tenant" in query:
            options["tenant"] = int(str(query.pop("tenant")))
        if query:
            raise exc.ArgumentError(f"The URL has the unknown parameter {min(query)!r}.")
        host = url.host if url.port is None else f"{url.host}:{url.port}"
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


def type_of(athena_type: str) -> types.TypeEngine[Any]:
    """Return the type of SQLAlchemy; a type that has none, such as json, is read as it comes."""
    base = base_type(athena_type)
    numbers = [int(number) for number in re.findall(r"\d+", athena_type)]
    if base == "decimal":
        decimal: types.TypeEngine[Any] = types.DECIMAL(*numbers[:2])  # type: ignore[call-overload]
        return decimal
    if base == "timestamp with time zone":
        return _Timestamp(timezone=True)
    if base in ("varchar", "char") and numbers:
        return _TYPES[base](numbers[0])  # type: ignore[call-arg]
    return _TYPES.get(base, types.NullType)()


def _tables(connection: Any) -> Sequence[Table]:
    with translated():
        tables: Sequence[Table] = connection.connection.dbapi_connection.client.tables()
        return tables
