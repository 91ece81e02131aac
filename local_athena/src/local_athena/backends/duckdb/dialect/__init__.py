"""The dialect of the embedded Athena: its SQL in DuckDB's words, its results as Athena's text.

The one user of sqlglot in the embedded endpoint. It knows nothing of files, queues or protocols:
the engine creates the views that a translation's scans name, and runs the query.
"""

from local_athena.backends.duckdb.dialect.context import PartitionPredicate, Scan
from local_athena.backends.duckdb.dialect.duckdb_errors import failure_from_duckdb
from local_athena.backends.duckdb.dialect.duckdb_functions import install
from local_athena.backends.duckdb.dialect.translation import (
    ResultColumn,
    StatementKind,
    Translation,
    describe_columns,
    render_query,
    translate,
)

__all__ = [
    "PartitionPredicate",
    "ResultColumn",
    "Scan",
    "StatementKind",
    "Translation",
    "describe_columns",
    "failure_from_duckdb",
    "install",
    "render_query",
    "translate",
]
