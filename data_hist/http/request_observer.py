"""Give each request its ids, and log and count it once its response has ended.

The end of a streamed result may come long after its beginning.
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
_USABLE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestObserver:
    """Begins the context of each request from its headers, and logs and counts its end.

    Args:
        routes: Names the routes of paths.
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

    def begin(self, headers: RawHeaders) -> RequestContext:
        """Create the context of a request, with a new id unless its headers have a usable one."""
        given = b""
        traceparents = []
        for name, value in headers:
            if name == _REQUEST_ID:
                given = value
            elif name == TRACEPARENT:
                traceparents.append(value)
        request_id = given.decode() if _USABLE_ID.fullmatch(given) else secrets.token_hex(16)
        return RequestContext(request_id, self._trace_of(traceparents))

    def end(
        self,
        method: str,
        path: str,
        context: RequestContext,
        response: "SentResponse",
        seconds: float,
    ) -> None:
        """Log and count a request; its context is the current one."""
        route = self._routes.route_of(path)
        completion = _completion(context, response)
        # Different clocks measure the two, so that the difference may be negative.
        busy_seconds = max(seconds - context.waited_seconds, 0.0)
        metrics.request_ended(method, route, response.status, busy_seconds, context.problem)
        if context.stream_format:
            metrics.stream_ended(context.stream_format, completion, response.sent_bytes)
        fields: dict[str, Any] = {
            "method": method,
            "route": route,
            "status": response.status,
            "completion": completion,
            "duration_ms": round(seconds * 1000, 1),
            "sent_bytes": response.sent_bytes,
        }
        if context.waited_seconds:
            fields["waited_ms"] = round(context.waited_seconds * 1000, 1)
        if context.trace is not None and context.trace.parent_span_id is not None:
            fields["parent_span_id"] = context.trace.parent_span_id
        for name in ("tenant", "query_id", "problem"):
            value = getattr(context, name)
            if value is not None:
                fields[name] = value
        self._log.write(fields)

    def record_refusal(
        self, method: str, path: str, headers: RawHeaders, error: DataHistError, sent_bytes: int
    ) -> str:
        """Log and count a request that was refused at the socket, and return its id."""
        context = self.begin(headers)
        slug, status, _ = problem_kind(error)
        context.problem = slug
        response = SentResponse(status, sent_bytes, is_complete=True)
        # In the connection's own context, later requests would carry the ids of this one.
        isolated = Context()
        isolated.run(CURRENT.set, context)
        isolated.run(self.end, method, path, context, response, 0.0)
        return context.request_id


class InstrumentationMiddleware:
    """Observes each request from before the first other middleware to after the last."""

    def __init__(self, app: ASGIApp, observer: RequestObserver) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and observe it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        # Servers may leave the state out.
        scope.setdefault("state", {})
        context = self._observer.begin(scope["headers"])
        response = SentResponse()
        request_id = context.request_id.encode()

        async def send_and_observe(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (_REQUEST_ID, request_id)]
            await send(message)
            response.add(message)

        # Never reset: the server logs about the request afterwards, in a task of its own.
        CURRENT.set(context)
        try:
            with metrics.one_request():
                await self._app(scope, receive, send_and_observe)
        except BaseException:
            context.problem = INTERNAL.slug
            raise
        finally:
            seconds = time.perf_counter() - begun
            self._observer.end(scope["method"], scope["path"], context, response, seconds)


@dataclass(slots=True)
class SentResponse:
    """What has been sent of a response."""

    status: int = INTERNAL.status
    sent_bytes: int = 0
    is_complete: bool = False

    def add(self, message: Message) -> None:
        """Add an ASGI message that was sent."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
            self.is_complete = not message.get("more_body", False)


def _completion(context: RequestContext, response: SentResponse) -> str:
    if response.is_complete and not context.client_disconnected:
        return "whole"
    return "broken" if context.problem else "client_left"
