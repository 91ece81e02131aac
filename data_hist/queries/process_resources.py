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
from data_hist.results import ReadAheadBudget
from data_hist.sql_guard.pool import GuardPool

_CALL_THREADS = 48
# Apart from the calls, which would wait behind the many reads of a few streams.
_STREAM_THREADS = 16
# More threads would not cut rows faster, only make everybody else wait for the interpreter.
_ROW_THREADS = 2
_SETTLING_SECONDS = 2.0


@dataclass(frozen=True)
class ProcessResources:
    """Threads, guard processes and read-ahead, shared by the services of all versions."""

    guard: GuardPool
    calls: ContextThreadPoolExecutor
    stream_reads: ContextThreadPoolExecutor
    row_work: ContextThreadPoolExecutor
    pages: ResultPages
    orphans: Orphans
    stream_shares: ReadAheadBudget = field(default_factory=ReadAheadBudget)

    @classmethod
    def start(
        cls,
        engine: AthenaClient,
        versions: Mapping[str, ApiVersion],
        max_query_days: int | None,
    ) -> "ProcessResources":
        """Make them all; threads and processes start when they are first needed."""
        calls = ContextThreadPoolExecutor(_CALL_THREADS, "engine-call")
        row_work = ContextThreadPoolExecutor(_ROW_THREADS, "rows")
        return cls(
            guard=GuardPool(versions, max_query_days),
            calls=calls,
            stream_reads=ContextThreadPoolExecutor(_STREAM_THREADS, "stream-read"),
            row_work=row_work,
            pages=ResultPages(engine, calls, row_work),
            orphans=Orphans(engine),
        )

    async def close(self) -> None:
        """Let go of the threads and processes, once the queries that nobody holds are stopped."""
        await self.orphans.settle(_SETTLING_SECONDS)
        self.orphans.close()
        self.guard.close()
        for threads in (self.calls, self.stream_reads, self.row_work):
            threads.shutdown(wait=False, cancel_futures=True)
