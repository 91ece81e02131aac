"""Makes the requests of httpx."""

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import httpx

from data_hist_client.errors import UsageError
from data_hist_client.messages import Request

_READ_SECONDS = 60
_CONNECT_SECONDS = 10
TIMEOUT = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)


@contextlib.contextmanager
def sendable(what: str) -> Iterator[None]:
    """Say that something cannot be sent: text that is no Unicode, or what JSON does not have.

    Raises:
        UsageError: It cannot be sent.
    """
    try:
        yield
    except (httpx.InvalidURL, TypeError, ValueError, LookupError) as error:
        raise UsageError(f"{what} cannot be sent: {error}") from error


def built(http: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    """Make a request.

    Raises:
        UsageError: The client is closed, or an argument cannot be sent.
    """
    if http.is_closed:
        raise UsageError("The client is closed.")
    with sendable("An argument"):
        return http.build_request(**_arguments(request))


def _arguments(request: Request) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "method": request.method,
        "url": request.path,
        "params": dict(request.params),
        "headers": dict(request.headers),
    }
    if request.body is not None:
        arguments["json"] = request.body
    longest = math.inf if request.longest_seconds is None else request.longest_seconds
    arguments["timeout"] = httpx.Timeout(
        min(_READ_SECONDS + request.long_poll_seconds, longest),
        connect=min(_CONNECT_SECONDS, longest),
    )
    return arguments


def bare_request(request: Request) -> httpx.Request:
    """Make a request to S3: a client of httpx would add credentials, and log the link."""
    timeout = {"timeout": TIMEOUT.as_dict()}
    return httpx.Request(
        request.method, request.path, headers=dict(request.headers), extensions=timeout
    )
