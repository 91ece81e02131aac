"""Send a result as an HTTP response; the body is complete or breaks off."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from starlette.responses import StreamingResponse
from starlette.types import Send

from data_hist.athena.model import Column
from data_hist.errors import DataHistError
from data_hist.http.byte_ranges import requested_span
from data_hist.http.problems import problem_kind
from data_hist.observability.request_context import current_request
from data_hist.results.encoding import transform_for
from data_hist.results.formats import ResultFormat, accepts_gzip
from data_hist.results.model import RowStyle
from data_hist.results.object_reader import ResultObject
from data_hist.results.pipeline import transformed

_log = logging.getLogger(__name__)

_VARY = "Accept, Accept-Encoding"


@dataclass(frozen=True)
class FinishedResult:
    """The result of one query; `row_threads` are where its rows may be worked on."""

    query_id: str
    columns: Sequence[Column]
    object: ResultObject
    row_threads: Executor


async def result_response(
    result: FinishedResult, fmt: ResultFormat, style: RowStyle, headers: Mapping[str, str]
) -> StreamingResponse:
    """Answer a request for a result, once its first bytes are there.

    What goes wrong before then is an error like any other; afterwards it breaks the response, so
    that nobody takes a part for the whole.

    Args:
        result: What to send.
        fmt: In which format.
        style: Of rows in JSON and NDJSON.
        headers: Of the request.

    Raises:
        InvalidRequest: Rows as objects, or Parquet, would lose a column, or a value has no form.
        RangeNotSatisfiable: The range begins past the end.
        EngineError, QueryExpired: The object cannot be read.
    """
    wants_range = fmt.name == "csv" and "range" in headers
    gzip = fmt.compressible and not wants_range and accepts_gzip(headers.get("accept-encoding"))
    if fmt.name == "csv" and not gzip:
        return await _object_response(result, fmt, headers)
    blocks = result.object.blocks(0, result.object.version.object_bytes, fmt.block_bytes)
    make = partial(transform_for, fmt, result.query_id, result.columns, style=style, gzip=gzip)
    body = await _begun(transformed(blocks, make, result.row_threads))
    encoding = {"Content-Encoding": "gzip"} if gzip else {}
    return _ResultResponse(body, 200, _common_headers(result, fmt) | encoding)


async def _object_response(
    result: FinishedResult, fmt: ResultFormat, headers: Mapping[str, str]
) -> StreamingResponse:
    """The bytes of the object, or those of them that are asked for."""
    version = result.object.version
    span = requested_span(version, headers.get("range"), headers.get("if-range"))
    described = _common_headers(result, fmt) | {
        "Accept-Ranges": "bytes",
        "Content-Length": str(span.end - span.start),
        "ETag": version.etag,
    }
    if span.is_partial:
        described["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{version.object_bytes}"
    body = await _begun(result.object.blocks(span.start, span.end, fmt.block_bytes))
    return _ResultResponse(body, 206 if span.is_partial else 200, described)


def _common_headers(result: FinishedResult, fmt: ResultFormat) -> dict[str, str]:
    return {
        "Content-Type": fmt.content_type,
        "Content-Disposition": f'attachment; filename="{result.query_id}.{fmt.name}"',
        "Vary": _VARY,
    }


async def _begun(body: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same body, of which the first bytes have been made."""
    begun = [await anext(body, b"")]

    async def whole() -> AsyncGenerator[bytes, None]:
        async with aclosing(body):
            # Not kept by a name, they go when they have been sent.
            yield begun.pop()
            async for part in body:
                yield part

    return whole()


class _ResultResponse(StreamingResponse):
    """Closes its body at once when the client goes away, and never ends one that is not whole."""

    def __init__(
        self, body: AsyncGenerator[bytes, None], status: int, headers: Mapping[str, str]
    ) -> None:
        super().__init__(body, status, headers)
        self._body = body

    async def stream_response(self, send: Send) -> None:
        """Send the body, and leave nothing of it behind."""
        async with aclosing(self._body):
            try:
                await super().stream_response(send)
            except DataHistError as error:
                # The last message has not been sent, for which the server drops the connection.
                current_request().problem = problem_kind(error).slug
                _log.error("a result broke off: %s", error.detail)
