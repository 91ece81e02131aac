"""How much a worker takes on: a request too many is refused at once, before it costs anything.

What counts is work. A caller who waits for a query to end holds almost nothing, and the reader of a
stream sets its pace; of both there may be many, up to a bound on everything that is open.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_hist.errors import DataHistError, Overloaded, ShuttingDown
from data_hist.observation.request_record import current_request
from data_hist.problems import MEDIA_TYPE, problem_document, problem_kind
from data_hist.wire_json import dumps

MOST_OPEN = 16_384
"""Requests of any kind, each of which holds a socket."""

# What a load balancer and a monitor ask has to be answered above all when there is much to do.
_NEVER_REFUSED = frozenset({"/healthz", "/readyz", "/metrics"})
_RETRY_SECONDS = 1


class Load:
    """The requests that a worker has in hand; all on the event loop.

    Args:
        most_at_work: How many may be worked on at once.
        most_open: How many there may be, at work or not.
    """

    def __init__(self, most_at_work: int, most_open: int = MOST_OPEN) -> None:
        self.at_work = 0
        self.open = 0
        self._most_at_work = most_at_work
        self._most_open = most_open

    @property
    def is_full(self) -> bool:
        """Whether one request more would be too many."""
        return self.at_work >= self._most_at_work or self.open >= self._most_open

    def begin_work(self) -> None:
        """Count a request that is worked on from now on.

        Raises:
            Overloaded: As many are already; others may have begun while its body came.
        """
        if self.at_work >= self._most_at_work:
            raise _overloaded()
        self.at_work += 1

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Make room for others while a request that is at work waits."""
        self.at_work -= 1
        try:
            yield
        finally:
            # It was let in, so that it goes on even where others have taken its place.
            self.at_work += 1


class LoadMiddleware:
    """Refuses what is too much, and answers whom the server breaks off when it stops."""

    def __init__(self, app: ASGIApp, load: Load) -> None:
        self._app = app
        self._load = load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request if there is room for it."""
        if scope["type"] != "http" or scope["path"] in _NEVER_REFUSED:
            await self._app(scope, receive, send)
            return
        if self._load.is_full:
            await _problem(_overloaded())(scope, receive, send)
            return
        request = _OpenRequest(self._load, receive, send)
        try:
            if scope["method"] != "POST":
                await request.begin_work()
            await self._app(scope, request.receive, request.send)
        except asyncio.CancelledError:
            if request.is_answered:
                raise
            await _problem(_broken_off())(scope, receive, send)
        finally:
            request.close()


class _OpenRequest:
    """At work from the end of its body, which the client may send slowly, to its first answer."""

    def __init__(self, load: Load, receive: Receive, send: Send) -> None:
        self._load = load
        self._receive = receive
        self._send = send
        self._is_at_work = False
        self.is_answered = False
        load.open += 1

    async def receive(self) -> Message:
        message = await self._receive()
        is_whole = message["type"] == "http.request" and not message.get("more_body", False)
        if is_whole and not self._is_at_work and not self.is_answered:
            await self.begin_work()
        return message

    async def send(self, message: Message) -> None:
        self.is_answered = True
        self._end_work()
        await self._send(message)

    async def begin_work(self) -> None:
        self._load.begin_work()
        self._is_at_work = True
        # Whoever came at the same time is counted, or refused, before any of the work is done.
        await asyncio.sleep(0)

    def close(self) -> None:
        self._end_work()
        self._load.open -= 1

    def _end_work(self) -> None:
        if self._is_at_work:
            self._is_at_work = False
            self._load.at_work -= 1


def _overloaded() -> Overloaded:
    return Overloaded(
        "The service has as much to do as it can.", retry_after_seconds=_RETRY_SECONDS
    )


def _broken_off() -> ShuttingDown:
    return ShuttingDown(
        "The service stops before this could be answered.", retry_after_seconds=_RETRY_SECONDS
    )


def _problem(error: DataHistError) -> Response:
    slug, status, _ = problem_kind(error)
    current_request().problem = slug
    return Response(
        dumps(problem_document(error)),
        status,
        {"Retry-After": str(error.retry_after_seconds)},
        MEDIA_TYPE,
    )
