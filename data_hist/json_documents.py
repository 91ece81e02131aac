"""Write JSON documents exactly: every digit is kept, and JSON text is embedded as it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

JsonText = msgspec.Raw
"""A JSON value as text, written without a detour through Python's numbers."""

_encoder = msgspec.json.Encoder()


dumps = _encoder.encode
"""Write a document made of dicts, sequences, scalars and `JsonText`."""

dumps_lines = _encoder.encode_lines
"""Write each document on a line of its own; a `JsonText` must not contain line breaks."""


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


def timestamp(moment: datetime) -> str:
    """Write a moment as documents have it: in UTC, with milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
