"""The scalars that json_value returns, as texts of the types that RETURNING names."""

import json
from typing import Any

from local_athena.backends.duckdb.dialect.json.json_casting import (
    converter_of,
    print_double_cast,
)
from local_athena.backends.duckdb.dialect.json.json_text import Number, plain_text
from local_athena.backends.duckdb.dialect.json.sql_json_values import (
    DATETIMES,
    SqlValue,
    datetime_text,
    decimal_text,
    repr_of_real,
)


def convert_scalar(value: SqlValue, target: list[Any]) -> str:
    """Convert a scalar to the text of a type, or to JSON for DuckDB's cast.

    Raises:
        ValueError: If the value is none of the type.
    """
    name = target[0]
    if name == "varchar":
        return _cast_to_varchar(value, target[1])
    if name == "char" and value.type == "varchar":
        return plain_text(str(value.value))
    if name not in DATETIMES:
        converted = converter_of(json.dumps([name, target]))(_json_like(value, name))
        return json.dumps(converted)
    if value.is_number or value.type == "boolean":
        raise ValueError(f"Cannot cast value of type {value.type} to declared return type")
    return plain_text(datetime_text(value, name))


def _cast_to_varchar(value: SqlValue, length: int | None) -> str:
    text = _print(value)
    if length is None or len(text) <= length:
        return text
    if value.type != "varchar":
        raise ValueError(f"Cannot cast value of type {value.type} to varchar({length})")
    return text[:length]


def _print(value: SqlValue) -> str:
    if value.type == "boolean":
        return "true" if value.value else "false"
    if value.type == "decimal":
        return decimal_text(value)
    if value.type == "real":
        return print_double_cast(float(f"{value.value:.7g}"))
    if value.type == "double":
        return print_double_cast(value.value)
    return plain_text(str(value.value))


def _json_like(value: SqlValue, target: str) -> Any:
    """Convert a value to what a document would have for it."""
    if not value.is_number:
        return value.value
    if value.type == "decimal":
        return Number(decimal_text(value))
    is_shortened = value.type == "real" and target == "decimal"
    return Number(repr_of_real(value.value) if is_shortened else value.value)
