"""Resources that a worker process creates once, for all versions of the API.

Threads, guard processes and memory for streams are sized for the machine, so a further version must
not double them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data_hist.athena import AthenaClient
from data_hist.catalog import ApiVersion
from data_hist.observability.executors import ContextThreadPoolExecutor
from data_hist.queries.orphans import Orphans
from data_hist.queries.result_pages import ResultPages
from data_hist.results.object_reader import ReadAheadBudget
from data_hist.sql_guard.pool import GuardPool


@dataclass(frozen=True)
class ResourceLimits:
    """How many threads do what, and how long the worker waits for orphans when it stops.

    Reads of streams have threads of their own, so that calls do not wait behind the many reads of
    a few streams. More threads for rows would not cut them faster, only make everybody else wait
    for the interpreter.
    """

    call_threads: int = 48
    stream_threads: int = 16
    row_threads: int = 2
    orphan_stop_seconds: float = 2.0


_LIMITS = ResourceLimits()


@dataclass(frozen=True)
class ProcessResources:
    """Threads, guard processes and read-ahead, shared by the services of all versions."""

    guard: GuardPool
    calls: ContextThreadPoolExecutor
    stream_reads: ContextThreadPoolExecutor
    row_work: ContextThreadPoolExecutor
    pages: ResultPages
    orphans: Orphans
    limits: ResourceLimits
    stream_shares: ReadAheadBudget = field(default_factory=ReadAheadBudget)

    @classmethod
    def start(
        cls,
        engine: AthenaClient,
        versions: Mapping[str, ApiVersion],
        max_query_days: int | None,
        limits: ResourceLimits = _LIMITS,
    ) -> "ProcessResources":
        """Make them all; threads and processes start when they are first needed."""
        calls = ContextThreadPoolExecutor(limits.call_threads, "engine-call")
        row_work = ContextThreadPoolExecutor(limits.row_threads, "rows")
        return cls(
            guard=GuardPool(versions, max_query_days),
            calls=calls,
            stream_reads=ContextThreadPoolExecutor(limits.stream_threads, "stream-read"),
            row_work=row_work,
            pages=ResultPages(engine, calls, row_work),
            orphans=Orphans(engine),
            limits=limits,
        )

    async def close(self) -> None:
        """Let go of the threads and processes, once the queries that nobody holds are stopped."""
        await self.orphans.settle(self.limits.orphan_stop_seconds)
        self.orphans.close()
        self.guard.close()
        for threads in (self.calls, self.stream_reads, self.row_work):
            threads.shutdown(wait=False, cancel_futures=True)
