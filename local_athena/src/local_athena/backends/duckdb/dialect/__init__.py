"""Translate Athena's SQL to DuckDB's, and render results as Athena does.

The one user of sqlglot in local_athena; knows nothing of files, queues and protocols.
"""

from local_athena.backends.duckdb.dialect.context import PartitionPredicate, Scan
from local_athena.backends.duckdb.dialect.duckdb_errors import failure_from_duckdb, may_be_early
from local_athena.backends.duckdb.dialect.duckdb_functions import install
from local_athena.backends.duckdb.dialect.explain import Explain, validate, write_plan
from local_athena.backends.duckdb.dialect.translation import (
    Translation,
    describe_columns,
    render_query,
    translate,
)

__all__ = [
    "Explain",
    "PartitionPredicate",
    "Scan",
    "Translation",
    "describe_columns",
    "failure_from_duckdb",
    "install",
    "may_be_early",
    "render_query",
    "translate",
    "validate",
    "write_plan",
]
