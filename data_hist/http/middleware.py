"""Middleware that rejects requests which Connexion would let through to the operations.

Connexion reads bodies of any size into memory, and skips validation if the media type is not in
lower case.
"""

import asyncio
import re
from collections.abc import Iterable

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_hist.errors import (
    InvalidRequest,
    QueryTooLarge,
    RequestTimeout,
    UnsupportedMediaType,
)
from data_hist.http.overload import begin_work

MAX_BODY_BYTES = 1_677_721
r"""1.6 MiB: JSON may need six bytes (`\u003c`) for one of the 262,144 bytes of a query."""

_BODY_SECONDS = 10

_JSON = re.compile(r'application/json(\s*;\s*charset\s*=\s*(utf-?8|"utf-?8"))?\s*', re.I | re.ASCII)

_RawHeaders = Iterable[tuple[bytes, bytes]]


class BodyMiddleware:
    """Lets only JSON in UTF-8 of a bounded size through, spelt as Connexion expects it.

    It stands behind the router, so that a wrong path or method is told as such, whatever the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body may be read; anything else is an error of the caller."""
        if scope["type"] == "http":
            if _takes_body(scope):
                headers = Headers(scope=scope)
                _check_media_type(headers)
                body = await _body_in_time(headers, receive)
                await begin_work(scope)
                scope = dict(scope, headers=list(_normalised(scope["headers"], len(body))))
                receive = _Replay(body, receive)
            else:
                scope = dict(scope, headers=list(_without_media_type(scope["headers"])))
        await self._app(scope, receive, send)


class ExactPathMiddleware:
    """Knows no second spelling of a path.

    The router would redirect a path with a slash too many, to wherever the Host header says.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request for a path as the contract has it."""
        path = scope.get("path", "")
        if path.endswith("/"):
            raise HTTPException(404)
        await self._app(scope, receive, send)


class _Replay:
    """Gives a body that was read once more, then whatever else the client sends."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _takes_body(scope: Scope) -> bool:
    """Whether the request has found its operation, and this is one with a body: each POST is."""
    operation_id = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
    return operation_id is not None and scope["method"] == "POST"


def _check_media_type(headers: Headers) -> None:
    declared = headers.getlist("content-type")
    if len(declared) != 1 or not _JSON.fullmatch(declared[0]):
        raise UnsupportedMediaType(
            "Send the body as JSON in UTF-8, with the header Content-Type: application/json."
        )
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without a Content-Encoding.")


async def _body_in_time(headers: Headers, receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await _whole_body(headers, receive)
    except TimeoutError:
        raise RequestTimeout(f"The body did not arrive within {_BODY_SECONDS} seconds.") from None
    if not body:
        raise InvalidRequest("The request needs a body, a JSON object.")
    return body


async def _whole_body(headers: Headers, receive: Receive) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The connection ended before the body did.")
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
        more = message.get("more_body", False)
    return bytes(body)


def _without_media_type(headers: _RawHeaders) -> _RawHeaders:
    """The same headers where no body is taken: Connexion would read any that says it is a form."""
    return (header for header in headers if header[0].lower() != b"content-type")


def _normalised(headers: _RawHeaders, length: int) -> _RawHeaders:
    """The same headers, with a length also for a chunked body, which Connexion takes for none."""
    replaced = {b"content-type", b"content-length", b"transfer-encoding"}
    yield from (header for header in headers if header[0].lower() not in replaced)
    yield b"content-type", b"application/json"
    yield b"content-length", str(length).encode()


def _too_large() -> QueryTooLarge:
    return QueryTooLarge(f"The body is longer than the limit of {MAX_BODY_BYTES:,} bytes.")
