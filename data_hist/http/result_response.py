"""Respond with a whole result: negotiate its format, honour ranges, and stream the body.

A body is complete or breaks off, so that no client mistakes a part of a result for the whole.
"""

import logging
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from starlette.responses import StreamingResponse
from starlette.types import Send

from data_hist.athena.result_objects import ObjectVersion
from data_hist.errors import DataHistError, NotAcceptable, RangeNotSatisfiable
from data_hist.http.problems import problem_kind
from data_hist.observability.request_context import current_request
from data_hist.results.formats import FORMATS, ResultFormat, RowStyle
from data_hist.results.streams import FinishedResult

_log = logging.getLogger(__name__)

_VARY = "Accept, Accept-Encoding"
_MEDIA_TYPES = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}
_SINGLE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


async def result_response(
    result: FinishedResult, fmt: ResultFormat, style: RowStyle, headers: Mapping[str, str]
) -> StreamingResponse:
    """Build the response once the first bytes of its body are there.

    An error before the first byte is answered as a problem; a later one breaks the body off.

    Args:
        result: What to send.
        fmt: The format to send it in.
        style: How JSON and NDJSON write rows.
        headers: The request headers.

    Raises:
        InvalidRequest: Rows as objects, or Parquet, would lose a column, or a value has no form.
        RangeNotSatisfiable: The range begins past the end.
        EngineError, QueryExpired: The object cannot be read.
    """
    wants_range = fmt.name == "csv" and "range" in headers
    gzip = fmt.compressible and not wants_range and accepts_gzip(headers.get("accept-encoding"))
    if fmt.name == "csv" and not gzip:
        return await _object_response(result, fmt, headers)
    body = await _with_first_part(result.encoded(fmt, style, gzip=gzip))
    encoding = {"Content-Encoding": "gzip"} if gzip else {}
    return _ResultResponse(body, 200, _common_headers(result, fmt) | encoding)


def negotiate_format(name: str | None, accept: str | None) -> ResultFormat:
    """Return the format that a request names, else the one its `Accept` prefers; CSV on a tie.

    Raises:
        NotAcceptable: `Accept` admits no format.
    """
    if name is not None:
        return FORMATS[name]
    ranges = _weighted_items(accept) if accept and accept.strip() else {"*/*": 1.0}
    qualities = {each: _quality(media_type, ranges) for each, media_type in _MEDIA_TYPES.items()}
    best = max(qualities, key=qualities.__getitem__)
    if qualities[best] <= 0:
        raise NotAcceptable(f"A result is served as {', '.join(_MEDIA_TYPES.values())}.")
    return FORMATS[best]


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether `Accept-Encoding` names gzip; `*` is not enough."""
    codings = _weighted_items(accept_encoding or "")
    return max(codings.get("gzip", 0.0), codings.get("x-gzip", 0.0)) > 0


async def _object_response(
    result: FinishedResult, fmt: ResultFormat, headers: Mapping[str, str]
) -> StreamingResponse:
    """Send the stored object as it is, or the requested range of it."""
    version = result.object.version
    span = _requested_span(version, headers.get("range"), headers.get("if-range"))
    described = _common_headers(result, fmt) | {
        "Accept-Ranges": "bytes",
        "Content-Length": str(span.end - span.start),
        "ETag": version.etag,
    }
    if span.is_partial:
        described["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{version.object_bytes}"
    body = await _with_first_part(result.object.blocks(span.start, span.end, fmt.block_bytes))
    return _ResultResponse(body, 206 if span.is_partial else 200, described)


def _common_headers(result: FinishedResult, fmt: ResultFormat) -> dict[str, str]:
    media_type = _MEDIA_TYPES[fmt.name]
    return {
        "Content-Type": media_type + "; charset=utf-8" * media_type.startswith("text/"),
        "Content-Disposition": f'attachment; filename="{result.query_id}.{fmt.name}"',
        "Vary": _VARY,
    }


async def _with_first_part(body: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Read the first part of a body, and return a generator of the whole."""
    first = [await anext(body, b"")]

    async def whole() -> AsyncGenerator[bytes, None]:
        async with aclosing(body):
            # Popped rather than named, so that the part is freed once it has been sent.
            yield first.pop()
            async for part in body:
                yield part

    return whole()


class _ResultResponse(StreamingResponse):
    """Closes its body as soon as the client disconnects, and never ends an incomplete one."""

    def __init__(
        self, body: AsyncGenerator[bytes, None], status: int, headers: Mapping[str, str]
    ) -> None:
        super().__init__(body, status, headers)
        self._body = body

    async def stream_response(self, send: Send) -> None:
        """Send the body and close it."""
        async with aclosing(self._body):
            try:
                await super().stream_response(send)
            except DataHistError as error:
                # Without the last message the server drops the connection.
                current_request().problem = problem_kind(error).slug
                _log.error("a result broke off: %s", error.detail)


@dataclass(frozen=True)
class _Span:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int
    is_partial: bool


def _requested_span(version: ObjectVersion, wanted: str | None, condition: str | None) -> _Span:
    """Resolve `Range` and `If-Range` (RFC 9110, 14).

    The whole object answers a range that is malformed, has several parts, or is conditional on
    another version.

    Raises:
        RangeNotSatisfiable: The range begins past the end.
    """
    whole = _Span(0, version.object_bytes, is_partial=False)
    match = _SINGLE_RANGE.fullmatch(wanted or "")
    if match is None or (condition is not None and condition.strip() != version.etag):
        return whole
    first, last = match.groups()
    if not first and not last:
        return whole
    if first and last and int(last) < int(first):
        return whole
    return _satisfiable_span(version.object_bytes, first, last)


def _satisfiable_span(size: int, first: str, last: str) -> _Span:
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        raise RangeNotSatisfiable(f"The result has {size} bytes.", object_bytes=size)
    return _Span(start, end, is_partial=True)


def _weighted_items(header: str) -> dict[str, float]:
    """Parse a header such as `Accept` into its items and their weights (RFC 9110, 12.4.2)."""
    items: dict[str, float] = {}
    for item in header.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            items[name] = _weight(parameters)
    return items


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(media_type: str, ranges: dict[str, float]) -> float:
    """Return the weight of the most specific media range that matches."""
    kind = media_type.partition("/")[0]
    for candidate in (media_type, f"{kind}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
