"""Which bytes of an object a request with Range and If-Range asks for (RFC 9110, 14)."""

import re
from dataclasses import dataclass

from data_hist.athena import ObjectVersion
from data_hist.errors import RangeNotSatisfiable

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`."""

    start: int
    end: int
    is_partial: bool


def requested_span(version: ObjectVersion, wanted: str | None, condition: str | None) -> Span:
    """The bytes of an object that are asked for.

    A range that cannot be read, one of several parts, and one of another version of the object are
    answered with the whole.

    Args:
        version: The object as it stands.
        wanted: The Range header.
        condition: The If-Range header.

    Raises:
        RangeNotSatisfiable: The range begins past the end.
    """
    whole = Span(0, version.object_bytes, is_partial=False)
    match = _ONE_RANGE.fullmatch(wanted or "")
    if match is None or (condition is not None and condition.strip() != version.etag):
        return whole
    first, last = match.groups()
    if not first and not last:
        return whole
    if first and last and int(last) < int(first):
        return whole
    return _satisfiable(version.object_bytes, first, last)


def _satisfiable(size: int, first: str, last: str) -> Span:
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        raise RangeNotSatisfiable(f"The result has {size} bytes.", object_bytes=size)
    return Span(start, end, is_partial=True)
