"""Count the values in sampled JSON texts by their paths. Knows no queries."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_MIN_BIGINT: Final = -(2**63)
_MAX_BIGINT: Final = 2**63 - 1
_MAX_BIGINT_CHARACTERS: Final = 20
_SCALARS: Final = {"varchar", "bigint", "double", "boolean"}
_OBJECT: Final = "object"


@dataclass(frozen=True)
class FieldLimits:
    """How much of the texts is counted, and how much of that is returned.

    A key that names a thing, such as an id, makes a path of its own for each.
    """

    depth: int = 6
    elements: int = 20
    counted_paths: int = 2_000
    counted_values: int = 1_000
    fields: int = 300
    values: int = 10
    value_characters: int = 100


_LIMITS = FieldLimits()


@dataclass(frozen=True)
class PayloadField:
    """A path in the JSON text of a column, and what is found there.

    Attributes:
        column: The column.
        path: As `json_extract_scalar` takes it, but with `[*]` for any element of an array.
        type: Athena's type that fits every value; `json` for arrays, and for objects among others.
        share: The share of records that have the value, from 0 to 1.
        values: The commonest ones, as `json_extract_scalar` returns them.
    """

    column: str
    path: str
    type: str
    share: float
    values: tuple[str, ...]


class _Number(str):
    """A number as it is written in JSON, which Athena returns unchanged."""

    __slots__ = ()


class _Found(NamedTuple):
    path: str
    type: str
    text: str | None


class FieldCounter:
    """Counts what is found in the texts of one column.

    Args:
        column: The name of the column.
        limits: What is counted and returned.
    """

    def __init__(self, column: str, limits: FieldLimits = _LIMITS) -> None:
        self._column = column
        self._limits = limits
        self._records: Counter[str] = Counter()
        self._types: defaultdict[str, set[str]] = defaultdict(set)
        self._values: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, text: str) -> None:
        """Count the text of one record; there is nothing in one that is not JSON."""
        try:
            document = json.loads(
                text,
                object_pairs_hook=_first_of_each,
                parse_int=_Number,
                parse_float=_Number,
                parse_constant=_refuse,
            )
        except (ValueError, RecursionError):
            return
        # However many elements of an array have a value, the record counts once.
        found = {each for each in self._members("$", document, 1) if self._is_counted(each.path)}
        self._records.update({each.path for each in found})
        for path, column_type, value in found:
            self._types[path].add(column_type)
            counts = self._values[path]
            if value is not None and (value in counts or len(counts) < self._limits.counted_values):
                counts[value] += 1

    def fields(self, record_count: int) -> Iterator[PayloadField]:
        """Return what was found in so many records."""
        for path, types in self._types.items():
            # An object is known by its members.
            if types != {_OBJECT}:
                yield PayloadField(
                    column=self._column,
                    path=path,
                    type=_common_type(types),
                    share=round(self._records[path] / record_count, 4),
                    values=self._commonest(path),
                )

    def _is_counted(self, path: str) -> bool:
        return path in self._records or len(self._records) < self._limits.counted_paths

    def _commonest(self, path: str) -> tuple[str, ...]:
        by_count = sorted(self._values[path].items(), key=lambda entry: (-entry[1], entry[0]))
        return tuple(value for value, _ in by_count[: self._limits.values])

    def _members(self, path: str, value: Any, depth: int) -> Iterator[_Found]:
        """Find the values in an object or array."""
        if isinstance(value, dict):
            for key, member in value.items():
                if (step := _step(key)) is not None:
                    yield from self._value(path + step, member, depth)
        elif isinstance(value, list):
            for element in value[: self._limits.elements]:
                yield from self._value(f"{path}[*]", element, depth)

    def _value(self, path: str, value: Any, depth: int) -> Iterator[_Found]:
        if value is None:
            return
        if not isinstance(value, dict | list):
            yield self._scalar(path, value)
        elif depth == self._limits.depth:
            yield _Found(path, "json", None)
        else:
            yield _Found(path, _OBJECT if isinstance(value, dict) else "json", None)
            yield from self._members(path, value, depth + 1)

    def _scalar(self, path: str, value: bool | str) -> _Found:
        if isinstance(value, bool):
            return _Found(path, "boolean", "true" if value else "false")
        kind = _number_type(value) if isinstance(value, _Number) else "varchar"
        # Half of a surrogate pair has no encoding; Athena shows it as a question mark, too.
        text = value.encode("utf-8", "replace").decode()
        return _Found(path, kind, text if len(text) <= self._limits.value_characters else None)


def most_shared(fields: Iterable[PayloadField]) -> list[PayloadField]:
    """Sort fields by the share of records that have them, and then by their paths."""
    return sorted(fields, key=lambda field: (-field.share, field.column, field.path))


def _step(key: str) -> str | None:
    """Render the step of a path to a member; None for a key that SQL cannot write."""
    if _PLAIN_KEY.fullmatch(key):
        return f".{key}"
    try:
        key.encode()
    except UnicodeEncodeError:
        return None
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def _number_type(text: str) -> str:
    is_whole = text.lstrip("-").isdigit() and len(text) <= _MAX_BIGINT_CHARACTERS
    return "bigint" if is_whole and _MIN_BIGINT <= int(text) <= _MAX_BIGINT else "double"


def _common_type(types: set[str]) -> str:
    """Return the type that fits values of all these."""
    if len(types) == 1:
        return next(iter(types))
    if types <= _SCALARS:
        return "double" if types == {"bigint", "double"} else "varchar"
    return "json"


def _first_of_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep the first of members with the same key, as Athena does."""
    found = dict(members)
    return found if len(found) == len(members) else dict(reversed(members))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
