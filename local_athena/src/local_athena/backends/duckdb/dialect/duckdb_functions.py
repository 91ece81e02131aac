"""Prepare a database for translated queries: settings, macros and Python functions."""

import unicodedata
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal, cast

import duckdb
from duckdb.func import FunctionNullHandling

from local_athena.backends.duckdb.dialect.aggregates import (
    approximate_counts,
    extremes,
    frequent_items,
    hyperloglogs,
    numeric_histograms,
    percentiles,
    summation,
    text_lists,
    totals,
)
from local_athena.backends.duckdb.dialect.binary import (
    byte_encodings,
    hashes,
    ip_addresses,
    spooky_hash,
)
from local_athena.backends.duckdb.dialect.collections import element_orders, hash_orders
from local_athena.backends.duckdb.dialect.datetimes import (
    datetime_patterns,
    iso8601,
    iso8601_nanoseconds,
    zone_arguments,
)
from local_athena.backends.duckdb.dialect.expressions import picosecond_texts, text_casts
from local_athena.backends.duckdb.dialect.failures import (
    LastingFailure,
    unfit_result,
)
from local_athena.backends.duckdb.dialect.json import (
    json_casting,
    json_extraction,
    sql_json_functions,
)
from local_athena.backends.duckdb.dialect.numbers import (
    decimal_arithmetic,
    distances,
    distributions,
    inverse_error_function,
    number_functions,
)
from local_athena.backends.duckdb.dialect.strings import (
    amounts,
    colors,
    java_formats,
    regexps,
    stems,
    texts,
    urls,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

# Each folder comes after those whose macros it calls; the first holds what all of them call.
_FOLDERS = (
    *(".", "numbers", "datetimes", "collections", "strings"),
    *("aggregates", "binary", "expressions", "json", "queries"),
)
# SET without GLOBAL affects one session, and each query runs in its own.
_SETTINGS = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL ieee_floating_point_ops = true",
    "SET GLOBAL preserve_insertion_order = true",
    "SET GLOBAL order_by_non_integer_literal = true",
)
# In this step DuckDB 2.0 fails with an internal error for some constant NULLs.
_FAULTY_OPTIMIZER = "statistics_propagation"
_EARLY_OPTIMIZERS = ("common_subexpressions", "expression_rewriter")


def _create_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions that SQL cannot express; none is on a hot path."""
    functions: tuple[PythonFunction, ...] = (
        *byte_encodings.PYTHON_FUNCTIONS,
        *hashes.PYTHON_FUNCTIONS,
        *ip_addresses.PYTHON_FUNCTIONS,
        *spooky_hash.PYTHON_FUNCTIONS,
        *iso8601.PYTHON_FUNCTIONS,
        *iso8601_nanoseconds.PYTHON_FUNCTIONS,
        *zone_arguments.PYTHON_FUNCTIONS,
        *java_formats.PYTHON_FUNCTIONS,
        *json_casting.PYTHON_FUNCTIONS,
        *json_extraction.PYTHON_FUNCTIONS,
        *sql_json_functions.PYTHON_FUNCTIONS,
        *regexps.PYTHON_FUNCTIONS,
        *texts.PYTHON_FUNCTIONS,
        *amounts.PYTHON_FUNCTIONS,
        *colors.PYTHON_FUNCTIONS,
        *stems.PYTHON_FUNCTIONS,
        *urls.PYTHON_FUNCTIONS,
        *datetime_patterns.PYTHON_FUNCTIONS,
        *decimal_arithmetic.PYTHON_FUNCTIONS,
        *element_orders.PYTHON_FUNCTIONS,
        *approximate_counts.PYTHON_FUNCTIONS,
        *extremes.PYTHON_FUNCTIONS,
        *frequent_items.PYTHON_FUNCTIONS,
        *hash_orders.PYTHON_FUNCTIONS,
        *hyperloglogs.PYTHON_FUNCTIONS,
        *number_functions.PYTHON_FUNCTIONS,
        *numeric_histograms.PYTHON_FUNCTIONS,
        *distances.PYTHON_FUNCTIONS,
        *distributions.PYTHON_FUNCTIONS,
        *inverse_error_function.PYTHON_FUNCTIONS,
        *percentiles.PYTHON_FUNCTIONS,
        *summation.PYTHON_FUNCTIONS,
        *text_casts.PYTHON_FUNCTIONS,
        *text_lists.PYTHON_FUNCTIONS,
        *totals.PYTHON_FUNCTIONS,
        *picosecond_texts.PYTHON_FUNCTIONS,
        ("athena_normalize", _normalize, ["VARCHAR", "VARCHAR"], "VARCHAR"),
        ("athena_fail_beyond_try", _fail_beyond_try, ["VARCHAR"], "VARCHAR"),
    )
    for name, function, parameters, result in functions:
        connection.create_function(
            name,
            _as_duckdb_calls(function),
            parameters,
            result,
            null_handling=FunctionNullHandling.SPECIAL,
        )


def _as_duckdb_calls(function: Callable[..., Any]) -> Callable[..., Any]:
    """Skip NULLs, as DuckDB itself does only for functions that never return one."""

    @wraps(function)
    def called(*arguments: Any) -> Any:
        try:
            return None if None in arguments else function(*arguments)
        except LastingFailure as error:
            return unfit_result(error)

    return called


def _fail_beyond_try(message: str) -> str:
    raise LastingFailure(message)


def _normalize(text: str, form: str) -> str:
    return unicodedata.normalize(cast(Literal["NFC", "NFD", "NFKC", "NFKD"], form), text)


def install(connection: duckdb.DuckDBPyConnection, *, computes_early: bool = True) -> None:
    """Prepare a database, once and before its configuration is locked.

    Args:
        connection: The database.
        computes_early: Whether it computes once what several expressions of a query have in
            common, and what is constant when it plans. This is faster, but happens outside of the
            TRY or CASE around them, and fails there.
    """
    disabled = [_FAULTY_OPTIMIZER, *(() if computes_early else _EARLY_OPTIMIZERS)]
    connection.execute(f"SET GLOBAL disabled_optimizers = '{','.join(disabled)}'")
    for setting in _SETTINGS:
        connection.execute(setting)
    _create_functions(connection)
    for folder in _FOLDERS:
        macros = Path(__file__).parent / folder / "macros.sql"
        connection.execute(macros.read_text(encoding="utf-8"))
