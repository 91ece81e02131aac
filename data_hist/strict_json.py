"""Parse JSON bodies strictly, and write documents exactly.

Parsing refuses what parsers disagree about: duplicate keys, NaN, lone surrogates, NUL, unlimited
depth. Writing keeps every digit, and embeds JSON text as it is.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from data_hist.spelling import short

_MAX_DEPTH = 20
_MAX_INTEGER_DIGITS = 20
_STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKETS = re.compile(r"[][{}]")


class JsonError(Exception):
    """The text is not JSON that this service accepts; the message quotes no value."""


JsonText = msgspec.Raw
"""A JSON value as text, written without a detour through Python's numbers."""

_encoder = msgspec.json.Encoder()


def dumps(document: Any) -> bytes:
    """Write a document made of dicts, sequences, scalars and `JsonText`."""
    return _encoder.encode(document)


def dumps_lines(documents: Sequence[Any]) -> bytes:
    """Write each document on a line of its own; a `JsonText` must not contain line breaks."""
    return _encoder.encode_lines(documents)


@lru_cache(maxsize=256)
def object_type(names: tuple[str, ...]) -> Callable[..., Any]:
    """Return a constructor of JSON objects that takes the values in the order of these names.

    The objects are several times faster to make and to write than dictionaries.
    """
    fields = [(f"field_{number}", object) for number in range(len(names))]
    renamed = {field: name for (field, _), name in zip(fields, names, strict=True)}
    try:
        return msgspec.defstruct("Object", fields, rename=renamed, gc=False)
    except ValueError:
        # msgspec accepts no name that needs escaping.
        return lambda *values: dict(zip(names, values, strict=True))


def is_json(text: str) -> bool:
    """Whether a text is a single JSON value."""
    try:
        msgspec.json.decode(text, type=JsonText)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def loads(body: bytes) -> Any:
    """Parse a request body.

    Raises:
        JsonError: It is not UTF-8, not JSON, or JSON that parsers disagree about.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonError("The body is not UTF-8.") from None
    if _depth(text) > _MAX_DEPTH:
        raise JsonError(f"The body is nested deeper than {_MAX_DEPTH} levels.")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_bounded_integer,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise JsonError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    for string in _strings(document):
        _check_string(string)
    return document


def _depth(text: str) -> int:
    """Return the deepest nesting of brackets outside strings."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise JsonError(f"The body names the field '{short(twice)}' twice.")
    return document


def _no_constant(_name: str) -> NoReturn:
    raise JsonError("NaN and Infinity are not JSON.")


def _bounded_integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise JsonError("The body holds an integer with too many digits.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise JsonError("The body holds a number beyond the range of a double.")
    return number


def _strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from _strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from _strings(value)


def _check_string(string: str) -> None:
    if "\0" in string:
        raise JsonError("The body holds a NUL character.")
    try:
        string.encode("utf-8")
    except UnicodeEncodeError:
        raise JsonError("The body holds half of a surrogate pair.") from None
