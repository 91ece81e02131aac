"""HTTP/1.1 by uvicorn, with limits on what a client may do before it has sent a request.

uvicorn accepts a request head at any pace and of any size, and responds to malformed HTTP in plain
text.
"""

import asyncio
import uuid
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from data_hist.errors import DataHistError, InvalidRequest, Overloaded, RequestTimeout
from data_hist.http.concurrency_limit import OVERLOAD_KEY, SLOT_KEY, OverloadControl
from data_hist.http.cors import CROSS_ORIGIN_KEY
from data_hist.http.problems import Problem, render_problem
from data_hist.http.shutdown import SHUTDOWN_KEY
from data_hist.observability.request_context import RawHeaders
from data_hist.server.limits import DEFAULT_LIMITS, ConnectionLimits
from data_hist.server.raw_response import render_head

MAX_HEAD_BYTES = 65_536

_INTERIM_RESPONSE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection; the arguments are those of uvicorn, and its limits."""

    def __init__(
        self, *args: Any, limits: ConnectionLimits = DEFAULT_LIMITS.connection, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._head_bytes = 0
        self._is_in_head = False
        self._is_head_new = False
        self._is_finished = False
        self._discards_body = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        self._cancel_head_timer()
        self._cancel_stall_timer()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection of a client that has only shut down its sending side.

        A client that has closed the connection looks the same until something is sent to it: its
        system answers the first piece with a reset, and the next piece finds the client gone.
        """
        # Nothing may precede a response to HTTP/1.0, and TLS has no half-closed state.
        is_http_1_1 = self.cycle is not None and self.cycle.scope["http_version"] != "1.0"
        if self._is_finished or self.scheme == "https" or not (is_http_1_1 and self._owes_response):
            return False
        self.cycle.keep_alive = False
        self._probe_client()
        self.loop.call_later(self._limits.probe_seconds, self._probe_client)
        return True

    def data_received(self, data: bytes) -> None:
        """Parse data, unless the head is too large or the last request has arrived."""
        if self._is_finished:
            return
        self._is_head_new = False
        super().data_received(data)
        # A chunk in which a new head begins may hold the end of a body; its own size is bounded.
        if self._is_in_head and not self._is_head_new:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._close_with(_head_too_large())
        if self._is_idle:
            self._start_head_timer()

    def on_message_begin(self) -> None:
        """Begin to count the bytes of a head."""
        self._is_in_head = self._is_head_new = True
        self._head_bytes = 0
        # The timer runs already if a rejected request ended in the same chunk.
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Serve a request, or reject it before the application sees it."""
        self._is_in_head = False
        self._cancel_head_timer()
        if self._is_finished:
            self._discards_body = True
            return
        error = self._check_head()
        if error is not None:
            self._close_with(error)
            # Makes the parser stop: nothing that follows may be taken for a request.
            raise error
        # The middleware admits a pipelined request when its turn comes.
        overload: OverloadControl = self.app_state[OVERLOAD_KEY]
        try:
            slot = overload.admit(*self._request) if self._is_idle else None
        except Overloaded as overloaded:
            self._reject(overload, overloaded)
            return
        try:
            super().on_headers_complete()
        except BaseException:
            if slot is not None:
                slot.close()
            raise
        self.scope["state"][SLOT_KEY] = slot
        # The parser does not consume the body of an upgrade, which would look like a request.
        self._is_finished = self.parser.should_upgrade()
        if self._is_stopping or self._is_finished:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Pass on a part of a body, unless its request was rejected."""
        if not self._discards_body:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        if not self._discards_body:
            super().on_message_complete()
            return
        self._discards_body = False
        if not self._is_finished:
            self._cancel_head_timer()
            self.on_response_complete()

    def on_response_complete(self) -> None:
        """Wait for the rest of the next request if its head has begun to arrive."""
        super().on_response_complete()
        if self._is_in_head and self._is_idle:
            self._unset_keepalive_if_required()
            self._start_head_timer()

    def send_400_response(self, msg: str) -> None:
        """Respond to malformed HTTP."""
        self._close_with(InvalidRequest("The request is not valid HTTP."))

    def shutdown(self) -> None:
        """Close the connection once a request that is being served, or on its way, has ended."""
        if self._is_idle:
            self.loop.call_later(self._limits.last_request_seconds, self._close_if_unused)
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """Abort the connection if the client does not resume reading in time."""
        self._stall_timer = self.loop.call_later(
            self._limits.stalled_reader_seconds, self.transport.abort
        )
        super().pause_writing()

    def resume_writing(self) -> None:
        """Continue with a client that reads again."""
        self._cancel_stall_timer()
        super().resume_writing()

    def _cancel_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _probe_client(self) -> None:
        """Send an interim response, which every client ignores, unless a response has begun."""
        if not (self.pipeline or self.cycle.response_started or self.transport.is_closing()):
            self.transport.write(_INTERIM_RESPONSE)

    @property
    def _is_idle(self) -> bool:
        return not self.pipeline and (self.cycle is None or self.cycle.response_complete)

    @property
    def _is_stopping(self) -> bool:
        shutdown = self.app_state.get(SHUTDOWN_KEY)
        return shutdown is not None and shutdown.is_announced

    def _check_head(self) -> DataHistError | None:
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        head_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if head_bytes > MAX_HEAD_BYTES:
            return _head_too_large()
        if version not in {"1.0", "1.1"}:
            return InvalidRequest("The request is not HTTP/1.1.")
        # RFC 9112, section 3.2
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            return InvalidRequest("The request needs one Host header.")
        return None

    @property
    def _request(self) -> tuple[str, str, bytes, RawHeaders]:
        """Method, path, query and headers."""
        path, _, query = self.url.partition(b"?")
        return self.parser.get_method().decode(), path.decode("latin-1"), query, self.headers

    def _reject(self, overload: OverloadControl, error: Overloaded) -> None:
        """Respond to a request with a problem, and go on with the next one."""
        self._discards_body = True
        if self.flow.write_paused:
            # The client sends requests without reading the responses.
            self._is_finished = True
            self.transport.abort()
            return
        method, path, _, headers = self._request
        problem = render_problem(error, headers)
        body = b"" if method == "HEAD" else problem.body
        request_id = overload.record_refusal(method, path, headers, error, len(body))
        is_last = self._is_last_request
        self.transport.write(self._head_of(problem, request_id, is_last=is_last) + body)
        if is_last:
            self._finish()

    @property
    def _is_last_request(self) -> bool:
        keeps_alive = self.parser.should_keep_alive() and self.parser.get_http_version() != "1.0"
        # A client that expects 100 Continue does not send the body of a rejected request.
        return self._is_stopping or self.expect_100_continue or not keeps_alive

    def _start_head_timer(self) -> None:
        if self._head_timer is None and self.timeout_keep_alive_task is None:
            self._head_timer = self.loop.call_later(self._limits.head_seconds, self._end_head_time)

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_head_time(self) -> None:
        self._head_timer = None
        if self._is_in_head:
            seconds = f"{self._limits.head_seconds:.0f} seconds"
            self._close_with(RequestTimeout(f"The head did not arrive within {seconds}."))
        elif self._is_idle:
            self.transport.close()

    def _close_if_unused(self) -> None:
        if self._is_idle and not self._is_in_head:
            self.transport.close()

    def _close_with(self, error: DataHistError) -> None:
        """Respond with a problem and close; a response that is due to an earlier request ends."""
        if self.transport.is_closing() or self._is_finished:
            return
        self._is_finished = True
        if self._discards_body:
            # The request was rejected, and that was its response.
            self._finish()
            return
        if self._owes_response:
            self.cycle.keep_alive = False
            return
        self._cancel_head_timer()
        if not self._is_idle:
            # The error is in the body of the current request, and this is its response.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        problem = render_problem(error, self.headers or ())
        head = self._head_of(problem, uuid.uuid4().hex, is_last=True)
        self.transport.write(head + problem.body)
        self._finish()

    def _finish(self) -> None:
        """Close the connection once the client has read the last response."""
        self._is_finished = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(self._limits.linger_seconds, self.transport.close)

    @property
    def _owes_response(self) -> bool:
        """Whether an earlier request is complete, or its response has begun."""
        if self._is_idle:
            return False
        return bool(self.pipeline) or self.cycle.response_started or not self.cycle.more_body

    def _head_of(self, problem: Problem, request_id: str, *, is_last: bool) -> bytes:
        defaults = self.server_state.default_headers
        cross_origin = self.app_state.get(CROSS_ORIGIN_KEY)
        extra = cross_origin.headers_for(self.headers or ()) if cross_origin else []
        return render_head(problem, request_id, defaults, extra, is_last=is_last)


def _head_too_large() -> InvalidRequest:
    return InvalidRequest(f"The head of the request has more than {MAX_HEAD_BYTES} bytes.")
