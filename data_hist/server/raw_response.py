"""Responses that the server sends without the application, as bytes."""

from collections.abc import Mapping

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from data_hist.http.problems import MEDIA_TYPE, Problem
from data_hist.observability.request_context import RawHeaders


def render_head(
    problem: Problem,
    request_id: str,
    defaults: RawHeaders,
    cross_origin: RawHeaders,
    *,
    is_last: bool,
) -> bytes:
    """Render the status line and headers of a problem.

    Args:
        problem: The problem; its body follows the head.
        request_id: The value of `X-Request-Id`.
        defaults: The headers of every response, which come first.
        cross_origin: The headers for pages of other origins.
        is_last: Whether the server closes the connection after the response.
    """
    of_body = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(problem.body)),
        "x-request-id": request_id,
    }
    of_problem = {name.lower(): value for name, value in problem.headers.items()}
    if is_last:
        of_problem["connection"] = "close"
    headers = [*defaults, *_encoded(of_body), *cross_origin, *_encoded(of_problem)]
    lines = b"".join([name + b": " + value + b"\r\n" for name, value in headers])
    return STATUS_LINE[problem.kind.status] + lines + b"\r\n"


def _encoded(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
