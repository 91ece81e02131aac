"""Long polls cost few calls and no threads, and end when their client disconnects."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import httpx
import pytest

from data_hist.app import create_app, utc_now
from data_hist.athena.executions import Column, Descriptions, Query, QueryStatus
from tests.support import turned_time
from tests.support.running_service import running_service, settings_for
from tests.support.turned_time import TurnedLoop, turn
from tests.support.waiting import wait_until

WAITERS = 10_000
# The highest number of active queries that any region grants an account.
QUERIES = 200
CALLS_PER_SECOND = 15.0
ENDING_SECONDS = 15.0
ANSWER_SECONDS = 0.05


class FakeAthena:
    """Queries that run until the test ends them."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self.ended_at: dict[str, float] = {}
        self.calls: list[Sequence[str]] = []

    def describe_many(self, query_ids: Sequence[str]) -> Descriptions:
        self.calls.append(query_ids)
        return Descriptions({each: self._described(each) for each in query_ids}, frozenset())

    def columns(self, _query_id: str) -> tuple[Column, ...]:
        return ()

    def _described(self, query_id: str) -> Query:
        ended = query_id in self.ended_at
        location = f"s3://data-hist-results/data_hist/retention=60/tenant=1/{query_id}.csv"
        status = QueryStatus.FINISHED if ended else QueryStatus.RUNNING
        now = self._clock()
        return Query(query_id, status, "SELECT 1", location, now, now if ended else None)


class Caller:
    """Asks with `wait_seconds` until its query has ended."""

    def __init__(self, app: Any, query_id: str) -> None:
        self._app = app
        self.query_id = query_id
        self.answers: list[tuple[int, str]] = []
        self.answered_at = 0.0
        self.is_waited_for = False

    async def follow(self) -> None:
        while not self.answers or self.answers[-1][1] == "RUNNING":
            self.answers.append(await self._ask())
        self.answered_at = asyncio.get_running_loop().time()

    async def _ask(self) -> tuple[int, str]:
        messages: list[dict[str, Any]] = []
        request = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in request:
                return message
            # Only a long poll listens for a disconnect.
            self.is_waited_for = True
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        path = f"/v0/data_hist/status/{self.query_id}"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"wait_seconds=30",
            "headers": [(b"host", b"127.0.0.1")],
        }
        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in messages)
        return messages[0]["status"], json.loads(body).get("status", "")


async def end_all(athena: FakeAthena, query_ids: Sequence[str]) -> None:
    for query_id in query_ids:
        athena.ended_at[query_id] = asyncio.get_running_loop().time()
        await turn(ENDING_SECONDS / len(query_ids))


def test_ten_thousand_long_polls_take_few_calls_and_no_threads() -> None:
    """They arrive in the same instant, and their queries end one after the other."""
    query_ids = [str(uuid.uuid4()) for _ in range(QUERIES)]
    settings = settings_for("http://127.0.0.1:9", status_calls_per_second=CALLS_PER_SECOND)

    async def load(loop: TurnedLoop) -> tuple[FakeAthena, list[Caller], TurnedLoop]:
        athena = FakeAthena(loop.clock)
        app = create_app(settings, engine=athena, clock=loop.clock)  # type: ignore[arg-type]  # a fake
        callers = [Caller(app, query_ids[n % QUERIES]) for n in range(WAITERS)]
        following = [asyncio.create_task(caller.follow()) for caller in callers]
        # So many are queued before they wait.
        while not all(caller.is_waited_for for caller in callers):
            await turn(0.1)
        await end_all(athena, query_ids)
        await asyncio.gather(*following)
        return athena, callers, loop

    athena, callers, loop = turned_time.run(load, ANSWER_SECONDS)

    answers = {answer for caller in callers for answer in caller.answers}
    late = [caller.answered_at - athena.ended_at[caller.query_id] for caller in callers]
    assert answers <= {(200, "RUNNING"), (200, "FINISHED")}
    assert len(athena.calls) <= 2 * CALLS_PER_SECOND + CALLS_PER_SECOND * loop.time()
    assert loop.most_calls_at_once <= 8
    assert max(late) < 1


def test_polling_ends_when_the_client_disconnects() -> None:
    athena = FakeAthena()
    gone, there = str(uuid.uuid4()), str(uuid.uuid4())
    settings = settings_for("http://127.0.0.1:9")
    with running_service(settings, engine=athena) as client:  # type: ignore[arg-type]  # a fake
        for request in (
            ("GET", f"/status/{gone}?wait_seconds=30", None),
            ("POST", "/next", {"query_id": gone, "wait_seconds": 30}),
        ):
            with pytest.raises(httpx.ReadTimeout):
                client.request(request[0], request[1], json=request[2], timeout=0.5)
            wait_until(
                lambda: not any(gone in call for call in asked_meanwhile(client, athena, there)),
                "it is not looked at any more",
            )


def asked_meanwhile(
    client: httpx.Client, athena: FakeAthena, query_id: str
) -> Sequence[Sequence[str]]:
    """Return the calls of Athena during a long poll of another query."""
    before = len(athena.calls)
    assert client.get(f"/status/{query_id}", params={"wait_seconds": 1}).status_code == 200
    return athena.calls[before:]
