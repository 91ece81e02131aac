"""The trace that a caller says its request is part of: W3C Trace Context.

https://www.w3.org/TR/trace-context/
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

TRACEPARENT = b"traceparent"

_VERSION_0 = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
# A later version may have more fields; ff is none.
_LATER = re.compile(rb"(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The trace, this request's own span in it, and the caller's span; all in lower-case hex."""

    trace_id: str
    span_id: str
    parent_span_id: str | None = None


def trace_context(traceparents: Sequence[bytes]) -> TraceContext | None:
    """A new span in the trace that the values of the header name; None if they name none.

    The header has to be ignored where it is malformed or stands twice (Trace Context, 3.2).
    """
    if len(traceparents) != 1:
        return None
    match = _VERSION_0.fullmatch(traceparents[0]) or _LATER.fullmatch(traceparents[0])
    if match is None:
        return None
    trace_id, parent_span_id = match[1].decode(), match[2].decode()
    if not int(trace_id, 16) or not int(parent_span_id, 16):
        return None
    return TraceContext(trace_id, secrets.token_hex(8), parent_span_id)
