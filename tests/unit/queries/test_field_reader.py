"""A sample that fails is tried again, and one that takes too long is stopped."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from data_hist.athena.executions import Failure, FailureCause, Query, QueryStatus, Statistics
from data_hist.catalog.resolve import load_catalog
from data_hist.errors import DataHistError, EngineUnavailable, QueryExpired, ScanLimitExceeded
from data_hist.queries.field_reader import FieldReader, FieldReaderLimits, FieldRequest
from data_hist.queries.json_fields import FieldLimits
from data_hist.queries.model import Page, PageShape
from data_hist.queries.single_flight import SingleFlight
from data_hist.retention.ownership import ResultLocations
from data_hist.sql_guard.guard import AdmittedQuery
from tests.support.turned_time import TurnedLoop, run, turn

VERSION = load_catalog().versions["v0"]
REQUEST = FieldRequest(VERSION.tables["events"], "2026-11-20T05:00:00Z", "2026-11-20T06:00:00Z")
ROWS = [['{"level": "INFO", "n": 1}'], [None], ["no JSON"], ['{"level": "INFO"}']]
FAULT = Failure(FailureCause.ENGINE, "GENERIC_INTERNAL_ERROR", "The engine broke.")
LIMIT = Failure(FailureCause.SCAN_LIMIT, "EXCEEDED", "It reads too much.", line=1, column=8)


@dataclass
class FakeAthena:
    """All that a sample needs; each query takes two seconds and ends as the next of `ends`."""

    loop: TurnedLoop
    ends: list[QueryStatus | Failure | DataHistError] = field(default_factory=list)
    seconds: float = 2.0
    started: list[tuple[str, str]] = field(default_factory=list)
    customers: list[int | None] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    observed: list[QueryStatus] = field(default_factory=list)
    unreadable: DataHistError | None = None

    async def admit(self, _version: str, sql: str, **options: Any) -> AdmittedQuery:
        self.customers.append(options["customer_id"])
        return AdmittedQuery(sql, ())

    async def require_left(self, _tenant: int) -> None:
        return

    async def start(
        self,
        _tenant: int,
        _sql: str,
        admitted: AdmittedQuery,
        location: str,
        token: str,
        *,
        has_key: bool,
    ) -> Query:
        assert not has_key
        self.started.append((location, token))
        query_id = f"query-{len(self.started)}"
        return Query(query_id, QueryStatus.QUEUED, admitted.sql, location, self.loop.clock())

    async def wait_for_end(self, query: Query, seconds: float) -> Query:
        await turn(min(seconds, self.seconds))
        if seconds < self.seconds:
            return query
        end = self.ends.pop(0) if self.ends else QueryStatus.FINISHED
        if isinstance(end, DataHistError):
            self.unreadable, end = end, QueryStatus.FINISHED
        is_failure = isinstance(end, Failure)
        return replace(
            query,
            status=QueryStatus.FAILED if is_failure else end,
            failure=end if is_failure else None,
            completed_at=self.loop.clock(),
            statistics=Statistics(scanned_bytes=77),
        )

    async def read(self, query: Query, _position: None, _shape: PageShape) -> Page:
        if self.unreadable is not None:
            error, self.unreadable = self.unreadable, None
            raise error
        return Page(query.query_id, (), json.dumps(ROWS).encode(), 0, None)

    async def wait_for(self, work: Any, seconds: float) -> None:
        waited = 0.0
        while not work.done() and waited < seconds:
            await turn(0.5)
            waited += 0.5

    def stop(self, query_id: str) -> None:
        self.stopped.append(query_id)

    def add(self, query_id: str, _tenant: int) -> None:
        self.added.append(query_id)

    def observe(self, query: Query) -> None:
        self.observed.append(query.status)


def reader(athena: FakeAthena, limits: FieldReaderLimits | None = None) -> FieldReader:
    every = cast("Any", athena)
    return FieldReader(
        VERSION,
        guard=every,
        starter=every,
        budgets=every,
        poller=every,
        statuses=every,
        orphans=every,
        query_metrics=every,
        locations=ResultLocations("bucket", "prefix"),
        pages=every,
        row_threads=every,
        samples=SingleFlight(
            lambda sample: sample.size, lambda sample: sample.kept_until, athena.loop.clock
        ),
        clock=athena.loop.clock,
        limits=limits or FieldReaderLimits(),
    )


def on_loop(scenario: Callable[[FakeAthena], Coroutine[Any, Any, None]]) -> None:
    async def started(loop: TurnedLoop) -> None:
        await scenario(FakeAthena(loop))

    run(started)


def test_a_sample_is_counted_and_described() -> None:
    async def scenario(athena: FakeAthena) -> None:
        sample = await reader(athena).read(11003, REQUEST, 30)

        assert sample is not None
        found = [(each.path, each.share, each.values) for each in sample.fields]
        assert found == [("$.level", 0.5, ("INFO",)), ("$.n", 0.25, ("1",))]
        assert (sample.record_count, sample.scanned_bytes, sample.fields_left_out) == (4, 77, 0)
        ((location, _),) = athena.started
        assert location == "s3://bucket/prefix/retention=120/tenant=11003/sample/"
        assert athena.customers == [11003]
        assert (athena.added, athena.observed) == (["query-1"], [QueryStatus.FINISHED])

    on_loop(scenario)


def test_a_sample_that_takes_longer_than_the_wait_goes_on() -> None:
    async def scenario(athena: FakeAthena) -> None:
        fields = reader(athena)

        assert await fields.read(1, REQUEST, 0) is None
        assert await fields.read(1, REQUEST, 1) is None
        assert await fields.read(1, REQUEST, 5) is not None
        assert len(athena.started) == 1
        assert set(athena.customers) == {None}

    on_loop(scenario)


@pytest.mark.parametrize(
    "end", [FAULT, QueryStatus.CANCELLED, QueryExpired("The result is gone.")], ids=str
)
def test_a_query_that_others_left_without_a_result_is_run_again(end: Any) -> None:
    async def scenario(athena: FakeAthena) -> None:
        athena.ends = [end]

        assert await reader(athena).read(1, REQUEST, 30) is not None
        (_, first), (_, second) = athena.started
        assert first != second

    on_loop(scenario)


def test_what_fails_twice_fails() -> None:
    async def scenario(athena: FakeAthena) -> None:
        athena.ends = [QueryStatus.CANCELLED, FAULT]

        with pytest.raises(EngineUnavailable, match=r"did not take the sample. The engine broke.$"):
            await reader(athena).read(1, REQUEST, 30)
        assert len(athena.started) == 2

    on_loop(scenario)


def test_what_would_fail_again_is_not_run_again() -> None:
    async def scenario(athena: FakeAthena) -> None:
        athena.ends = [LIMIT]

        with pytest.raises(ScanLimitExceeded, match="It reads too much") as error:
            await reader(athena).read(1, REQUEST, 30)
        # The caller knows neither the query nor its SQL.
        assert (error.value.query_id, error.value.line, error.value.column) == (None, None, None)
        assert len(athena.started) == 1

    on_loop(scenario)


def test_a_sample_that_takes_too_long_is_stopped() -> None:
    async def scenario(athena: FakeAthena) -> None:
        athena.seconds = 1_000
        limits = FieldReaderLimits(query_seconds=20, retry_after_seconds=7)

        with pytest.raises(EngineUnavailable, match="in time") as error:
            await reader(athena, limits).read(1, REQUEST, 30)
        assert error.value.retry_after_seconds == 7
        assert athena.stopped == ["query-1"]

    on_loop(scenario)


def test_workers_share_a_token_for_an_hour_and_tenants_do_not() -> None:
    tokens: list[str] = []

    async def scenario(athena: FakeAthena) -> None:
        await reader(athena).read(1, REQUEST, 30)
        await reader(athena).read(1, REQUEST, 30)
        await reader(athena).read(11003, REQUEST, 30)
        await turn(3_600)
        await reader(athena).read(1, REQUEST, 30)
        tokens.extend(token for _, token in athena.started)

    on_loop(scenario)
    first, second, of_other_tenant, later = tokens
    assert first == second
    assert len({first, of_other_tenant, later}) == 3
    assert all(32 <= len(token) <= 128 for token in tokens)


def test_a_sample_is_kept_for_an_hour_from_when_it_was_taken() -> None:
    async def scenario(athena: FakeAthena) -> None:
        fields = reader(athena)
        sample = await fields.read(1, REQUEST, 30)
        assert sample is not None
        taken: datetime = sample.sampled_at

        await turn(600)

        assert sample.kept_until == taken + timedelta(hours=1)
        assert 2_990 <= fields.seconds_kept(sample) <= 3_000
        await turn(9_999)
        assert fields.seconds_kept(sample) == 0

    on_loop(scenario)


def test_a_table_without_payloads_is_not_read() -> None:
    async def scenario(athena: FakeAthena) -> None:
        table = REQUEST.table
        bare = replace(table, roles=replace(table.roles, payloads=()))

        sample = await reader(athena).read(1, replace(REQUEST, table=bare), 30)

        assert sample is not None
        assert (sample.fields, sample.record_count) == ((), 0)
        assert athena.started == []

    on_loop(scenario)


def test_no_more_fields_are_returned_than_the_limit() -> None:
    async def scenario(athena: FakeAthena) -> None:
        limits = FieldReaderLimits(fields=FieldLimits(fields=1))

        sample = await reader(athena, limits).read(1, REQUEST, 30)

        assert sample is not None
        assert [each.path for each in sample.fields] == ["$.level"]
        assert sample.fields_left_out == 1
        assert sample.size > 400

    on_loop(scenario)
