"""Respond to errors: those of the service, those of the framework, bugs, and disconnects."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from starlette.exceptions import HTTPException

from data_hist.errors import DataHistError, InvalidRequest, MethodNotAllowed, NotFound
from data_hist.http.disconnects import ClientDisconnected
from data_hist.http.problems import MEDIA_TYPE, Problem, render_internal_problem, render_problem
from data_hist.http.routes import START_PATH, Routes, nearest_route, path_prefix
from data_hist.observability.request_context import current_request

_log = logging.getLogger(__name__)

_CLIENT_CLOSED_REQUEST = 499

ErrorHandler = Callable[[ConnexionRequest, Any], Awaitable[ConnexionResponse]]


def error_handlers(routes: Routes) -> Mapping[type[Exception], ErrorHandler]:
    """Return the handler of each class of errors, for Connexion; subclasses share it."""
    of_framework = partial(_respond_to_framework_error, routes)
    return {
        DataHistError: _respond_with_problem,
        ClientDisconnected: _respond_to_disconnect,
        HTTPException: of_framework,
        ProblemException: of_framework,
        Exception: _respond_to_bug,
    }


async def _respond_with_problem(
    request: ConnexionRequest, error: DataHistError
) -> ConnexionResponse:
    """Respond to an error of the service; the log has those that an operator should know of."""
    problem = render_problem(error, request.scope["headers"])
    context = current_request()
    context.query_id = context.query_id or error.query_id
    if problem.kind.status >= 500:
        _log.error(error.detail)
    return _response(problem)


async def _respond_to_framework_error(
    routes: Routes, request: ConnexionRequest, error: HTTPException
) -> ConnexionResponse:
    """Respond to an error of the framework as if it were one of the service."""
    path = request.scope["path"]
    if error.status_code == 404:
        translated: DataHistError = NotFound(_advice(path, routes, request))
    elif error.status_code == 405:
        translated = MethodNotAllowed(allowed=routes.methods_of(path))
    elif error.status_code < 500:
        translated = InvalidRequest("The request cannot be read.")
    else:
        return await _respond_to_bug(request, error)
    return await _respond_with_problem(request, translated)


async def _respond_to_bug(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Respond to a bug; what happened is only logged."""
    _log.error("the request failed", exc_info=error)
    request_id = current_request().request_id
    return _response(render_internal_problem(request_id, request.scope["headers"]))


async def _respond_to_disconnect(
    _request: ConnexionRequest, _error: ClientDisconnected
) -> ConnexionResponse:
    """Respond to a client that has disconnected, for the log only."""
    current_request().client_disconnected = True
    return ConnexionResponse(status_code=_CLIENT_CLOSED_REQUEST)


def _advice(path: str, routes: Routes, request: ConnexionRequest) -> str:
    prefix = path_prefix(request.scope["headers"])
    nearest = nearest_route(path, routes.templates)
    if nearest is not None:
        return f"There is nothing at this path. Did you mean {prefix}{nearest}?"
    return (
        f"There is nothing at this path; {prefix}{START_PATH} leads to everything that is served."
    )


def _response(problem: Problem) -> ConnexionResponse:
    current_request().problem = problem.kind.slug
    return ConnexionResponse(
        status_code=problem.kind.status,
        body=problem.body,
        headers=dict(problem.headers),
        mimetype=MEDIA_TYPE,
    )
