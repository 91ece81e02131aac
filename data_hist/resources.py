"""The resources that a worker process creates once, and the use cases of each API version.

Threads, processes and caches are sized for the machine: a further API version must not double them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from data_hist.athena.client import AthenaClient
from data_hist.athena.polling.poller import Poller, PollLimits
from data_hist.athena.result_links import ResultLinks
from data_hist.athena.stored_documents import DocumentStore
from data_hist.catalog.tables import ApiVersion, Catalog
from data_hist.observability.request_context import ContextThreadPoolExecutor
from data_hist.queries.budgets import BudgetPolicy, Budgets
from data_hist.queries.estimates import Estimator
from data_hist.queries.field_reader import FieldReader, FieldSample
from data_hist.queries.limits import QueryLimits
from data_hist.queries.listing import QueryLister
from data_hist.queries.orphans import OrphanStopper
from data_hist.queries.query_starter import QueryStarter
from data_hist.queries.result_reader import ResultPages, ResultReader
from data_hist.queries.saved_questions import SavedQuestions
from data_hist.queries.single_flight import SingleFlight
from data_hist.queries.status import (
    AsyncContextFactory,
    QueryMetrics,
    StatusReader,
    describe_for_callers,
)
from data_hist.queries.submit import Submitter
from data_hist.queries.tenant_workgroups import TenantWorkgroups
from data_hist.queries.validation import Validator
from data_hist.results.object_reader import ReadAheadBudget
from data_hist.results.pages import PageReader
from data_hist.results.streams import load_encoders
from data_hist.retention.ownership import ResultLocations, TenantIsolation
from data_hist.settings import Settings
from data_hist.sql_guard.pool import GuardPool
from data_hist.sql_guard.time_policy import TimePolicy

_LIMITS = QueryLimits()


@dataclass(frozen=True)
class UseCases:
    """The use cases of one API version."""

    submitter: Submitter
    validator: Validator
    statuses: StatusReader
    results: ResultReader
    lister: QueryLister
    fields: FieldReader
    saved: SavedQuestions
    budgets: Budgets


def _poller(
    settings: Settings, engine: AthenaClient, clock: Callable[[], datetime], limits: PollLimits
) -> Poller:
    describe = partial(describe_for_callers, engine)
    return Poller(describe, settings.status_calls_per_second_of_worker, clock, limits)


def _links(settings: Settings, clock: Callable[[], datetime]) -> ResultLinks | None:
    seconds = settings.result_link_seconds
    return None if seconds is None else ResultLinks(settings, seconds, clock)


@dataclass(frozen=True)
class WorkerResources:
    """The resources of one worker; threads and processes start when they are first needed."""

    engine: AthenaClient
    workgroups: TenantWorkgroups
    budgets: Budgets
    locations: ResultLocations
    clock: Callable[[], datetime]
    limits: QueryLimits
    poller: Poller
    time_policy: TimePolicy
    calls: ContextThreadPoolExecutor
    stream_reads: ContextThreadPoolExecutor
    row_threads: ContextThreadPoolExecutor
    pages: ResultPages
    read_ahead: ReadAheadBudget
    orphans: OrphanStopper
    query_metrics: QueryMetrics
    samples: SingleFlight[FieldSample]
    saved: SavedQuestions
    links: ResultLinks | None
    listings: ContextThreadPoolExecutor
    estimator: Estimator

    @classmethod
    def create(
        cls,
        settings: Settings,
        engine: AthenaClient,
        documents: DocumentStore,
        clock: Callable[[], datetime],
        limits: QueryLimits = _LIMITS,
    ) -> "WorkerResources":
        """Create them all."""
        locations = ResultLocations(settings.result_bucket, settings.result_prefix)
        workgroups = TenantWorkgroups(engine, settings.workgroups_of_tenants, clock)
        calls = ContextThreadPoolExecutor(limits.call_threads, "engine-call")
        row_threads = ContextThreadPoolExecutor(limits.row_threads, "rows")
        listings = ContextThreadPoolExecutor(limits.listing_threads, "archive-listing")
        reader = PageReader(engine, calls, row_threads, limits.pages)
        return cls(
            engine=engine,
            workgroups=workgroups,
            budgets=Budgets(
                engine,
                workgroups,
                locations,
                policy=BudgetPolicy.of_deployment(settings),
                threads=listings,
                clock=clock,
                limits=limits.budgets,
            ),
            locations=locations,
            clock=clock,
            limits=limits,
            poller=_poller(settings, engine, clock, limits.poll),
            time_policy=TimePolicy(settings.max_query_days, settings.unbounded_queries),
            calls=calls,
            stream_reads=ContextThreadPoolExecutor(limits.stream_threads, "stream-read"),
            row_threads=row_threads,
            pages=ResultPages(engine, calls, reader, limits.results),
            read_ahead=ReadAheadBudget(limits.read_ahead),
            orphans=OrphanStopper(engine, limits.orphans),
            query_metrics=QueryMetrics(limits.counted_queries),
            samples=SingleFlight(
                lambda one: one.size, lambda one: one.kept_until, clock, limits.samples
            ),
            saved=SavedQuestions(documents, locations, calls, clock, limits.saved),
            links=_links(settings, clock),
            listings=listings,
            estimator=Estimator(engine, listings, clock, limits.estimates),
        )

    def warm_up(self) -> None:
        """Prepare, on a thread, what the first stream of a result would wait for."""
        self.stream_reads.submit(load_encoders)

    def guard_pool(self, catalog: Catalog) -> GuardPool:
        """Create the guards of a catalog, which whoever asks closes."""
        return GuardPool(catalog.versions, self.time_policy, self.limits.guard)

    def use_cases(
        self,
        version: ApiVersion,
        guard: GuardPool,
        *,
        release_slot: AsyncContextFactory,
        until_shutdown: AsyncContextFactory,
    ) -> UseCases:
        """Build the use cases of an API version.

        Args:
            version: Its tables.
            guard: The guards of its catalog.
            release_slot: Gives the request's slot of the concurrency limit to others.
            until_shutdown: Raises TimeoutError in its body when the worker stops listening.
        """
        isolation = TenantIsolation(self.locations, self.clock)
        starter = self._starter(version)
        statuses = StatusReader(
            self.engine,
            calls=self.calls,
            poller=self.poller,
            isolation=isolation,
            query_metrics=self.query_metrics,
            tables=version.tables,
            release_slot=release_slot,
            until_shutdown=until_shutdown,
            limits=self.limits.status,
        )
        return UseCases(
            submitter=self._submitter(version, guard, starter, statuses),
            validator=self._validator(version, guard, starter, statuses),
            statuses=statuses,
            results=self._result_reader(version, statuses),
            lister=self._lister(version, isolation),
            fields=self._field_reader(version, guard, starter, statuses),
            saved=self.saved,
            budgets=self.budgets,
        )

    def _starter(self, version: ApiVersion) -> QueryStarter:
        return QueryStarter(
            self.engine,
            self.workgroups,
            catalog=version.catalog,
            orphans=self.orphans,
            calls=self.calls,
            clock=self.clock,
        )

    def _lister(self, version: ApiVersion, isolation: TenantIsolation) -> QueryLister:
        return QueryLister(
            self.engine,
            self.workgroups,
            isolation=isolation,
            tables=version.tables,
            calls=self.calls,
            max_engine_pages=self.limits.listed_engine_pages,
        )

    def _submitter(
        self, version: ApiVersion, guard: GuardPool, starter: QueryStarter, statuses: StatusReader
    ) -> Submitter:
        return Submitter(
            version,
            guard=guard,
            starter=starter,
            statuses=statuses,
            orphans=self.orphans,
            locations=self.locations,
            budgets=self.budgets,
        )

    def _validator(
        self, version: ApiVersion, guard: GuardPool, starter: QueryStarter, statuses: StatusReader
    ) -> Validator:
        return Validator(
            version,
            guard=guard,
            starter=starter,
            statuses=statuses,
            orphans=self.orphans,
            locations=self.locations,
            estimator=self.estimator,
            limits=self.limits.validation,
        )

    def _result_reader(self, version: ApiVersion, statuses: StatusReader) -> ResultReader:
        return ResultReader(
            self.engine,
            calls=self.calls,
            stream_reads=self.stream_reads,
            row_threads=self.row_threads,
            read_ahead=self.read_ahead,
            statuses=statuses,
            pages=self.pages,
            links=self.links,
            tables=version.tables,
        )

    def _field_reader(
        self, version: ApiVersion, guard: GuardPool, starter: QueryStarter, statuses: StatusReader
    ) -> FieldReader:
        return FieldReader(
            version,
            guard=guard,
            starter=starter,
            budgets=self.budgets,
            poller=self.poller,
            statuses=statuses,
            orphans=self.orphans,
            query_metrics=self.query_metrics,
            locations=self.locations,
            pages=self.pages,
            row_threads=self.row_threads,
            samples=self.samples,
            clock=self.clock,
            limits=self.limits.fields,
        )

    async def close(self) -> None:
        """Stop the work that is left, and release the threads and processes."""
        await self.samples.close()
        await self.estimator.close()
        await self.budgets.close()
        self.poller.close()
        await self.orphans.drain(self.limits.drain_seconds)
        self.orphans.close()
        for threads in (self.calls, self.stream_reads, self.row_threads, self.listings):
            threads.shutdown(wait=False, cancel_futures=True)
