"""Find the fields in the payloads of a table, from one bounded sample that requests share."""

import asyncio
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from data_hist.athena.executions import Query, QueryStatus
from data_hist.athena.polling.poller import Poller
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import ApiVersion, Table
from data_hist.errors import EngineUnavailable, QueryExpired, ResultUnreadable
from data_hist.queries.budgets import Budgets
from data_hist.queries.json_fields import FieldCounter, FieldLimits, PayloadField, most_shared
from data_hist.queries.model import PageShape
from data_hist.queries.orphans import OrphanStopper
from data_hist.queries.query_starter import QueryStarter
from data_hist.queries.result_reader import ResultPages
from data_hist.queries.result_state import raise_user_error
from data_hist.queries.sample_query import (
    SampleLimits,
    SampleQuery,
    TimeSpan,
    parse_span,
    sample_query,
)
from data_hist.queries.single_flight import SingleFlight
from data_hist.queries.status import QueryMetrics, StatusReader
from data_hist.retention.ownership import Owner, ResultLocations
from data_hist.sql_guard.guard import AdmittedQuery
from data_hist.sql_guard.pool import GuardPool

_BYTES_OF_FIELD = 400
_BYTES_OF_TEXT = 60


@dataclass(frozen=True)
class FieldReaderLimits:
    """What a sample reads, what is counted in it, how long it may take and how long it is kept.

    Its result is kept in S3 for longer, so that no worker finds it gone that starts it again.
    """

    sample: SampleLimits = field(default_factory=SampleLimits)
    fields: FieldLimits = field(default_factory=FieldLimits)
    query_seconds: float = 300.0
    kept: timedelta = timedelta(hours=1)
    retention_minutes: int = 120
    retry_after_seconds: int = 2


_LIMITS = FieldReaderLimits()


@dataclass(frozen=True)
class FieldRequest:
    """Whose payloads to sample; the times are ISO 8601 or milliseconds since 1970."""

    table: Table
    start: str
    end: str
    service: str | None = None


