"""Types of SQLAlchemy as Athena writes their values, and Athena's types as SQLAlchemy's."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, types

from data_hist_client.values import base_type


class Date(types.DATE):
    """A date, whose literal has its type."""

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"DATE '{value.isoformat()}'"


class Timestamp(types.TIMESTAMP):
    """A timestamp, whose literal has its type."""

    def literal_processor(self, dialect: Any) -> Any:
        return _timestamp_literal


def _timestamp_literal(value: date) -> str:
    if not isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat()} 00:00:00'"
    zone = f" {value:%z}" if value.tzinfo else ""
    return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(' ')}{zone}'"


class Time(types.TIME):
    """A time, whose literal has its type."""

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"TIME '{value.isoformat('microseconds')}'"


class Bytes(types.LargeBinary):
    """Bytes, with their literal."""

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"X'{bytes(value).hex()}'"


class Interval(types.Interval):
    """A duration, which Athena has in milliseconds."""

    impl = types.String  # type: ignore[assignment]
    cache_ok = True

    def bind_processor(self, dialect: Any) -> Any:
        return lambda value: None if value is None else _duration(value)

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"'{_duration(value)}'"

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return None

    def bind_expression(self, bindvalue: Any) -> Any:
        return func.parse_duration(bindvalue)


def _duration(value: timedelta) -> str:
    return f"{value // timedelta(milliseconds=1)}ms"


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
    "date": Date,
    "time": Time,
    "timestamp": Timestamp,
}


def type_of(athena_type: str) -> types.TypeEngine[Any]:
    """Return the type of SQLAlchemy; a type that has none, such as json, is read as it comes."""
    base = base_type(athena_type)
    numbers = [int(number) for number in re.findall(r"\d+", athena_type)]
    if base == "decimal":
        decimal: types.TypeEngine[Any] = types.DECIMAL(*numbers[:2])  # type: ignore[call-overload]
        return decimal
    if base == "timestamp with time zone":
        return Timestamp(timezone=True)
    if base in ("varchar", "char") and numbers:
        return _TYPES[base](numbers[0])  # type: ignore[call-arg]
    return _TYPES.get(base, types.NullType)()
