"""The dialect of the embedded Athena: its SQL in DuckDB's words, its results as Athena's text.

The one user of sqlglot in the embedded endpoint. It knows nothing of files, queues or protocols:
the engine creates the views that a translation's scans name, and runs the query.
"""

from data_hist.local_athena.dialect.duckdb_errors import failure_from_duckdb
from data_hist.local_athena.dialect.installation import install
from data_hist.local_athena.dialect.results import ResultColumn, rendered_query, result_columns
from data_hist.local_athena.dialect.translation import StatementKind, Translation, translate
from data_hist.local_athena.dialect.translator import Scan

__all__ = [
    "ResultColumn",
    "Scan",
    "StatementKind",
    "Translation",
    "failure_from_duckdb",
    "install",
    "rendered_query",
    "result_columns",
    "translate",
]
