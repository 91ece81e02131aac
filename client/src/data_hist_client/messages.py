"""What the flows of this package ask of a driver, and what it gives back; no input or output."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Request:
    """A request below the address of the service.

    Attributes:
        body: What to send as JSON; None for nothing.
        long_poll_seconds: How long the service may take in addition, since it waits for a query.
        longest_seconds: After how many seconds nobody waits for the response any more.
        is_repeatable: Whether to send it again if the connection breaks.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    long_poll_seconds: float = 0
    longest_seconds: float | None = None
    is_repeatable: bool = True


@dataclass(frozen=True)
class Reply:
    """A response; the names of `headers` are in small letters, `sender` is who sent it."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    sender: str = "The service"

    @property
    def retry_after_seconds(self) -> float | None:
        """Return when to ask again, counted from now; a date counts from that of the response."""
        value = self.headers.get("retry-after", "")
        if value.isdecimal():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
            now = parsedate_to_datetime(self.headers.get("date", ""))
            return max(0.0, (moment - now).total_seconds())
        except (TypeError, ValueError):
            return None


@dataclass(frozen=True)
class Broken:
    """There is no response: nobody listens, or the connection broke."""

    reason: str


@dataclass(frozen=True)
class Pause:
    """Wait before the next request."""

    seconds: float


Outcome: TypeAlias = "Reply | Broken | None"
# What a flow yields is carried out by a driver, which sends the outcome (None after a pause).
Flow: TypeAlias = Generator[Request | Pause, Outcome, _T]


def document_of(reply: Reply) -> Any:
    """Return the JSON of a response, or None if it is none."""
    try:
        return json.loads(reply.content)
    except (ValueError, RecursionError):
        return None