@dataclass(frozen=True)
class FieldSample:
    """The fields in a sample of payloads, those that most records have first.

    `fields_left_out` is how many more were found. A sample of a table without payloads took no
    query.
    """

    span: TimeSpan
    sampled_at: datetime
    kept_until: datetime
    record_count: int = 0
    scanned_bytes: int = 0
    fields: Sequence[PayloadField] = ()
    fields_left_out: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes in memory, about."""
        texts = [text for each in self.fields for text in (each.path, *each.values)]
        return (
            len(self.fields) * _BYTES_OF_FIELD
            + len(texts) * _BYTES_OF_TEXT
            + sum(map(len, texts)) * 4
        )


class FieldReader:
    """Finds the fields in the payloads of one API version's tables.

    Args:
        version: The tables.
        guard: Scopes a sample to the tenant, as any query.
        starter: Starts samples on Athena.
        budgets: What tenants may scan.
        poller: Waits for them.
        statuses: Lets requests wait.
        orphans: Stops samples that take too long.
        query_metrics: Counts them.
        locations: Where their results are stored.
        pages: Reads their results.
        row_threads: Where values are counted.
        samples: Shares samples between requests, of all versions.
        clock: The current time, in UTC.
        limits: Bounds of samples.
    """

    def __init__(
        self,
        version: ApiVersion,
        *,
        guard: GuardPool,
        starter: QueryStarter,
        budgets: Budgets,
        poller: Poller,
        statuses: StatusReader,
        orphans: OrphanStopper,
        query_metrics: QueryMetrics,
        locations: ResultLocations,
        pages: ResultPages,
        row_threads: Executor,
        samples: SingleFlight[FieldSample],
        clock: Callable[[], datetime],
        limits: FieldReaderLimits = _LIMITS,
    ) -> None:
        self._version = version
        self._guard = guard
        self._starter = starter
        self._budgets = budgets
        self._poller = poller
        self._statuses = statuses
        self._orphans = orphans
        self._metrics = query_metrics
        self._locations = locations
        self._pages = pages
        self._row_threads = row_threads
        self._samples = samples
        self._clock = clock
        self._limits = limits

    async def read(
        self, tenant: int, request: FieldRequest, wait_seconds: float
    ) -> FieldSample | None:
        """Return the fields of a table, or None if the sample takes longer than the wait.

        The sample goes on then, and for as long as it is kept, the same request finds it.

        Raises:
            InvalidRequest: The times are none, or the table does not tell those of its records.
            InvalidSql, ScanLimitExceeded, ResourcesExhausted, StatementNotAllowed: The sample
                cannot be taken of this table.
            EngineError: Athena fails.
            BudgetExhausted: The tenant has scanned as much as it may today.
        """
        span = parse_span(request.start, request.end)
        if not request.table.roles.payloads:
            now = self._clock()
            return FieldSample(span, now, now + self._limits.kept)
        sampled = sample_query(request.table, span, request.service, self._limits.sample)
        admitted = await self._guard.admit(
            self._version.name,
            sampled.sql,
            customer_id=None if tenant == OPERATOR else tenant,
            parameters=sampled.parameters,
        )
        key = f"{tenant} {admitted.sql}"
        taking = self._samples.get(key, partial(self._take, tenant, sampled, admitted))
        await self._statuses.wait_for(taking, wait_seconds)
        return taking.result() if taking.done() else None

    def seconds_kept(self, sample: FieldSample) -> int:
        """Return for how many seconds more a sample is kept."""
        return max(math.floor((sample.kept_until - self._clock()).total_seconds()), 0)

    async def _take(
        self, tenant: int, sampled: SampleQuery, admitted: AdmittedQuery
    ) -> FieldSample:
        await self._budgets.require_left(tenant)
        reason = "It was stopped."
        for token in self._tokens(tenant, admitted.sql):
            query = await self._run(tenant, sampled, admitted, token)
            if query.status is QueryStatus.FINISHED:
                try:
                    return await self._read_sample(query, sampled)
                except QueryExpired:
                    reason = "Its result is gone."
            elif query.failure is not None:
                of_nowhere = replace(query.failure, line=None, column=None)
                raise_user_error(replace(query, failure=of_nowhere), {})
                reason = query.failure.detail
        raise self._unavailable(f"The engine did not take the sample. {reason}")

    def _tokens(self, tenant: int, sql: str) -> Sequence[str]:
        """Return the tokens of Athena to try, by which workers share one query.

        The first is the same in all workers for an hour. If the query that it names has failed, or
        was stopped by the worker that started it, another one starts, at most once a minute.
        """
        now = self._clock()
        return [
            hashlib.sha256(f"sample\n{tenant}\n{sql}\n{period}".encode()).hexdigest()
            for period in (f"{now:%Y-%m-%dT%H}", f"{now:%Y-%m-%dT%H:%M}")
        ]

    async def _run(
        self, tenant: int, sampled: SampleQuery, admitted: AdmittedQuery, token: str
    ) -> Query:
        """Start a query, and describe it when it has ended."""
        owner = Owner(tenant, self._limits.retention_minutes)
        location = self._locations.for_sample(owner)
        started = await self._starter.start(
            tenant, sampled.sql, admitted, location, token, has_key=False
        )
        self._metrics.add(started.query_id, tenant)
        query = started
        try:
            query = await self._poller.wait_for_end(started, self._limits.query_seconds)
        finally:
            if not query.status.is_terminal:
                self._orphans.stop(started.query_id)
        self._metrics.observe(query)
        if not query.status.is_terminal:
            raise self._unavailable("The engine did not take the sample in time.")
        return query

    async def _read_sample(self, query: Query, sampled: SampleQuery) -> FieldSample:
        shape = PageShape(results_per_page=self._limits.sample.records)
        try:
            page = await self._pages.read(query, None, shape)
        except ResultUnreadable as error:
            raise self._unavailable("The sample cannot be read at the moment.") from error
        count = partial(_count_fields, page.rows, sampled.columns, self._limits.fields)
        loop = asyncio.get_running_loop()
        record_count, fields = await loop.run_in_executor(self._row_threads, count)
        sampled_at = query.completed_at or self._clock()
        most = self._limits.fields.fields
        return FieldSample(
            span=sampled.span,
            sampled_at=sampled_at,
            kept_until=sampled_at + self._limits.kept,
            record_count=record_count,
            scanned_bytes=query.statistics.scanned_bytes,
            fields=fields[:most],
            fields_left_out=max(len(fields) - most, 0),
        )

    def _unavailable(self, detail: str) -> EngineUnavailable:
        return EngineUnavailable(detail, retry_after_seconds=self._limits.retry_after_seconds)


def _count_fields(
    rows: bytes, columns: Sequence[str], limits: FieldLimits
) -> tuple[int, list[PayloadField]]:
    records = json.loads(rows)
    fields: list[PayloadField] = []
    for number, column in enumerate(columns):
        counter = FieldCounter(column, limits)
        for record in records:
            if record[number] is not None:
                counter.add(record[number])
        fields += counter.fields(len(records))
    return len(records), most_shared(fields)
