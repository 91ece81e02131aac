"""What a database needs before translated queries run in it: settings, macros, functions."""

from pathlib import Path

import duckdb

from local_athena.backends.duckdb.dialect import python_functions

_MACROS = Path(__file__).parent / "functions" / "macros.sql"
# SET alone belongs to one session, and every query runs in a session of its own.
_SETTINGS = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL ieee_floating_point_ops = true",
    "SET GLOBAL preserve_insertion_order = true",
    "SET GLOBAL order_by_non_integer_literal = true",
    # DuckDB 2.0 fails with an internal error where it meets a constant NULL in this step.
    "SET GLOBAL disabled_optimizers = 'statistics_propagation'",
)


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Prepare a database; once, before its configuration is locked."""
    for setting in _SETTINGS:
        connection.execute(setting)
    python_functions.register(connection)
    connection.execute(_MACROS.read_text(encoding="utf-8"))
