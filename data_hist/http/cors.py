"""Cross-origin requests (CORS): let pages of configured origins call the API from a browser."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from data_hist.observability.request_context import RawHeaders

CROSS_ORIGIN_KEY = "cross_origin"
"""The key of the `CrossOrigin` in the lifespan's state, where the server finds it."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
_REQUEST_HEADERS = (
    *("Authorization", "Idempotency-Key", "If-Match", "If-None-Match", "If-Range", "Prefer"),
    *("Range", "X-Request-Id", "traceparent"),
)
_RESPONSE_HEADERS = (
    *("Content-Disposition", "Content-Range", "ETag", "Location", "Preference-Applied"),
    *("Retry-After", "X-Request-Id"),
)
_PREFLIGHT_SECONDS = 7200


class CrossOrigin:
    """The allowed origins, and the headers that their pages may send and read.

    Args:
        origins: The origins, as browsers spell them.
        tenant_header: The header that names the tenant.
    """

    def __init__(self, origins: Collection[str], tenant_header: str) -> None:
        self._origins = frozenset(origins)
        self._request_headers = (*_REQUEST_HEADERS, tenant_header)

    def allows(self, origin: str | None) -> bool:
        """Whether pages of an origin may call the API."""
        return origin in self._origins

    def middleware(self, app: ASGIApp) -> CORSMiddleware:
        """Wrap an application in Starlette's middleware, which allows no stored credentials."""
        return CORSMiddleware(
            app,
            allow_origins=self._origins,
            allow_methods=_METHODS,
            allow_headers=self._request_headers,
            expose_headers=_RESPONSE_HEADERS,
            max_age=_PREFLIGHT_SECONDS,
        )

    def headers_for(self, request_headers: RawHeaders) -> list[tuple[bytes, bytes]]:
        """Return the headers of a refusal at the socket, which does not pass the middleware.

        Without them a page could not read why it was refused, nor when to retry.
        """
        origin = next((value for name, value in request_headers if name == b"origin"), b"")
        if not self.allows(origin.decode("latin-1")):
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", ", ".join(_RESPONSE_HEADERS).encode()),
        ]


class CrossOriginMiddleware:
    """Answers preflights of allowed origins, and lets their pages read every response.

    A preflight of any other origin passes through, and gets a 405.
    """

    def __init__(self, app: ASGIApp, cross_origin: CrossOrigin) -> None:
        self._app = app
        self._cross_origin = cross_origin
        self._allowed = cross_origin.middleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        is_unknown_preflight = (
            scope["type"] == "http"
            and scope["method"] == "OPTIONS"
            and not self._cross_origin.allows(Headers(scope=scope).get("origin"))
        )
        await (self._app if is_unknown_preflight else self._allowed)(scope, receive, send)
