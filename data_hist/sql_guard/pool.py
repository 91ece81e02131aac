"""Run the guards so that no request waits while the SQL of another is parsed.

A parse holds the interpreter, so long SQL is checked in separate processes. Short SQL that was sent
before is not parsed again: what is left to do takes less time than handing it to a thread.
"""

import asyncio
import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from pebble import ProcessExpired, ProcessPool

from data_hist.catalog.tables import ApiVersion
from data_hist.errors import StatementNotAllowed
from data_hist.lru_cache import LruCache
from data_hist.sql_guard.guard import AdmittedQuery, Guard, Statement
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.time_policy import ANY_TIME, TimePolicy

# As measured, rounded up.
_BYTES = 4_096
_BYTES_OF_TOKEN = 300
_BYTES_OF_TOKEN_WITH_TREE = 800

_process_guards: dict[str, Guard]


@dataclass(frozen=True)
class GuardLimits:
    """What counts as short, what is cached, and how long a process may take.

    The time limit is a backstop: the guard bounds its own work by counting steps. Parameters count
    because each may be a time to compute with: nine hundred take 100 ms.
    """

    short_sql_characters: int = 2_000
    short_sent_characters: int = 4_000
    few_parameters: int = 20
    processes: int = 2
    process_seconds: float = 10.0
    # pebble may lose a task while it stops, and a thread waiting for it would block the shutdown.
    abandon_seconds: float = 20.0
    cached_statements: int = 1_024
    cached_bytes: int = 16 * 1024 * 1024


_LIMITS = GuardLimits()


class StatementCache:
    """Caches the statements of recent texts, which are the same for every customer. For one thread.

    It is bounded by bytes as well: one text of 2,000 characters may take a megabyte.
    """

    def __init__(
        self,
        max_statements: int = _LIMITS.cached_statements,
        max_bytes: int = _LIMITS.cached_bytes,
    ) -> None:
        self._statements = LruCache(max_statements, max_bytes, _estimated_bytes)

    def get(self, sql: str) -> Statement | None:
        """Return the statement of exactly this text."""
        return self._statements.get(sql)

    def put(self, statement: Statement) -> None:
        """Keep a statement for as long as it is used more than others."""
        self._statements.put(statement.source.text, statement)


def _estimated_bytes(statement: Statement) -> int:
    each = _BYTES_OF_TOKEN_WITH_TREE if statement.keeps_tree else _BYTES_OF_TOKEN
    return _BYTES + each * len(statement.tokens)


class GuardPool:
    """The guards of all API versions, by their names, for concurrent callers.

    Args:
        versions: The API versions by their names.
        time_policy: How much time a query may read; by default, any.
        limits: See `GuardLimits`.
    """

    def __init__(
        self,
        versions: Mapping[str, ApiVersion],
        time_policy: TimePolicy = ANY_TIME,
        limits: GuardLimits = _LIMITS,
    ) -> None:
        self._limits = limits
        self._guards = _make_guards(versions, time_policy)
        cache_bytes = limits.cached_bytes // len(versions)
        self._statements = {
            name: StatementCache(limits.cached_statements, cache_bytes) for name in versions
        }
        self._thread = ThreadPoolExecutor(1, "guard")
        # A request for long SQL waits here for a process, and can be cancelled.
        self._long_threads = ThreadPoolExecutor(limits.processes, "guard-long")
        self._pending: set[Future[AdmittedQuery]] = set()
        self._is_closed = False
        # Started with the first long text; a forked copy of the threaded service could hang.
        self._processes = ProcessPool(
            limits.processes,
            initializer=_initialize_process,
            initargs=(dict(versions), time_policy),
            context=multiprocessing.get_context("spawn"),
        )

    async def admit(
        self,
        version: str,
        sql: str,
        *,
        customer_id: int | None,
        parameters: Sequence[Parameter] | None,
        with_reads: bool = False,
    ) -> AdmittedQuery:
        """Call `Guard.admit` of a version without blocking the event loop.

        Raises:
            StatementNotAllowed: Also for a text that takes too long to check.
        """
        if len(sql) > self._limits.short_sql_characters:
            admit = partial(self._admit_long, version, sql, customer_id, parameters, with_reads)
            return await asyncio.get_running_loop().run_in_executor(self._long_threads, admit)
        if not with_reads:
            return await self._admit_short(version, sql, customer_id, parameters)
        # Dry runs are too rare to be cached.
        admit = partial(
            self._guards[version].admit,
            sql,
            customer_id=customer_id,
            parameters=parameters,
            with_reads=True,
        )
        return await asyncio.get_running_loop().run_in_executor(self._thread, admit)

    def _admit_long(self, *arguments: Any) -> AdmittedQuery:
        """Wait for a process, which finishes its task even if the caller disconnects.

        pebble would end the process with the task, and a new one takes a second to start.
        """
        future: Future[AdmittedQuery] = self._processes.schedule(
            _admit_in_process, arguments, timeout=self._limits.process_seconds
        )
        self._pending.add(future)
        if self._is_closed:
            future.cancel()
        try:
            admitted: AdmittedQuery = future.result(self._limits.abandon_seconds)
        except (TimeoutError, ProcessExpired):
            raise StatementNotAllowed(
                "The query is too complex to be parsed; simplify it.", rule="TOO_COMPLEX"
            ) from None
        finally:
            self._pending.discard(future)
        return admitted

    async def _admit_short(
        self,
        version: str,
        sql: str,
        customer_id: int | None,
        parameters: Sequence[Parameter] | None,
    ) -> AdmittedQuery:
        guard, statements = self._guards[version], self._statements[version]
        known = statements.get(sql)
        if known is not None:
            rewrite = partial(guard.rewrite, known, customer_id=customer_id, parameters=parameters)
            if len(known.placeholders) <= self._limits.few_parameters:
                return rewrite()
            return await asyncio.get_running_loop().run_in_executor(self._thread, rewrite)

        def read_and_rewrite() -> tuple[Statement, AdmittedQuery]:
            statement = guard.read(sql, to_operator=customer_id is None)
            admitted = guard.rewrite(statement, customer_id=customer_id, parameters=parameters)
            return statement, admitted

        statement, admitted = await asyncio.get_running_loop().run_in_executor(
            self._thread, read_and_rewrite
        )
        if len(admitted.sql) <= self._limits.short_sent_characters:
            statements.put(statement)
        return admitted

    def close(self) -> None:
        """Stop the processes and threads."""
        self._is_closed = True
        for threads in (self._thread, self._long_threads):
            threads.shutdown(wait=False, cancel_futures=True)
        for future in tuple(self._pending):
            # Nothing else releases the thread that waits for it.
            future.cancel()
        self._processes.stop()  # type: ignore[no-untyped-call]  # pebble left out this one
        self._processes.join()


def _make_guards(versions: Mapping[str, ApiVersion], time_policy: TimePolicy) -> dict[str, Guard]:
    return {name: Guard(version, time_policy) for name, version in versions.items()}


def _initialize_process(versions: Mapping[str, ApiVersion], time_policy: TimePolicy) -> None:
    """Make the guards before the first text, so that its time limit does not include this."""
    global _process_guards  # noqa: PLW0603 - the only state of a process of the pool
    _process_guards = _make_guards(versions, time_policy)


def _admit_in_process(
    version: str,
    sql: str,
    customer_id: int | None,
    parameters: Sequence[Parameter] | None,
    with_reads: bool,
) -> AdmittedQuery:
    return _process_guards[version].admit(
        sql, customer_id=customer_id, parameters=parameters, with_reads=with_reads
    )
