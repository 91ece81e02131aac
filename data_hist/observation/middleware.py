"""Each request seen from outside: its ids, its line in the log, its numbers.

All is told when the answer has ended, which for a whole result may be long after it began.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_hist.observation import metrics
from data_hist.observation.logs import write_request_line
from data_hist.observation.request_record import CURRENT, RequestRecord, current_request
from data_hist.observation.routes import Routes
from data_hist.observation.trace_context import TRACEPARENT, TraceContext, trace_context
from data_hist.problems import INTERNAL

_REQUEST_ID = b"x-request-id"
_WELL_FORMED_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class ObservationMiddleware:
    """Takes the request's id from its header or makes one, and tells how the request went.

    Args:
        app: What is observed.
        routes: Names for paths.
        trace_of: Finds the trace of a request from the values of its `traceparent`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Routes,
        trace_of: Callable[[Sequence[bytes]], TraceContext | None] = trace_context,
    ) -> None:
        self._app = app
        self._routes = routes
        self._trace_of = trace_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, observed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        # Servers may leave it out; the tenant is kept there.
        scope.setdefault("state", {})
        record = self._record_of(scope["headers"])
        answer = _Answer(record.request_id, send)
        # Never reset: the server's own lines about the request follow, in a task of its own.
        CURRENT.set(record)
        metrics.request_begun()
        try:
            await self._app(scope, receive, answer.send)
        except BaseException:
            record.problem = INTERNAL.slug
            raise
        finally:
            route = self._routes.route_of(scope["path"])
            _tell(scope["method"], route, record, answer, time.perf_counter() - begun)

    def _record_of(self, headers: Sequence[tuple[bytes, bytes]]) -> RequestRecord:
        given = b""
        traceparents = []
        for name, value in headers:
            if name == _REQUEST_ID:
                given = value
            elif name == TRACEPARENT:
                traceparents.append(value)
        request_id = given.decode() if _WELL_FORMED_ID.fullmatch(given) else secrets.token_hex(16)
        return RequestRecord(request_id, self._trace_of(traceparents))


class _Answer:
    """Puts the request's id on an answer on its way, and keeps account of it."""

    def __init__(self, request_id: str, send: Send) -> None:
        self._request_id = request_id.encode()
        self._send = send
        self.status = INTERNAL.status
        self.sent_bytes = 0
        self.is_whole = False

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (_REQUEST_ID, self._request_id)]
        await self._send(message)
        if message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)


def _tell(method: str, route: str, record: RequestRecord, answer: _Answer, seconds: float) -> None:
    cut_off = "broken" if record.problem else "client_left"
    completion = "whole" if answer.is_whole and not record.caller_left else cut_off
    metrics.request_ended(
        method, route, answer.status, seconds - record.waited_seconds, record.problem
    )
    if record.stream_format:
        metrics.stream_ended(record.stream_format, completion, answer.sent_bytes)
    fields: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": answer.status,
        "completion": completion,
        "duration_ms": round(seconds * 1000, 1),
        "sent_bytes": answer.sent_bytes,
    }
    if record.waited_seconds:
        fields["waited_ms"] = round(record.waited_seconds * 1000, 1)
    if record.trace is not None and record.trace.parent_span_id is not None:
        fields["parent_span_id"] = record.trace.parent_span_id
    for name in ("tenant", "query_id", "problem"):
        value = getattr(record, name)
        if value is not None:
            fields[name] = value
    write_request_line(fields)


@contextmanager
def waiting() -> Iterator[None]:
    """Account for the time in which a request only waits for its query to end."""
    begun = time.perf_counter()
    try:
        with metrics.one_waiter():
            yield
    finally:
        current_request().waited_seconds += time.perf_counter() - begun
