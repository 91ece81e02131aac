"""CORS: let pages of configured origins call the API from a browser.

The server adds the headers too when it refuses a request at the socket: without them a page cannot
read why, nor when to try again.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from data_hist.observability.request_context import RawHeaders

CROSS_ORIGIN_KEY = "cross_origin"
"""Under which the application hands its `CrossOrigin` to the server, in the lifespan's state."""

_METHODS = ("GET", "HEAD", "POST", "DELETE")
_REQUEST_HEADERS = (
    *("Authorization", "Idempotency-Key", "If-None-Match", "If-Range", "Prefer", "Range"),
    *("X-Request-Id", "traceparent"),
)
_RESPONSE_HEADERS = (
    *("Content-Disposition", "Content-Range", "ETag", "Location", "Preference-Applied"),
    *("Retry-After", "X-Request-Id"),
)
_PREFLIGHT_SECONDS = 7200


class CrossOrigin:
    """The origins that are allowed, and what their pages may send and read.

    Args:
        origins: As browsers spell them.
        tenant_header: The header in which a caller names its tenant.
    """

    def __init__(self, origins: Collection[str], tenant_header: str) -> None:
        self._origins = frozenset(origins)
        self._request_headers = (*_REQUEST_HEADERS, tenant_header)

    def allows(self, origin: str | None) -> bool:
        """Whether pages of an origin may call."""
        return origin in self._origins

    def middleware(self, app: ASGIApp) -> CORSMiddleware:
        """Starlette's middleware for these; no credentials that a browser adds by itself."""
        return CORSMiddleware(
            app,
            allow_origins=self._origins,
            allow_methods=_METHODS,
            allow_headers=self._request_headers,
            expose_headers=_RESPONSE_HEADERS,
            max_age=_PREFLIGHT_SECONDS,
        )

    def headers_for(self, request_headers: RawHeaders) -> list[tuple[bytes, bytes]]:
        """What an answer needs that does not pass the middleware."""
        origin = next((value for name, value in request_headers if name == b"origin"), b"")
        if not self.allows(origin.decode("latin-1")):
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", ", ".join(_RESPONSE_HEADERS).encode()),
        ]


class CrossOriginMiddleware:
    """Answers preflights of allowed origins, and lets their pages read all answers.

    The preflight of any other origin is answered as it would be without this: with 405.
    """

    def __init__(self, app: ASGIApp, cross_origin: CrossOrigin) -> None:
        self._app = app
        self._cross_origin = cross_origin
        self._allowed = cross_origin.middleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        is_strange = (
            scope["type"] == "http"
            and scope["method"] == "OPTIONS"
            and not self._cross_origin.allows(Headers(scope=scope).get("origin"))
        )
        await (self._app if is_strange else self._allowed)(scope, receive, send)
