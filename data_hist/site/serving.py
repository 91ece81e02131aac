"""Serve pages and files by exact path, in front of the API, without a tenant."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from data_hist.errors import MethodNotAllowed

Resource = Callable[[Request], Response]

_METHODS = ("GET", "HEAD")


class SiteMiddleware:
    """Serves what has one of these paths; all else is the API's."""

    def __init__(self, app: ASGIApp, resources: Mapping[str, Resource]) -> None:
        self._app = app
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page, or hand the request on."""
        resource = self._resources.get(scope["path"]) if scope["type"] == "http" else None
        if resource is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in _METHODS:
            raise MethodNotAllowed(allowed=_METHODS)
        await resource(Request(scope))(scope, receive, send)


def redirect_to(location: str) -> Resource:
    """Leads to a place relative to the path, whatever prefix and host a proxy shows."""
    return lambda _request: RedirectResponse(location, 303)
