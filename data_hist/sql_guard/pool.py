"""Run the guard so that no request waits for the parse of another.

A parse holds the interpreter: in a thread of the service a long one would slow down every other
request, so long SQL is checked in separate processes. The guard bounds its own work by counting
steps; the time limit here is the backstop. Short SQL that was sent before is not parsed again; what
is left to do for it is less than to hand it to a thread.
"""

import asyncio
import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from pebble import ProcessExpired, ProcessPool

from data_hist.catalog import ApiVersion
from data_hist.errors import StatementNotAllowed
from data_hist.sql_guard import AdmittedQuery, Guard, Parameter
from data_hist.sql_guard.statement import Statement
from data_hist.sql_guard.statement_cache import MOST_BYTES, StatementCache

_SHORT_SQL_CHARACTERS = 2_000
_SHORT_SENT_CHARACTERS = 4_000
# Their values may be times, each of which has to be worked out: nine hundred take 100 ms.
_FEW_MARKS = 20
_PROCESSES = 2
_JUDGEMENT_SECONDS = 10.0
# pebble may forget a text while it stops; a thread that waits for it would keep the worker.
_GIVEN_UP_SECONDS = 20.0

_own_guards: dict[str, Guard]


class GuardPool:
    """The guards of all API versions, by their names, for many callers at once."""

    def __init__(self, versions: Mapping[str, ApiVersion], max_days: int | None = None) -> None:
        self._guards = _guards(versions, max_days)
        each_bytes = MOST_BYTES // len(versions)
        self._statements = {name: StatementCache(most_bytes=each_bytes) for name in versions}
        self._thread = ThreadPoolExecutor(1, "guard")
        # Who waits for a process stands in line here, and can leave it.
        self._long_threads = ThreadPoolExecutor(_PROCESSES, "guard-long")
        self._judging: set[Future[AdmittedQuery]] = set()
        self._is_closed = False
        # Started with the first long text; a forked copy of the threaded service could hang.
        self._pool = ProcessPool(
            _PROCESSES,
            initializer=_prepare,
            initargs=(dict(versions), max_days),
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
        """As `Guard.admit` of this version, without holding anybody up.

        Raises:
            StatementNotAllowed: Also for a text that cannot be judged in time.
        """
        if len(sql) > _SHORT_SQL_CHARACTERS:
            judge = partial(self._judge_long, version, sql, customer_id, parameters, with_reads)
            return await asyncio.get_running_loop().run_in_executor(self._long_threads, judge)
        if not with_reads:
            return await self._admit_short(version, sql, customer_id, parameters)
        # Too rare to be kept for the next caller.
        admit = partial(
            self._guards[version].admit,
            sql,
            customer_id=customer_id,
            parameters=parameters,
            with_reads=True,
        )
        return await asyncio.get_running_loop().run_in_executor(self._thread, admit)

    def _judge_long(self, *arguments: Any) -> AdmittedQuery:
        """Wait for a process; where the caller leaves, it still ends what it has begun.

        pebble would end the process with it, and a new one takes a second to start.
        """
        future: Future[AdmittedQuery] = self._pool.schedule(
            _admit, arguments, timeout=_JUDGEMENT_SECONDS
        )
        self._judging.add(future)
        if self._is_closed:
            future.cancel()
        try:
            admitted: AdmittedQuery = future.result(_GIVEN_UP_SECONDS)
        except (TimeoutError, ProcessExpired):
            raise StatementNotAllowed(
                "The query is too complex to be read.", rule="TOO_COMPLEX"
            ) from None
        finally:
            self._judging.discard(future)
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
            if len(known.marks) <= _FEW_MARKS:
                return rewrite()
            return await asyncio.get_running_loop().run_in_executor(self._thread, rewrite)

        def judge() -> tuple[Statement, AdmittedQuery]:
            statement = guard.read(sql)
            admitted = guard.rewrite(statement, customer_id=customer_id, parameters=parameters)
            return statement, admitted

        statement, admitted = await asyncio.get_running_loop().run_in_executor(self._thread, judge)
        if len(admitted.sql) <= _SHORT_SENT_CHARACTERS:
            statements.put(statement)
        return admitted

    def close(self) -> None:
        """End the processes."""
        self._is_closed = True
        for threads in (self._thread, self._long_threads):
            threads.shutdown(wait=False, cancel_futures=True)
        for future in tuple(self._judging):
            # Nothing else would let its thread go.
            future.cancel()
        self._pool.stop()  # type: ignore[no-untyped-call]  # the one that pebble left out
        self._pool.join()


def _guards(versions: Mapping[str, ApiVersion], max_days: int | None) -> dict[str, Guard]:
    return {name: Guard(version, max_days) for name, version in versions.items()}


def _prepare(versions: Mapping[str, ApiVersion], max_days: int | None) -> None:
    """What a process does before its first text, so that no text's time goes into it."""
    global _own_guards  # noqa: PLW0603 - the one thing that a process of the pool holds
    _own_guards = _guards(versions, max_days)


def _admit(
    version: str,
    sql: str,
    customer_id: int | None,
    parameters: Sequence[Parameter] | None,
    with_reads: bool,
) -> AdmittedQuery:
    """What a process does with a text."""
    return _own_guards[version].admit(
        sql, customer_id=customer_id, parameters=parameters, with_reads=with_reads
    )
