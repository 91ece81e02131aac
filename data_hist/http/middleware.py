"""ASGI middleware: reject what Connexion would let through, and serve the pages beside the API.

Connexion reads bodies of any size into memory, skips validation unless the media type is in lower
case, and redirects a path with a slash too many to wherever the Host header says.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_hist.errors import (
    DataHistError,
    InvalidRequest,
    MethodNotAllowed,
    Overloaded,
    QueryTooLarge,
    RequestTimeout,
    ShuttingDown,
    UnsupportedMediaType,
)
from data_hist.http.concurrency_limit import SLOT_KEY, OverloadControl, Slot
from data_hist.http.problems import MEDIA_TYPE, render_problem
from data_hist.http.routes import METHODS_WITH_BODY
from data_hist.observability.request_context import current_request

MAX_BODY_BYTES = 1_677_721
r"""1.6 MiB: JSON may need six bytes (`\u003c`) for one of the 262,144 bytes of a query."""

Page = Callable[[Request], Response]

_PAGE_METHODS = ("GET", "HEAD")
_JSON = re.compile(r'application/json(\s*;\s*charset\s*=\s*(utf-?8|"utf-?8"))?\s*', re.I | re.ASCII)
_RETRY_SECONDS = 1

_RawHeaders = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class RequestLimits:
    """How long the body of a request may be, and how long it may take to arrive."""

    body_bytes: int = MAX_BODY_BYTES
    body_seconds: float = 10


class OverloadMiddleware:
    """Holds a request's slot, and answers requests that the server cancels when it stops."""

    def __init__(self, app: ASGIApp, overload: OverloadControl) -> None:
        self._app = app
        self._overload = overload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request if there is room for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            # The server admits no request that arrives before the previous one is answered.
            slot = scope["state"].get(SLOT_KEY) or self._overload.admit(
                scope["method"], scope["path"], scope["query_string"], scope["headers"]
            )
            if slot is None:
                await self._app(scope, receive, send)
                return
            scope["state"][SLOT_KEY] = slot
            await self._serve(slot, scope, receive, send)
        except Overloaded as error:
            await _problem_response(error, scope)(scope, receive, send)

    async def _serve(self, slot: Slot, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_and_release(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            slot.release()
            await send(message)

        try:
            if scope["method"] not in METHODS_WITH_BODY:
                await _acquire_slot(scope)
            await self._app(scope, receive, send_and_release)
        except asyncio.CancelledError:
            if has_begun:
                raise
            error = ShuttingDown(
                "This instance is stopping and cannot finish the request; send it again.",
                retry_after_seconds=_RETRY_SECONDS,
            )
            await _problem_response(error, scope)(scope, receive, send)
        finally:
            slot.close()


class PathMiddleware:
    """Serves pages by their exact paths, and allows no second spelling of any other path."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, Page]) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page, or pass the request on.

        Raises:
            MethodNotAllowed: The method is not one for pages.
            HTTPException: The path ends with a slash.
        """
        if scope["type"] == "http":
            page = self._pages.get(scope["path"])
            if page is not None:
                if scope["method"] not in _PAGE_METHODS:
                    raise MethodNotAllowed(allowed=_PAGE_METHODS)
                await page(Request(scope))(scope, receive, send)
                return
            if scope["path"].endswith("/"):
                raise HTTPException(404)
        await self._app(scope, receive, send)


class BodyMiddleware:
    """Accepts only JSON in UTF-8 of a bounded size, and normalises its headers for Connexion.

    It stands behind the router, so that an unknown path or method is reported whatever the body.
    """

    def __init__(self, app: ASGIApp, limits: RequestLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its whole body.

        Raises:
            RequestError: The body is missing, late, too long or not JSON.
            Overloaded: There is no slot for the request once its body is there.
        """
        if scope["type"] == "http":
            if _takes_body(scope):
                headers = Headers(scope=scope)
                _check_media_type(headers)
                body = await _read_body(headers, receive, self._limits)
                await _acquire_slot(scope)
                scope = dict(scope, headers=list(_normalised(scope["headers"], len(body))))
                receive = _Replay(body, receive)
            else:
                scope = dict(scope, headers=list(_without_media_type(scope["headers"])))
        await self._app(scope, receive, send)


class _Replay:
    """Receives a body that has already been read, then whatever else the client sends."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _acquire_slot(scope: Scope) -> None:
    """Wait for the slot of a complete request; a long poll has waited for that time.

    Raises:
        Overloaded: No slot became free in time.
    """
    slot: Slot | None = scope["state"].get(SLOT_KEY)
    if slot is None:
        return
    # The same clock measures the rest of the wait.
    now = asyncio.get_running_loop().time
    begun = now()
    await slot.acquire()
    if slot.is_for_long_poll:
        current_request().waited_seconds += now() - begun


def _problem_response(error: DataHistError, scope: Scope) -> Response:
    problem = render_problem(error, scope["headers"])
    current_request().problem = problem.kind.slug
    return Response(problem.body, problem.kind.status, problem.headers, MEDIA_TYPE)


def _takes_body(scope: Scope) -> bool:
    """Whether the request was routed to an operation with a body, which its method tells."""
    operation_id = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
    return operation_id is not None and scope["method"] in METHODS_WITH_BODY


def _check_media_type(headers: Headers) -> None:
    declared = headers.getlist("content-type")
    if len(declared) != 1 or not _JSON.fullmatch(declared[0]):
        raise UnsupportedMediaType(
            "Send the body as JSON in UTF-8, with the header Content-Type: application/json."
        )
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without a Content-Encoding.")


async def _read_body(headers: Headers, receive: Receive, limits: RequestLimits) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.body_bytes:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            body = await _received(receive, limits)
    except TimeoutError:
        raise RequestTimeout(
            f"The body did not arrive within {limits.body_seconds:g} seconds."
        ) from None
    if not body:
        raise InvalidRequest("The request needs a body, a JSON object.")
    return body


async def _received(receive: Receive, limits: RequestLimits) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The connection ended before the body did.")
        body += message.get("body", b"")
        if len(body) > limits.body_bytes:
            raise _too_large(limits)
        more = message.get("more_body", False)
    return bytes(body)


def _without_media_type(headers: _RawHeaders) -> _RawHeaders:
    """Drop the media type where no body is taken: Connexion would read any declared form."""
    return (header for header in headers if header[0].lower() != b"content-type")


def _normalised(headers: _RawHeaders, length: int) -> Iterator[tuple[bytes, bytes]]:
    """Declare the media type in lower case, and a length, without which Connexion sees no body."""
    replaced = {b"content-type", b"content-length", b"transfer-encoding"}
    yield from (header for header in headers if header[0].lower() not in replaced)
    yield b"content-type", b"application/json"
    yield b"content-length", str(length).encode()


def _too_large(limits: RequestLimits) -> QueryTooLarge:
    return QueryTooLarge(f"The body is longer than the limit of {limits.body_bytes:,} bytes.")
