"""Services that tests write down, and a clock that passes only when somebody waits."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from data_hist_client import Client, RetryPolicy
from data_hist_client.messages import Broken, Flow, Outcome, Pause, Reply, Request

_T = TypeVar("_T")
URL = "http://data-hist.example/v1/data_hist"
# Pauses of 0.5, 1, 2 seconds.
FEW = RetryPolicy(attempts=4, jitter=lambda: 1.0)
QUERY_ID = "8dcf8b54-cbf5-4835-84ef-b87fbe704868"


@dataclass
class TurnedClock:
    """Counts seconds that pass only in `sleep`."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def played(flow: Flow[_T], outcomes: Iterable[Reply | Broken]) -> tuple[_T, list[Request | Pause]]:
    """Carry out a flow with these outcomes of its requests; gives its result and its steps."""
    script = iter(outcomes)
    steps: list[Request | Pause] = []
    outcome: Outcome = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration as end:
            return end.value, steps
        steps.append(step)
        outcome = None if isinstance(step, Pause) else next(script)


def reply(status: int, document: Any = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, b"" if document is None else json.dumps(document).encode())


def problem(slug: str, status: int, *, retryable: bool = False, **members: Any) -> dict[str, Any]:
    return {
        "type": f"/problems/{slug}",
        "title": "A problem",
        "status": status,
        "detail": "Something is wrong.",
        "retryable": retryable,
        **members,
    }


def query(status: str = "FINISHED", **members: Any) -> dict[str, Any]:
    """A query document."""
    return {
        "query_id": QUERY_ID,
        "query": "SELECT 1",
        "parameters": [],
        "status": status,
        "submitted_at": "2026-11-28T21:22:32.112Z",
        "completed_at": None,
        "expires_at": None,
        "retention_minutes": 1440,
        "statistics": {
            "scanned_bytes": 0,
            "queue_ms": 0,
            "planning_ms": 0,
            "engine_ms": 0,
            "total_ms": 0,
            "estimated_cost_usd": 0.0,
            "reused": False,
        },
        "warnings": [],
        "a_member_of_the_future": 1,
        **members,
    }


def client_of(
    handle: Callable[[httpx.Request], httpx.Response], clock: TurnedClock | None = None
) -> Client:
    """A client whose service is a function."""
    turned = clock or TurnedClock()
    return Client(
        URL,
        transport=httpx.MockTransport(handle),
        policy=FEW,
        clock=turned,
        sleep=turned.sleep,
    )
