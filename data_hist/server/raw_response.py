"""Responses that the server sends without the application, as bytes."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from data_hist.http.problems import MEDIA_TYPE, Problem
from data_hist.observability.request_context import RawHeaders


def render_head(problem: Problem, request_id: str, headers: RawHeaders, *, is_last: bool) -> bytes:
    """Render the status line and headers of a problem.

    Args:
        problem: The problem; its body follows the head.
        request_id: The value of `X-Request-Id`.
        headers: Headers of every response.
        is_last: Whether the server closes the connection after the response.
    """
    own_headers = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(problem.body)),
        "x-request-id": request_id,
        **{name.lower(): value for name, value in problem.headers.items()},
    }
    if is_last:
        own_headers["connection"] = "close"
    encoded = [(name.encode(), value.encode()) for name, value in own_headers.items()]
    lines = b"".join([name + b": " + value + b"\r\n" for name, value in (*headers, *encoded)])
    return STATUS_LINE[problem.kind.status] + lines + b"\r\n"
