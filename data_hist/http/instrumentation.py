"""Each request seen from outside: its ids, its line in the log, its numbers.

All is told when the answer has ended, which for a whole result may be long after it began.
"""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_hist.errors import DataHistError
from data_hist.http.problems import INTERNAL, problem_kind
from data_hist.http.routes import Routes
from data_hist.observability import metrics
from data_hist.observability.request_context import (
    CURRENT,
    TRACEPARENT,
    RawHeaders,
    RequestContext,
    RequestLog,
    TraceContext,
)

_REQUEST_ID = b"x-request-id"
_WELL_FORMED_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Observer:
    """Knows a request by its headers, and tells how it went.

    Args:
        routes: Names for paths.
        trace_of: Finds the trace of a request from the values of its `traceparent`.
        log: Takes the line of each request; standard error by default.
    """

    def __init__(
        self,
        routes: Routes,
        trace_of: Callable[[Sequence[bytes]], TraceContext | None],
        log: RequestLog | None = None,
    ) -> None:
        self._log = log or RequestLog()
        self._routes = routes
        self._trace_of = trace_of

    def record_of(self, headers: RawHeaders) -> RequestContext:
        """What is known of a request before it is served: its id, taken or made, and its trace."""
        given = b""
        traceparents = []
        for name, value in headers:
            if name == _REQUEST_ID:
                given = value
            elif name == TRACEPARENT:
                traceparents.append(value)
        request_id = given.decode() if _WELL_FORMED_ID.fullmatch(given) else secrets.token_hex(16)
        return RequestContext(request_id, self._trace_of(traceparents))

    def tell(
        self, method: str, path: str, record: RequestContext, answer: "Answer", seconds: float
    ) -> None:
        """Write the line of the request whose context this is, and count it."""
        route = self._routes.route_of(path)
        completion = _completion(record, answer)
        # Both are measured by clocks of their own, so that the difference may be below zero.
        worked_seconds = max(seconds - record.waited_seconds, 0.0)
        metrics.request_ended(method, route, answer.status, worked_seconds, record.problem)
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
        self._log.write(fields)

    def refused(
        self, method: str, path: str, headers: RawHeaders, error: DataHistError, sent_bytes: int
    ) -> str:
        """Tell of a request that was refused as it came, and give its id."""
        record = self.record_of(headers)
        slug, status, _ = problem_kind(error)
        record.problem = slug
        answer = Answer(status, sent_bytes, is_whole=True)
        # The connection's own context must not name this request to those that follow.
        of_request = Context()
        of_request.run(CURRENT.set, record)
        of_request.run(self.tell, method, path, record, answer, 0.0)
        return record.request_id


class ObservationMiddleware:
    """Has each request observed from outside."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, observed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        # Servers may leave it out; the tenant is kept there.
        scope.setdefault("state", {})
        record = self._observer.record_of(scope["headers"])
        answer = Answer()
        request_id = record.request_id.encode()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (_REQUEST_ID, request_id)]
            await send(message)
            answer.take(message)

        # Never reset: the server's own lines about the request follow, in a task of its own.
        CURRENT.set(record)
        try:
            with metrics.one_request():
                await self._app(scope, receive, observed)
        except BaseException:
            record.problem = INTERNAL.slug
            raise
        finally:
            seconds = time.perf_counter() - begun
            self._observer.tell(scope["method"], scope["path"], record, answer, seconds)


@dataclass(slots=True)
class Answer:
    """What has been sent of the answer to a request."""

    status: int = INTERNAL.status
    sent_bytes: int = 0
    is_whole: bool = False

    def take(self, message: Message) -> None:
        """Take account of a part that was sent."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)


def _completion(record: RequestContext, answer: Answer) -> str:
    if answer.is_whole and not record.caller_left:
        return "whole"
    return "broken" if record.problem else "client_left"
