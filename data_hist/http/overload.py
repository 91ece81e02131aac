"""Letting requests in, at the socket, before anything is made of them.

The application hands its `OverloadControl` to the server in the lifespan's state, so that neither
needs a global; the server hands each request's `Slot` to the application in the request's state.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_hist.errors import DataHistError, Overloaded, ShuttingDown
from data_hist.http.concurrency_limit import ConcurrencyLimiter, Slot
from data_hist.http.path_prefix import path_prefix
from data_hist.http.problems import MEDIA_TYPE, problem_document, problem_kind
from data_hist.observability.request_context import RawHeaders, current_request
from data_hist.strict_json import dumps

OVERLOAD_KEY = "admission"
"""Under which the application hands its `OverloadControl` to the server."""

SLOT_KEY = "place"
"""Under which a request's `Slot` stands in its state."""

Observe = Callable[[str, str, RawHeaders, Overloaded, int], str]
WaitSeconds = Callable[[str, str, bytes, RawHeaders], int]

# What a load balancer and a monitor ask has to be answered above all when there is much to do.
_NEVER_REFUSED = frozenset({"/healthz", "/readyz", "/metrics"})
_RETRY_SECONDS = 1


class OverloadControl:
    """Decides who is let in.

    Args:
        load: What the worker has in hand.
        observe_refusal: Tells of a request that was refused at the socket, by its method, path and
            headers, the error and the bytes of the answer, and gives the id of the request.
        wait_seconds: How long a long poll waits for its query, and so for its turn as well, by its
            method, path, query and headers; 0 for any other request.
    """

    def __init__(
        self, load: ConcurrencyLimiter, observe_refusal: Observe, wait_seconds: WaitSeconds
    ) -> None:
        self._load = load
        self._wait_seconds = wait_seconds
        self.observe_refusal = observe_refusal

    def admit(self, method: str, path: str, query: bytes, headers: RawHeaders) -> Slot | None:
        """Give a request a place; None where it needs none.

        Raises:
            Overloaded: It is one too many.
        """
        # A preflight is answered at once, and a page cannot read why one was refused.
        if path in _NEVER_REFUSED or method == "OPTIONS":
            return None
        return self._load.place(
            patience_seconds=self._wait_seconds(method, path, query, headers),
            # The rest of a body may be long in coming.
            is_whole=method != "POST",
        )


class OverloadMiddleware:
    """Keeps a request's place, and answers whom the server breaks off when it stops."""

    def __init__(self, app: ASGIApp, admission: OverloadControl) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request if there is room for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            # The server has not looked at one that came before the answer to the one before it.
            place = scope["state"].get(SLOT_KEY) or self._admission.admit(
                scope["method"], scope["path"], scope["query_string"], scope["headers"]
            )
            if place is None:
                await self._app(scope, receive, send)
                return
            scope["state"][SLOT_KEY] = place
            await self._serve(place, scope, receive, send)
        except Overloaded as error:
            await _problem(error, scope)(scope, receive, send)

    async def _serve(self, place: Slot, scope: Scope, receive: Receive, send: Send) -> None:
        is_answered = False

        async def answer(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            place.end_work()
            await send(message)

        try:
            if scope["method"] != "POST":
                await begin_work(scope)
            await self._app(scope, receive, answer)
        except asyncio.CancelledError:
            if is_answered:
                raise
            await _problem(_broken_off(), scope)(scope, receive, send)
        finally:
            place.close()


async def begin_work(scope: Scope) -> None:
    """Take a place at work for a request that is whole; the time in line is time that it waits.

    Raises:
        Overloaded: None becomes free in time.
    """
    place: Slot | None = scope["state"].get(SLOT_KEY)
    if place is None:
        return
    # The wait that is left is measured by the loop's clock as well.
    now = asyncio.get_running_loop().time
    begun = now()
    await place.begin_work()
    if place.is_patient:
        current_request().waited_seconds += now() - begun


def _broken_off() -> ShuttingDown:
    return ShuttingDown(
        "The service stops before this could be answered.", retry_after_seconds=_RETRY_SECONDS
    )


def _problem(error: DataHistError, scope: Scope) -> Response:
    slug, status, _ = problem_kind(error)
    current_request().problem = slug
    return Response(
        dumps(problem_document(error, path_prefix(scope["headers"]))),
        status,
        {"Retry-After": str(error.retry_after_seconds)},
        MEDIA_TYPE,
    )
