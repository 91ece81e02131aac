"""What is started is not lost: neither a call whose caller leaves, nor a slow validation."""

import asyncio
import gc
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from data_hist.athena.executions import Query, QueryStatus
from data_hist.catalog.resolve import load_catalog
from data_hist.errors import EngineUnavailable
from data_hist.queries.model import Submission
from data_hist.queries.query_starter import await_shielded
from data_hist.queries.submit import Submitter
from data_hist.queries.validation import ValidationLimits, Validator
from data_hist.retention.ownership import OwnedQuery, ResultLocations
from data_hist.sql_guard.guard import AdmittedQuery

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RUNNING = Query("explained", QueryStatus.RUNNING, "EXPLAIN SELECT 1", "s3://b/k", NOW)


@dataclass
class SlowAthena:
    """The parts of a validation that does not end."""

    waited_seconds: list[float] = field(default_factory=list)
    accepted_minutes: list[object] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    async def admit(self, _version: str, sql: str, **_options: object) -> AdmittedQuery:
        return AdmittedQuery(sql, ())

    async def require_left(self, _tenant: int) -> None:
        return

    async def start(self, *_arguments: object, **options: object) -> Query:
        self.accepted_minutes.append(options.get("max_age_minutes"))
        return RUNNING

    async def describe_started(self, started: OwnedQuery, _wait_seconds: float) -> OwnedQuery:
        return started

    async def describe_internal(self, _query_id: str, wait_seconds: float) -> Query:
        self.waited_seconds.append(wait_seconds)
        return RUNNING

    async def estimate(self, _reads: object) -> None:
        await asyncio.Event().wait()

    def stop(self, query_id: str) -> None:
        self.stopped.append(query_id)


def submitter_on(athena: SlowAthena) -> Submitter:
    every = cast("Any", athena)
    return Submitter(
        load_catalog().versions["v0"],
        guard=every,
        starter=every,
        statuses=every,
        orphans=every,
        locations=ResultLocations("bucket", "prefix"),
        budgets=every,
    )


@pytest.mark.parametrize(
    ("max_age_minutes", "retention_minutes", "accepted"),
    [(0, 1440, 0), (60, 1440, 60), (1440, 1440, 720), (10_080, 43_200, 10_080), (5, 1, 0)],
)
def test_half_of_its_retention_is_left_of_a_result_that_is_used_again(
    max_age_minutes: int, retention_minutes: int, accepted: int
) -> None:
    athena = SlowAthena()
    submission = Submission("SELECT 1", None, retention_minutes, max_age_minutes)

    asyncio.run(submitter_on(athena).submit(1, submission))

    assert athena.accepted_minutes == [accepted]


def test_validation_that_takes_too_long_is_stopped() -> None:
    athena = SlowAthena()
    every = cast("Any", athena)
    validator = Validator(
        load_catalog().versions["v0"],
        guard=every,
        starter=every,
        statuses=every,
        orphans=every,
        locations=ResultLocations("bucket", "prefix"),
        estimator=every,
        limits=ValidationLimits(validation_seconds=3.0, retry_after_seconds=7),
    )

    with pytest.raises(EngineUnavailable) as refusal:
        asyncio.run(validator.validate(1, Submission("SELECT 1")))

    assert refusal.value.retry_after_seconds == 7
    assert athena.waited_seconds == [3.0]
    assert athena.stopped == ["explained"]


def test_work_goes_on_and_its_error_is_told_to_nobody() -> None:
    assert asyncio.run(told_of(ValueError("SELECT secret"))) == ("failed", [])


def test_error_is_that_of_who_waits() -> None:
    async def wait() -> None:
        work: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        work.set_exception(ValueError("told"))
        await await_shielded(work)

    with pytest.raises(ValueError, match="told"):
        asyncio.run(wait())


async def told_of(error: Exception) -> tuple[str, list[dict[str, Any]]]:
    """Cancel who awaits some work; return how the work ends, and what the event loop logs."""
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: told.append(context))
    work: asyncio.Future[None] = loop.create_future()
    waiting = asyncio.create_task(await_shielded(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    outcome = "cancelled" if work.cancelled() else "failed"
    work.set_exception(error)
    await asyncio.sleep(0)
    del work, waiting
    gc.collect()
    return outcome, told
