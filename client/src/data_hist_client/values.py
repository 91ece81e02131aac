"""From the JSON of a page to exact values of Python; what Python cannot hold stays text."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

from data_hist_client.documents import Column

# Digits of a second beyond the sixth, which Python drops without a word.
_TOO_FINE = re.compile(r"\.\d{6}\d*[1-9]")


class Row(tuple[Any, ...]):
    """A row: a tuple whose values can also be read by column name, `row["service"]`."""

    __slots__ = ()
    _positions: Mapping[str, int] = {}
    _names: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return super().__getitem__(self._position(key))
        return super().__getitem__(key)

    @classmethod
    def _position(cls, name: str) -> int:
        if cls._names.count(name) > 1:
            raise KeyError(f"{name} names several columns; read them by position")
        return cls._positions[name]

    def as_dict(self) -> dict[str, Any]:
        """Return the values by column name.

        Raises:
            KeyError: Two columns share a name.
        """
        return {name: self[name] for name in self._names}

    @classmethod
    def of(cls, columns: Sequence[Column]) -> type[Self]:
        """Return a class of rows with these columns."""
        return cls._named(tuple(column.name for column in columns))

    @classmethod
    @lru_cache(maxsize=64)
    def _named(cls, names: tuple[str, ...]) -> type[Self]:
        positions = {name: position for position, name in enumerate(names)}
        return type("Row", (cls,), {"__slots__": (), "_positions": positions, "_names": names})

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._names, tuple(self))


def _restored(names: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    return Row._named(names)(values)


def row_reader(columns: Sequence[Column]) -> Callable[[Sequence[Any]], Row]:
    """Return what makes a row of the JSON values of a page."""
    kind = Row.of(columns)
    converters = [(at, found) for at, each in enumerate(columns) if (found := _converter(each))]
    if not converters:
        return kind

    def read(values: Sequence[Any]) -> Row:
        converted = list(values)
        for position, convert in converters:
            if converted[position] is not None:
                converted[position] = convert(converted[position])
        return kind(converted)

    return read


def base_type(athena_type: str) -> str:
    """Return the name of a type without its parameters: `decimal`, `timestamp with time zone`."""
    return re.sub(r"\s*\([^)]*\)", "", athena_type).strip().lower()


def _converter(column: Column) -> Callable[[Any], Any] | None:
    return _CONVERTERS.get(base_type(column.type))


def _or_text(convert: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Keep the text of a value that the type of Python cannot hold."""

    def converted(value: Any) -> Any:
        try:
            return convert(value)
        except (TypeError, ValueError, ArithmeticError):
            return value

    return converted


def _exactly(convert: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Also keep the text of a moment that is finer than a microsecond."""
    lenient = _or_text(convert)
    return lambda value: value if _TOO_FINE.search(str(value)) else lenient(value)


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "real": _or_text(float),
    "float": _or_text(float),
    "double": _or_text(float),
    "decimal": _or_text(Decimal),
    "varbinary": _or_text(lambda text: base64.b64decode(text, validate=True)),
    "date": _or_text(date.fromisoformat),
    "time": _exactly(time.fromisoformat),
    "time with time zone": _exactly(time.fromisoformat),
    "timestamp": _exactly(datetime.fromisoformat),
    "timestamp with time zone": _exactly(datetime.fromisoformat),
}
