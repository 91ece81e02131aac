"""Turn results and errors into HTTP responses: documents as JSON, errors as problems."""

import inspect
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from data_hist.errors import (
    DataHistError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    RangeNotSatisfiable,
    RequestTimeout,
    Unauthenticated,
)
from data_hist.http.disconnects import ClientDisconnected
from data_hist.http.nearest_route import nearest_route
from data_hist.http.path_prefix import path_prefix
from data_hist.http.problems import (
    INTERNAL,
    MEDIA_TYPE,
    internal_problem_document,
    problem_document,
    problem_kind,
)
from data_hist.http.routes import Routes
from data_hist.observability.request_context import current_request
from data_hist.strict_json import dumps

_log = logging.getLogger(__name__)

_TO_RETRY = frozenset({429, 503})
_RETRY_SECONDS = 2
_CALLER_GONE = 499
"""For the log only: nobody reads the answer."""

_CHALLENGE = 'Gateway realm="data_hist"'
"""RFC 9110 wants one on every 401; for Basic a browser would put its own dialog over Swagger UI."""


def as_json(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Write what a handler returns as JSON, without Connexion's guess at the media type.

    A response that the handler has made itself passes through.
    """

    @wraps(handler)
    async def wrapper(*args: Any, **kwargs: Any) -> Response:
        try:
            result = await handler(*args, **kwargs)
        except ClientDisconnected:
            current_request().caller_left = True
            return Response(status_code=_CALLER_GONE)
        if isinstance(result, Response):
            return result
        document, status, headers = result if isinstance(result, tuple) else (result, 200, {})
        return Response(dumps(document), status, headers, "application/json")

    # Connexion reads the parameters to pass from the signature.
    wrapper.__signature__ = inspect.signature(handler)  # type: ignore[attr-defined]
    return wrapper


async def problem_response(request: ConnexionRequest, error: DataHistError) -> ConnexionResponse:
    """The problem for an error of the service."""
    slug, status, _ = problem_kind(error)
    record = current_request()
    record.problem = slug
    record.query_id = record.query_id or error.query_id
    if status >= 500:
        _log.error(error.detail)
    headers: dict[str, str] = {}
    if error.retry_after_seconds or status in _TO_RETRY:
        headers["Retry-After"] = str(error.retry_after_seconds or _RETRY_SECONDS)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = _CHALLENGE
    if isinstance(error, RequestTimeout):
        # The rest of the body must not be taken for the next request, nor waited for.
        headers["Connection"] = "close"
    if isinstance(error, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.object_bytes}"
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    return _response(problem_document(error, _prefix(request)), status, headers)


async def http_problem_response(
    routes: Routes, request: ConnexionRequest, error: HTTPException
) -> ConnexionResponse:
    """What the framework refuses, in the service's own words."""
    path = request.scope["path"]
    if error.status_code == 404:
        translated: DataHistError = NotFound(_way_from(path, routes, _prefix(request)))
    elif error.status_code == 405:
        translated = MethodNotAllowed(allowed=routes.methods_of(path))
    elif error.status_code < 500:
        translated = InvalidRequest("The request cannot be read.")
    else:
        return await internal_response(request, error)
    return await problem_response(request, translated)


def _way_from(path: str, routes: Routes, prefix: str) -> str:
    nearest = nearest_route(path, routes.templates)
    if nearest is not None:
        return f"There is nothing at this path. Did you mean {prefix}{nearest}?"
    return f"There is nothing at this path; {prefix}/ leads to everything that is served."


async def internal_response(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """The problem for a fault of ours; what happened stands only in the log."""
    record = current_request()
    record.problem = INTERNAL.slug
    _log.error("the request failed", exc_info=error)
    document = internal_problem_document(record.request_id, _prefix(request))
    return _response(document, INTERNAL.status, {})


def _prefix(request: ConnexionRequest) -> str:
    return path_prefix(request.scope["headers"])


def _response(
    document: Mapping[str, Any], status: int, headers: dict[str, str]
) -> ConnexionResponse:
    return ConnexionResponse(
        status_code=status, body=dumps(document), headers=headers, mimetype=MEDIA_TYPE
    )
