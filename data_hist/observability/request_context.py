"""The context of the request being served: what its log line and its metrics say about it.

Code that learns something about the request writes it to `current_request()`. It must never hold
SQL, rows, tokens, credentials or S3 paths.
"""

import contextlib
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from data_hist.json_documents import dumps

if TYPE_CHECKING:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_T = TypeVar("_T")

RawHeaders = Sequence[tuple[bytes, bytes]]
"""Headers as in an ASGI scope: lower-case names and values."""

TRACEPARENT = b"traceparent"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A trace, this request's span in it, and the caller's span; all in lower-case hex."""

    trace_id: str
    span_id: str
    parent_span_id: str | None = None


@dataclass(slots=True)
class RequestContext:
    """A request.

    `problem` is the slug of the problem that it was answered with, or that broke off its response.
    `waited_seconds` is how long it waited for a query to end, or for a slot in which to do so.
    `stream_format` is the format of a streamed result.
    """

    request_id: str
    trace: TraceContext | None = None
    tenant: int | None = None
    query_id: str | None = None
    problem: str | None = None
    waited_seconds: float = 0.0
    stream_format: str | None = None
    client_disconnected: bool = False


CURRENT: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current_request() -> RequestContext:
    """Return the context of the request being served; outside of any, one that is discarded."""
    return CURRENT.get() or RequestContext("")


class ContextThreadPoolExecutor(ThreadPoolExecutor):
    """Runs each call in the context of its caller, which an event loop does not pass on."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Submit a call, as the base class does."""
        return super().submit(copy_context().run, fn, *args, **kwargs)


def parse_traceparent(values: Sequence[bytes]) -> TraceContext | None:
    """Begin a span in the trace that a request's `traceparent` header names.

    Returns None if the header is missing, malformed or repeated, as W3C Trace Context demands.
    """
    if len(values) != 1:
        return None
    value = values[0].decode("latin-1")
    # The propagator would accept a line feed at the end.
    if not value.isprintable():
        return None
    from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

    context = _propagator().extract({TRACEPARENT.decode(): value})
    parent = get_current_span(context).get_span_context()
    if not parent.is_valid:
        return None
    return TraceContext(
        format_trace_id(parent.trace_id), secrets.token_hex(8), format_span_id(parent.span_id)
    )


@cache
def _propagator() -> "TraceContextTextMapPropagator":
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator()


def request_fields() -> dict[str, Any]:
    """Return the ids that every log line about the current request carries."""
    request = CURRENT.get()
    if request is None:
        return {}
    if request.trace is None:
        return {"request_id": request.request_id}
    return {
        "request_id": request.request_id,
        "trace_id": request.trace.trace_id,
        "span_id": request.trace.span_id,
    }


class RequestLog:
    """Writes a line about each request: a JSON object, or text on a terminal.

    It bypasses `logging`, which takes several times as long as everything else that it does.

    Args:
        stream: Standard error by default.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def write(self, fields: dict[str, Any]) -> None:
        """Write the line of the current request."""
        stream = self._stream or sys.stderr
        known = request_fields() | fields
        line = (
            f"request{render_text(known)}"
            if stream.isatty()
            else render_json(time.time(), "INFO", "data_hist.requests", "request", known)
        )
        # Like `logging`: a line that cannot be written does not fail the request.
        with contextlib.suppress(OSError, ValueError):
            stream.write(line + "\n")


def render_json(
    seconds: float, level: str, logger: str, message: str, fields: dict[str, Any]
) -> str:
    """Render a log line as a JSON object; `seconds` is its time since 1970."""
    second, milliseconds = divmod(int(seconds * 1000), 1000)
    written = f"{_render_second(second)}.{milliseconds:03}Z"
    line = {"time": written, "level": level, "logger": logger, "message": message}
    return dumps(line | fields).decode()


@lru_cache(1)
def _render_second(second: int) -> str:
    """Render a second since 1970 in UTC; most log lines share it with the line before."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def render_text(fields: dict[str, Any]) -> str:
    """Render fields for a log line that a person reads."""
    return "".join(f" {name}={value}" for name, value in fields.items())
