"""What becomes known of a request on its way, for its line in the log and the numbers about it.

Whoever learns something writes it here; nobody hands the record around. It must never hold SQL,
rows, tokens, credentials or S3 paths.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from data_hist.observability.trace_context import TraceContext

RawHeaders = Sequence[tuple[bytes, bytes]]
"""Headers as ASGI has them."""


@dataclass(slots=True)
class RequestContext:
    """One request. `problem` is the slug of its answer or of what broke it off.

    `waited_seconds` is how long it waited for a query to end, or for its turn to do so;
    `stream_format` is the format of a whole result.
    """

    request_id: str
    trace: TraceContext | None = None
    tenant: int | None = None
    query_id: str | None = None
    problem: str | None = None
    waited_seconds: float = 0.0
    stream_format: str | None = None
    caller_left: bool = False


CURRENT: ContextVar[RequestContext | None] = ContextVar("request_record", default=None)


def current_request() -> RequestContext:
    """The record of the request being served; outside of any, one that nobody reads."""
    return CURRENT.get() or RequestContext("")
