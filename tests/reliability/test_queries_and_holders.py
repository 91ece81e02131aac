"""Each query that Athena has started is held by a caller, or stopped: whatever fails, and when.

Runs on a turned clock and is the same for the same seed; `SUBMITS=10000` makes it more. Half of
the callers send a key, some hang up, some list their queries afterwards, and the service stops in
the middle of their work.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from data_hist.athena.client import AthenaClient
from data_hist.athena.stored_documents import DocumentStore
from data_hist.athena.transport import Retrier
from data_hist.catalog.resolve import load_catalog
from data_hist.errors import DataHistError
from data_hist.http.concurrency_limit import ConcurrencyLimiter
from data_hist.http.disconnects import ClientDisconnected, cancel_on_disconnect
from data_hist.http.shutdown import Shutdown
from data_hist.queries.model import QueryFilter, Submission
from data_hist.queries.query_starter import idempotency_token
from data_hist.resources import UseCases, WorkerResources
from data_hist.retention.ownership import OwnedQuery
from tests.reliability.faulty_athena import FAILING_SQL, FAULTS, INVISIBLE_SECONDS, FaultyAthena
from tests.support import turned_time
from tests.support.running_service import settings_for
from tests.support.turned_time import TurnedLoop

SUBMITS = int(os.environ.get("SUBMITS", "5000"))
# So many come to one service, before it stops and another one takes over.
OF_ONE_SERVICE = 500
ARRIVING_SECONDS = 120.0
STOP_SECONDS = 20.0
LONGEST_CALL_SECONDS = 0.05
TENANT = 1
# So many are in the list that Athena gives at once.
LISTED = 50
# A slow call holds up everybody on the turned clock: few, so that others keep their deadlines.
LISTING_SHARE = 0.05
OPERATIONS = {
    "StartQueryExecution",
    "BatchGetQueryExecution",
    "StopQueryExecution",
    "ListQueryExecutions",
}
CATALOG = load_catalog()


@dataclass
class Caller:
    """One who submits a query once, and what the answer said."""

    submission: Submission
    comes_after: float
    stays_for: float | None
    lists: bool = False
    query_id: str | None = None
    errors: list[str] = field(default_factory=list)

    async def submit(self, service: UseCases) -> None:
        await asyncio.sleep(self.comes_after)
        await self.ask(service)
        if self.lists:
            # Whatever it is answered with, no query is lost or started by it.
            with suppress(Exception, asyncio.CancelledError):
                await listed(service)

    async def ask(self, service: UseCases) -> None:
        try:
            answer: OwnedQuery = await cancel_on_disconnect(
                self._receive, service.submitter.submit(TENANT, self.submission)
            )
            self.query_id = answer.query.query_id
        except DataHistError as error:
            self.query_id = error.query_id
            self.errors.append(type(error).__name__)
        except (ClientDisconnected, asyncio.CancelledError) as error:
            self.errors.append(type(error).__name__)
        except Exception as error:
            # A fault of ours, which is answered with 500.
            self.errors.append(type(error).__name__)

    async def _receive(self) -> dict[str, Any]:
        if self.stays_for is None:
            await asyncio.get_running_loop().create_future()
        else:
            await asyncio.sleep(self.stays_for)
        return {"type": "http.disconnect"}


async def listed(service: UseCases) -> list[str]:
    """The ids of the newest queries."""
    found = await service.lister.list_queries(TENANT, QueryFilter(), LISTED, None)
    return [each.query.query_id for each in found.queries]


def callers(generator: random.Random, run: int, number: int) -> list[Caller]:
    return [
        Caller(
            Submission(
                sql=generator.choice(["SELECT 1", FAILING_SQL]),
                retention_minutes=generator.choice([60, 1440]),
                idempotency_key=generator.choice([None, f"{run} {n}"]),
                wait_seconds=generator.choice([0, 0, 1, 30]),
            ),
            comes_after=generator.uniform(0, ARRIVING_SECONDS),
            stays_for=generator.choice([None, None, None, generator.uniform(0, 2)]),
            lists=generator.random() < LISTING_SHARE,
        )
        for n in range(number)
    ]


class Services:
    """Makes services over one Athena, and stops them as their workers do."""

    def __init__(self, loop: TurnedLoop, athena: FaultyAthena) -> None:
        self._loop = loop
        self._settings = settings_for("http://127.0.0.1:9", status_calls_per_second=15)
        self.athena = athena

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[UseCases, Shutdown]]:
        """A service, which ends as a worker does whose calls are answered then."""
        retrier = Retrier(clock=self._loop.time, sleep=self._loop.pass_by)
        engine = AthenaClient(self._settings, athena=cast("Any", self.athena), retrier=retrier)
        resources = WorkerResources.create(
            self._settings, engine, DocumentStore(self._settings), self._loop.clock
        )
        guard = resources.guard_pool(CATALOG)
        shutdown = Shutdown(0)
        service = resources.use_cases(
            CATALOG.versions["v0"],
            guard,
            release_slot=ConcurrencyLimiter(48).parked,
            until_shutdown=shutdown.cutting_short,
        )
        yield service, shutdown
        with self.athena.at_its_best():
            await resources.close()
        guard.close()


async def serve(services: Services, callers: list[Caller], stops_after: float) -> None:
    """Serve those who come until the service stops, as a worker does."""
    async with services.running() as (service, shutdown):
        tasks = [
            asyncio.create_task(caller.submit(service))
            for caller in callers
            if caller.comes_after <= stops_after
        ]
        await asyncio.sleep(stops_after)
        shutdown.stop_listening()
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_started_queries_are_those_that_callers_hold(share: float) -> None:
    generator = random.Random(20261128)  # noqa: S311 - tests are to repeat themselves
    random.seed(20261128)

    async def scenario(loop: TurnedLoop) -> tuple[FaultyAthena, list[Caller], list[str]]:
        athena = FaultyAthena(loop, generator, share)
        services = Services(loop, athena)
        everybody: list[Caller] = []
        for run in range(-(-SUBMITS // OF_ONE_SERVICE)):
            some = callers(generator, run, min(OF_ONE_SERVICE, SUBMITS - len(everybody)))
            everybody += some
            await serve(
                services, some, generator.uniform(ARRIVING_SECONDS / 2, ARRIVING_SECONDS * 1.2)
            )
        athena.share = 0.0
        async with services.running() as (service, _):
            for caller in everybody:
                if caller.submission.idempotency_key and caller.query_id is None:
                    caller.stays_for = None
                    await caller.ask(service)
            await turned_time.turn(INVISIBLE_SECONDS)
            return athena, everybody, await listed(service)

    athena, everybody, newest = turned_time.run(
        scenario, lambda: generator.uniform(0, LONGEST_CALL_SECONDS)
    )

    held = {caller.query_id for caller in everybody if caller.query_id}
    started = set(athena.executions)
    print(
        f"{share:.0%} of calls failed: {len(everybody)} submits, {len(started)} queries started, "
        f"{len(held)} held, {len(athena.stopped)} stopped, {len(athena.seen)} kinds of failures"
    )
    assert started - athena.stopped == held
    assert not held & athena.stopped
    assert newest == list(reversed(athena.executions))[:LISTED]
    assert {operation for operation, _ in athena.seen} == OPERATIONS
    assert {name for _, name in athena.seen} == {fault.name for fault in FAULTS}
    for caller in everybody:
        if key := caller.submission.idempotency_key:
            assert caller.query_id == athena.of_token(idempotency_token(TENANT, key))
