"""HTTP as uvicorn speaks it, with bounds on what a client may do before it has made a request.

uvicorn itself lets a request's head arrive at any pace and in any size, and answers what is no HTTP
in plain text.
"""

import asyncio
import uuid
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from data_hist.errors import DataHistError, InvalidRequest, Overloaded, RequestTimeout
from data_hist.http.concurrency_limit import OVERLOAD_KEY, SLOT_KEY, OverloadControl
from data_hist.http.cors import CROSS_ORIGIN_KEY, CrossOrigin
from data_hist.http.problems import MEDIA_TYPE, Problem, render_problem
from data_hist.http.shutdown import SHUTDOWN_KEY
from data_hist.observability.request_context import RawHeaders

MAX_HEAD_BYTES = 65_536

_HEAD_SECONDS = 10.0
# A request that is on its way to a worker when it stops is still served.
_LAST_CALL_SECONDS = 1.0
# A stream waits for its reader, who has died or stopped reading if nothing is taken for so long.
_STALLED_SECONDS = 300.0
# Closed at once, a connection with unread bytes is reset, and the answer lost on its way.
_LINGER_SECONDS = 2.0
# A client that is gone has answered the first look by then.
_LEAVING_SECONDS = 0.5
_INTERIM_ANSWER = b"HTTP/1.1 100 Continue\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._is_in_head = False
        self._head_is_new = False
        self._is_over = False
        self._body_is_dropped = False
        self._head_deadline: asyncio.TimerHandle | None = None
        self._stall_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._head_arrived()
        self._client_reads()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Go on for a client that only has nothing more to say, and leave with any other.

        It looks the same as one that has closed its connection, until that one is sent something:
        of what it is sent first its system takes note, and the next piece finds it gone.
        """
        # Nothing may come before an answer to HTTP/1.0; TLS cannot be closed by half.
        is_asked = self.cycle is not None and self.cycle.scope["http_version"] != "1.0"
        if self._is_over or self.scheme == "https" or not (is_asked and self._owes_an_answer):
            return False
        self.cycle.keep_alive = False
        self._look_for_client()
        self.loop.call_later(_LEAVING_SECONDS, self._look_for_client)
        return True

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless it is too much or after the end."""
        if self._is_over:
            return
        self._head_is_new = False
        super().data_received(data)
        # What came before a new head in the same piece is not of it; the piece itself is bounded.
        if self._is_in_head and not self._head_is_new:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(_head_too_large())
        if self._is_idle:
            self._expect_head()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._is_in_head = self._head_is_new = True
        self._head_bytes = 0
        # One that follows in the same piece as a refused request finds the timer running.
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Serve a request whose head is whole, or refuse it before anything is made of it.

        It is the last one here, where the worker stops.
        """
        self._is_in_head = False
        self._head_arrived()
        if self._is_over:
            self._body_is_dropped = True
            return
        fault = self._fault_of_head()
        if fault is not None:
            self._refuse(fault)
            # Nothing that follows on this connection may be taken for a request.
            raise fault
        # One that came before its turn is looked at when it is served.
        overload: OverloadControl = self.app_state[OVERLOAD_KEY]
        try:
            slot = overload.admit(*self._request) if self._is_idle else None
        except Overloaded as error:
            self._turn_away(overload, error)
            return
        try:
            super().on_headers_complete()
        except BaseException:
            if slot is not None:
                slot.close()
            raise
        self.scope["state"][SLOT_KEY] = slot
        # No body is seen of a request for another protocol, so that it would be the next request.
        self._is_over = self.parser.should_upgrade()
        if self._is_stopping or self._is_over:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of a body, unless its request has been refused."""
        if not self._body_is_dropped:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the end of a request."""
        if not self._body_is_dropped:
            super().on_message_complete()
            return
        self._body_is_dropped = False
        if not self._is_over:
            self._head_arrived()
            self.on_response_complete()

    def on_response_complete(self) -> None:
        """Expect the rest of the next request where it has begun to arrive."""
        super().on_response_complete()
        if self._is_in_head and self._is_idle:
            self._unset_keepalive_if_required()
            self._expect_head()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(InvalidRequest("The request is not valid HTTP."))

    def shutdown(self) -> None:
        """Let a request end that is under way, or just arriving."""
        if self._is_idle:
            self.loop.call_later(_LAST_CALL_SECONDS, self._last_call)
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """Give a client who does not read some time."""
        self._stall_deadline = self.loop.call_later(_STALLED_SECONDS, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on with a client who reads again."""
        self._client_reads()
        super().resume_writing()

    def _client_reads(self) -> None:
        if self._stall_deadline is not None:
            self._stall_deadline.cancel()
            self._stall_deadline = None

    def _look_for_client(self) -> None:
        """Send what every client passes over, unless an answer is on its way."""
        if not (self.pipeline or self.cycle.response_started or self.transport.is_closing()):
            self.transport.write(_INTERIM_ANSWER)

    @property
    def _is_idle(self) -> bool:
        return not self.pipeline and (self.cycle is None or self.cycle.response_complete)

    @property
    def _is_stopping(self) -> bool:
        shutdown = self.app_state.get(SHUTDOWN_KEY)
        return shutdown is not None and shutdown.is_announced

    def _fault_of_head(self) -> DataHistError | None:
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        head_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if head_bytes > MAX_HEAD_BYTES:
            return _head_too_large()
        if version not in {"1.0", "1.1"}:
            return InvalidRequest("The request is not HTTP/1.1.")
        # RFC 9112, 3.2
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            return InvalidRequest("The request needs one Host header.")
        return None

    @property
    def _request(self) -> tuple[str, str, bytes, RawHeaders]:
        """Method, path, query and headers."""
        path, _, query = self.url.partition(b"?")
        return self.parser.get_method().decode(), path.decode("latin-1"), query, self.headers

    def _turn_away(self, overload: OverloadControl, error: Overloaded) -> None:
        """Refuse a request, and go on with the next one."""
        self._body_is_dropped = True
        if self.flow.write_paused:
            # Who asks on and on without reading the answers gets no more of them.
            self._is_over = True
            self.transport.abort()
            return
        method, path, _, headers = self._request
        problem = render_problem(error, self.headers)
        sent = b"" if method == "HEAD" else problem.body
        request_id = overload.record_refusal(method, path, headers, error, len(sent))
        is_last = self._is_last_request
        self.transport.write(self._answer_head(problem, request_id, is_last=is_last) + sent)
        if is_last:
            self._leave()

    @property
    def _is_last_request(self) -> bool:
        """Whether nothing follows on this connection."""
        keeps = self.parser.should_keep_alive() and self.parser.get_http_version() != "1.0"
        # Who expects to be told to go on will not send the body.
        return self._is_stopping or self.expect_100_continue or not keeps

    def _expect_head(self) -> None:
        if self._head_deadline is None and self.timeout_keep_alive_task is None:
            self._head_deadline = self.loop.call_later(_HEAD_SECONDS, self._head_overdue)

    def _head_arrived(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _head_overdue(self) -> None:
        self._head_deadline = None
        if self._is_in_head:
            self._refuse(
                RequestTimeout(f"The head did not arrive within {_HEAD_SECONDS:.0f} seconds.")
            )
        elif self._is_idle:
            self.transport.close()

    def _last_call(self) -> None:
        if self._is_idle and not self._is_in_head:
            self.transport.close()

    def _refuse(self, error: DataHistError) -> None:
        """Answer with a problem and go on with nothing; an answer on its way is left to end."""
        if self.transport.is_closing() or self._is_over:
            return
        self._is_over = True
        if self._body_is_dropped:
            # Its request has had its answer.
            self._leave()
            return
        if self._owes_an_answer:
            self.cycle.keep_alive = False
            return
        self._head_arrived()
        if not self._is_idle:
            # What is wrong is the body of this request, and this is its answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        problem = render_problem(error, self.headers or ())
        head = self._answer_head(problem, uuid.uuid4().hex, is_last=True)
        self.transport.write(head + problem.body)
        self._leave()

    def _leave(self) -> None:
        """Close once the last answer has been read."""
        self._is_over = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    @property
    def _owes_an_answer(self) -> bool:
        """Whether a request before what has just come is whole, or being answered."""
        if self._is_idle:
            return False
        return bool(self.pipeline) or self.cycle.response_started or not self.cycle.more_body

    def _answer_head(self, problem: Problem, request_id: str, *, is_last: bool) -> bytes:
        headers = [
            *self.server_state.default_headers,
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(problem.body)).encode()),
            (b"x-request-id", request_id.encode()),
        ]
        cross_origin: CrossOrigin | None = self.app_state.get(CROSS_ORIGIN_KEY)
        if cross_origin is not None:
            headers += cross_origin.headers_for(self.headers or ())
        of_problem = {name.lower(): value for name, value in problem.headers.items()}
        if is_last:
            of_problem["connection"] = "close"
        headers += [(name.encode(), value.encode()) for name, value in of_problem.items()]
        lines = b"".join([name + b": " + value + b"\r\n" for name, value in headers])
        return STATUS_LINE[problem.kind.status] + lines + b"\r\n"


def _head_too_large() -> InvalidRequest:
    return InvalidRequest(f"The head of the request has more than {MAX_HEAD_BYTES} bytes.")
