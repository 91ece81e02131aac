"""Type objects and constructors of PEP 249; the type code of a column is the name of its type."""

from datetime import date, datetime, time

from data_hist_client.values import base_type


class TypeObject:
    """Equals the type codes of its kind."""

    def __init__(self, *names: str) -> None:
        self._names = set(names)

    def __eq__(self, other: object) -> bool:
        return base_type(other) in self._names if isinstance(other, str) else self is other

    # Only the same object is the same key of a dict; it equals several type codes.
    __hash__ = object.__hash__


class _Rest(TypeObject):
    """Equals every type code that no other type object equals: its values are texts."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return self is other
        return not any(other == kind for kind in (BINARY, NUMBER, DATETIME))

    __hash__ = object.__hash__


BINARY = TypeObject("varbinary")
NUMBER = TypeObject(
    "tinyint", "smallint", "integer", "bigint", "real", "float", "double", "decimal", "boolean"
)
DATETIME = TypeObject(
    "date", "time", "timestamp", "time with time zone", "timestamp with time zone"
)
STRING = _Rest()
ROWID = TypeObject()

Date = date
Time = time
Timestamp = datetime
Binary = bytes
DateFromTicks = date.fromtimestamp
TimestampFromTicks = datetime.fromtimestamp


def TimeFromTicks(ticks: float) -> time:  # noqa: N802 - PEP 249 wants this name
    """Return the time of day of a moment, in seconds since 1970."""
    return datetime.fromtimestamp(ticks).time()
