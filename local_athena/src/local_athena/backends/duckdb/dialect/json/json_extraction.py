"""Trino's own JSON functions, from json_extract to json_parse, over text."""

import math
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from local_athena.backends.duckdb.dialect.failures import invalid_argument
from local_athena.backends.duckdb.dialect.json.json_text import (
    Members,
    Number,
    is_whole,
    items_of,
    members_of,
    plain_text,
    print_json,
    print_string,
    read_document,
    read_root,
    read_value,
    skip_space,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_WORD = r"[^\W\U00010000-\U0010ffff]+"
_STEP = re.compile(
    rf"\.(?P<name>(?:{_WORD}|:)+)|\[(?P<subscript>{_WORD})\]"
    r'|\["(?P<quoted>(?:[^"\\]|\\["\\])*)"\]',
)
_ESCAPE = re.compile(r"\\(.)")
_INDEX = re.compile(r"\+?[0-9]+")
_MALFORMED = (ValueError, RecursionError)
_MISSING, _UNREAD = object(), object()
# Longer documents are read as far as a path needs, and are not kept.
_SHORT = 1000


@lru_cache(maxsize=256)
def parse_json_path(path: str) -> tuple[str, ...]:
    """Parse a path of json_extract to the names and positions of its steps.

    Raises:
        ValueError: it is none.
    """
    steps, offset = [], 1
    if not path.startswith("$"):
        raise ValueError(path)
    while offset < len(path):
        step = _STEP.match(path, offset)
        if step is None:
            raise ValueError(path)
        quoted = step["quoted"]
        steps.append(
            _ESCAPE.sub(r"\1", quoted) if quoted is not None else step["name"] or step["subscript"]
        )
        offset = step.end()
    return tuple(steps)


def _steps(path: str) -> tuple[str, ...]:
    try:
        return parse_json_path(path)
    except ValueError as error:
        raise invalid_argument(f"Invalid JSON path: '{path}'") from error


def _find(text: str, path: str) -> int | None:
    """Find the offset of the value that a path leads to."""
    offset = skip_space(text, 0)
    for step in _steps(path):
        found = _follow(text, offset, step)
        if found is None:
            return None
        offset = found
    return offset


def _follow(text: str, offset: int, step: str) -> int | None:
    first = text[offset : offset + 1]
    if first == "{":
        return next((value for name, value in members_of(text, offset) if name == step), None)
    if first == "[" and _INDEX.fullmatch(step):
        wanted = int(step)
        return next(
            (at for place, at in enumerate(items_of(text, offset)) if place == wanted), None
        )
    return None


def _read(text: str, offset: int) -> Any:
    is_root = not text[:offset].strip(" \t\n\r")
    return read_root(text, offset) if is_root else read_value(text, offset)[0]


@lru_cache(maxsize=4096)
def _read_short(text: str) -> Any:
    """Read a document whole, once for all calls over a batch of rows; `_UNREAD` if it is none."""
    try:
        return read_root(text, skip_space(text, 0))
    except _MALFORMED:
        return _UNREAD


def _value_at(text: str, path: str) -> Any:
    """Find the value that a path leads to, or `_MISSING`.

    Raises:
        ValueError: the document is malformed before the end of the value.
        RecursionError: it is nested too deeply.
    """
    steps = _steps(path)
    document = _read_short(text) if len(text) <= _SHORT else _UNREAD
    if document is not _UNREAD:
        return _walk(document, steps)
    offset = _find(text, path)
    return _MISSING if offset is None else _read(text, offset)


def _walk(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if isinstance(value, Members):
            value = _first_member(value, step)
        elif isinstance(value, list) and _INDEX.fullmatch(step):
            value = value[int(step)] if int(step) < len(value) else _MISSING
        else:
            return _MISSING
    return value


def _first_member(members: Members, wanted: str) -> Any:
    for name, value in members:
        if name == wanted:
            return value
    return _MISSING


def _extract(text: str, path: str) -> str | None:
    _steps(path)
    try:
        value = _value_at(text, path)
    except _MALFORMED:
        return None
    return None if value is _MISSING else print_json(value)


def _extract_scalar(text: str, path: str) -> str | None:
    _steps(path)
    try:
        value = _value_at(text, path)
    except _MALFORMED:
        return None
    return None if value is _MISSING or isinstance(value, list) else _scalar_text(value)


def _scalar_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else plain_text(value)


def _size(text: str, path: str) -> int | None:
    _steps(path)
    try:
        value = _value_at(text, path)
    except _MALFORMED:
        return None
    if value is _MISSING:
        return None
    return len(value) if isinstance(value, list) else 0


def _array_offsets(text: str) -> Any:
    offset = skip_space(text, 0)
    if text[offset : offset + 1] != "[":
        raise ValueError("not an array")
    return items_of(text, offset)


def _array_length(text: str) -> int | None:
    try:
        return sum(1 for _ in _array_offsets(text))
    except _MALFORMED:
        return None


def _array_get(text: str, index: int) -> str | None:
    try:
        offsets = _array_offsets(text)
        if index < 0:
            index += len([*offsets])
            offsets = _array_offsets(text)
        found = next((at for place, at in enumerate(offsets) if place == index), None)
        if found is None:
            return None
        value = read_value(text, found)[0]
    except _MALFORMED:
        return None
    return print_json(value) if isinstance(value, list) else _scalar_text(value)


def _array_contains_text(text: str, wanted: str) -> bool | None:
    return _array_contains(text, lambda value: type(value) is str and value == wanted)


def _array_contains_boolean(text: str, wanted: bool) -> bool | None:
    return _array_contains(text, lambda value: value is wanted)


def _array_contains_bigint(text: str, wanted: int) -> bool | None:
    return _array_contains(
        text, lambda value: isinstance(value, Number) and is_whole(value) and int(value) == wanted
    )


def _array_contains_double(text: str, wanted: float) -> bool | None:
    if not math.isfinite(wanted):
        return False

    def equals(value: Any) -> bool:
        return (
            isinstance(value, Number)
            and not is_whole(value)
            and math.isfinite(float(value))
            and float(value) == wanted
        )

    return _array_contains(text, equals)


def _array_contains(text: str, equals: Any) -> bool | None:
    try:
        return any(equals(read_value(text, offset)[0]) for offset in _array_offsets(text))
    except _MALFORMED:
        return None


def _is_scalar(text: str) -> bool:
    try:
        return not isinstance(read_document(text), list)
    except _MALFORMED as error:
        raise invalid_argument(f"Invalid JSON value: {text}") from error


def parse_json(text: str) -> str:
    """Print a document as json_parse keeps it: without white space, members sorted by name.

    Raises:
        ValueError: it is malformed.
    """
    try:
        return print_json(read_document(text), sorted_members)
    except _MALFORMED as error:
        raise invalid_argument(f"Cannot convert value to JSON: '{text}'") from error


def sorted_members(members: Members) -> Any:
    """Sort members by name; of equal names, the last stays."""
    return sorted(dict(members).items(), key=lambda member: utf16_key(member[0]))


def utf16_key(text: str) -> bytes:
    """Sort texts as Java does."""
    return text.encode("utf-16-be", "surrogatepass")


def java_hash_order(names: Collection[str]) -> list[str]:
    """Put names in the order in which a hash map of Java's has them."""
    buckets = 16
    while len(names) > buckets * 3 // 4:
        buckets *= 2
    return sorted(names, key=lambda name: _java_hash(name) & (buckets - 1))


def _java_hash(text: str) -> int:
    units, number = utf16_key(text), 0
    for place in range(0, len(units), 2):
        number = (31 * number + (units[place] << 8) + units[place + 1]) & 0xFFFFFFFF
    return number ^ (number >> 16)


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_py_json_extract", _extract, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    ("athena_py_json_extract_scalar", _extract_scalar, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    ("athena_json_size", _size, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("athena_py_json_array_length", _array_length, ["VARCHAR"], "BIGINT"),
    ("athena_json_array_get", _array_get, ["VARCHAR", "BIGINT"], "VARCHAR"),
    ("athena_json_contains_text", _array_contains_text, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    ("athena_json_contains_boolean", _array_contains_boolean, ["VARCHAR", "BOOLEAN"], "BOOLEAN"),
    ("athena_json_contains_bigint", _array_contains_bigint, ["VARCHAR", "BIGINT"], "BOOLEAN"),
    ("athena_json_contains_double", _array_contains_double, ["VARCHAR", "DOUBLE"], "BOOLEAN"),
    ("athena_is_json_scalar", _is_scalar, ["VARCHAR"], "BOOLEAN"),
    ("athena_py_json_string", print_string, ["VARCHAR"], "VARCHAR"),
    ("athena_json_parse", parse_json, ["VARCHAR"], "VARCHAR"),
)
