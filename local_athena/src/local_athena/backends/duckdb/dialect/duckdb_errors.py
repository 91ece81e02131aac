"""Translate DuckDB's errors to Athena's.

DuckDB's messages name files, views and translated SQL, so callers never see them.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from local_athena.errors import StatementFailure, find_position

_RAISED = re.compile(r"Could not convert string '([A-Z_]+):(.*)' to INT32", re.DOTALL)
# By a Python function; what follows the first line is a traceback.
_RAISED_IN_PYTHON = re.compile(r"\bValueError: ([A-Z_]+):(.*)")
_QUOTED = re.compile(r"\"([^\"]*)\"")
_CONVERTED = re.compile(r"[Cc]ould not convert string [\"'](.*?)[\"'] to (\w+)", re.DOTALL)
_FUNCTION = re.compile(r"\b(?:Function|Macro) with name \"?(\w+)")

_SPLIT = "Error opening Hive split"
# What may keep an expression from being computed, and its failure from being one.
_LAZY = re.compile(r"\b(?:TRY|CASE|COALESCE)\b", re.IGNORECASE)

_Rule = tuple[type[duckdb.Error], str, str, str]
# Class, part of DuckDB's message, Athena's name, Athena's text; the first that fits wins.
_RULES: tuple[_Rule, ...] = (
    (duckdb.Error, "Division by zero", "DIVISION_BY_ZERO", "Division by zero"),
    (duckdb.Error, "division by zero", "DIVISION_BY_ZERO", "Division by zero"),
    (duckdb.OutOfMemoryException, "", "EXCEEDED_MEMORY_LIMIT", "Query exceeded memory limit"),
    (duckdb.Error, "Malformed JSON in file", "HIVE_BAD_DATA", "Row is not a valid JSON Object"),
    (duckdb.Error, "Malformed JSON", "INVALID_FUNCTION_ARGUMENT", "Cannot convert value to JSON"),
    (duckdb.Error, "transform in file", "HIVE_BAD_DATA", "Error parsing a field value"),
    (duckdb.Error, "JSON transform error", "HIVE_BAD_DATA", "Error parsing a field value"),
    (duckdb.Error, "gzip", "HIVE_CANNOT_OPEN_SPLIT", _SPLIT),
    (duckdb.Error, "GZIP", "HIVE_CANNOT_OPEN_SPLIT", _SPLIT),
    (
        duckdb.Error,
        "More than one row returned by a subquery",
        "SUBQUERY_MULTIPLE_ROWS",
        "Scalar sub-query has returned multiple rows",
    ),
    (
        duckdb.Error,
        "must appear in the GROUP BY",
        "EXPRESSION_NOT_AGGREGATE",
        "A selected expression must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        duckdb.Error,
        "aggregate function calls cannot be nested",
        "NESTED_AGGREGATION",
        "Cannot nest aggregations inside aggregation",
    ),
    (
        duckdb.Error,
        "cannot contain aggregates",
        "EXPRESSION_NOT_SCALAR",
        "WHERE, GROUP BY and JOIN cannot contain aggregations, window functions or grouping",
    ),
    (
        duckdb.Error,
        "cannot contain window",
        "EXPRESSION_NOT_SCALAR",
        "WHERE, GROUP BY and HAVING cannot contain window functions",
    ),
    (
        duckdb.Error,
        "Map keys must be unique",
        "INVALID_FUNCTION_ARGUMENT",
        "Duplicate map keys are not allowed",
    ),
    (
        duckdb.Error,
        "Map keys can not be NULL",
        "INVALID_FUNCTION_ARGUMENT",
        "map key cannot be null",
    ),
    (
        duckdb.Error,
        "key list and value list",
        "INVALID_FUNCTION_ARGUMENT",
        "Key and value arrays must be the same length",
    ),
    (duckdb.Error, "Unknown TimeZone", "INVALID_FUNCTION_ARGUMENT", "Time zone not supported"),
    (
        duckdb.Error,
        "Could not parse string",
        "INVALID_FUNCTION_ARGUMENT",
        "Invalid format of a date or time",
    ),
    (
        duckdb.Error,
        "perl operator",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support look-around in regular expressions",
    ),
    (
        duckdb.Error,
        "bad repetition operator",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support this regular expression",
    ),
    (
        duckdb.Error,
        "invalid escape sequence",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support this regular expression",
    ),
    (
        duckdb.Error,
        "must be a constant expression",
        "NOT_SUPPORTED",
        "The embedded endpoint supports only constants here",
    ),
    (
        duckdb.Error,
        "subqueries in lambda",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support a sub-query inside a lambda",
    ),
    (
        duckdb.Error,
        "inside the TRY expression",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support TRY of this expression",
    ),
    (
        duckdb.Error,
        "TRY can not be used",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support TRY of this expression",
    ),
    (
        duckdb.Error,
        "hex digit",
        "INVALID_FUNCTION_ARGUMENT",
        "String is not a valid hexadecimal number",
    ),
    (duckdb.Error, "base64", "INVALID_FUNCTION_ARGUMENT", "String is not valid base64"),
    (
        duckdb.ConversionException,
        "INT128",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "bigint addition overflow",
    ),
    (duckdb.ConversionException, "value nan", "INVALID_CAST_ARGUMENT", "Cannot cast NaN"),
    *(
        (
            duckdb.ConversionException,
            f"out of range for the destination type {narrow}",
            "NUMERIC_VALUE_OUT_OF_RANGE",
            f"Out of range for {name}",
        )
        for narrow, name in (("INT32", "integer"), ("INT16", "smallint"), ("INT8", "tinyint"))
    ),
    (
        duckdb.ConversionException,
        "out of range",
        "INVALID_CAST_ARGUMENT",
        "Value is out of range for the type of the cast",
    ),
    (
        duckdb.ConversionException,
        "cannot be cast",
        "INVALID_CAST_ARGUMENT",
        "Value is out of range for the type of the cast",
    ),
    (duckdb.OutOfRangeException, "", "NUMERIC_VALUE_OUT_OF_RANGE", "Numeric value out of range"),
    (duckdb.ConversionException, "", "INVALID_CAST_ARGUMENT", "Value cannot be cast"),
    (
        duckdb.NotImplementedException,
        "",
        "NOT_SUPPORTED",
        "The embedded endpoint does not support this statement",
    ),
)
_UNKNOWN = "The query failed inside the embedded endpoint"


def failure_from_duckdb(
    error: duckdb.Error, sql: str, folders: Sequence[Path] = ()
) -> StatementFailure:
    """Translate an error to the failure that Athena reports.

    Args:
        error: What DuckDB raised.
        sql: The caller's text.
        folders: Where the files of the archive lie; a broken one is named by its path below.
    """
    message = str(error)
    raised = _translate_raised(message, folders)
    if raised is not None:
        return raised
    for recognise in (_translate_unresolved, _translate_conversion):
        failure = recognise(error, message, sql)
        if failure is not None:
            return failure
    place = _find_file(message, folders)
    for kind, part, name, text in _RULES:
        if isinstance(error, kind) and part in message:
            return StatementFailure(name, f"{text}{place}" if name.startswith("HIVE_") else text)
    if place:
        return StatementFailure("HIVE_CANNOT_OPEN_SPLIT", f"{_SPLIT}{place}")
    return StatementFailure("GENERIC_INTERNAL_ERROR", _UNKNOWN)


def may_be_early(error: duckdb.Error, translated: str) -> bool:
    """Tell whether a query may only fail because DuckDB computes early."""
    kinds = duckdb.DataError | duckdb.InvalidInputException | duckdb.NotImplementedException
    return isinstance(error, kinds) and _LAZY.search(translated) is not None


def _find_file(message: str, folders: Sequence[Path]) -> str:
    """Find the file that DuckDB names, by its path below the archive."""
    # The lines after the first quote the statement, with files that are not damaged.
    first_line = message.partition("\n")[0]
    for folder in folders:
        found = re.search(rf"{re.escape(str(folder))}/([^\"']+)", first_line)
        if found:
            return f" - in {found[1].rstrip()}"
    return ""


def _translate_raised(message: str, folders: Sequence[Path]) -> StatementFailure | None:
    """An error that the translated SQL or a reader of files raised on purpose."""
    match = _RAISED.search(message) or _RAISED_IN_PYTHON.search(message)
    if match is None:
        return None
    text = match[2]
    for folder in folders:
        text = text.replace(f"{folder}/", "")
    return StatementFailure(match[1], text)


def _translate_unresolved(error: duckdb.Error, message: str, sql: str) -> StatementFailure | None:
    if not isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        return None
    function = _FUNCTION.search(message)
    if function:
        return _failure_at("FUNCTION_NOT_FOUND", "Function '{}' not registered", function[1], sql)
    if "Referenced column" in message or "does not have a column" in message:
        names = _QUOTED.findall(message)
        if names and _find_word(names[0], sql) is not None:
            return _failure_at("COLUMN_NOT_FOUND", "Column '{}' cannot be resolved", names[0], sql)
    if "No function matches" in message or "Cannot compare values" in message:
        return StatementFailure("TYPE_MISMATCH", "The types of an expression do not fit")
    return None


def _failure_at(name: str, template: str, word: str, sql: str) -> StatementFailure:
    text = template.format(word.lower())
    offset = _find_word(word, sql)
    if offset is None:
        return StatementFailure(name, text)
    return StatementFailure(name, text, *find_position(sql, offset))


def _find_word(word: str, sql: str) -> int | None:
    match = re.search(rf"\b{re.escape(word)}\b", sql, re.IGNORECASE)
    return match.start() if match else None


def _translate_conversion(error: duckdb.Error, message: str, sql: str) -> StatementFailure | None:
    match = _CONVERTED.search(message)
    if not isinstance(error, duckdb.ConversionException) or match is None:
        return None
    names = {
        "INT32": "INTEGER",
        "INT64": "BIGINT",
        "INT16": "SMALLINT",
        "INT8": "TINYINT",
        "FLOAT": "REAL",
    }
    target = names.get(match[2], match[2])
    del sql
    return StatementFailure("INVALID_CAST_ARGUMENT", f"Cannot cast '{match[1]}' to {target}")
