"""Where SQL is judged, so that nobody waits for somebody else's parse.

A parse holds the interpreter: in a thread of the service a long one would slow every other request
down, so that long SQL is judged in processes of its own. The guard bounds its own work by counting
steps; the time limit here is the backstop. Short SQL that was sent before is not parsed again; what
is left to do for it is less than to hand it to a thread.
"""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pebble import ProcessExpired, ProcessPool

from data_hist.catalog import ApiVersion
from data_hist.errors import StatementNotAllowed
from data_hist.guard import AdmittedQuery, Guard, Parameter
from data_hist.guard.statement import Statement
from data_hist.guard.statement_cache import StatementCache

_SHORT_SQL_CHARACTERS = 2_000
_SHORT_SENT_CHARACTERS = 4_000
_PROCESSES = 2
_JUDGEMENT_SECONDS = 10.0

_own_guard: Guard


class GuardPool:
    """The guard of one API version, for many callers at once; its arguments are the guard's."""

    def __init__(self, version: ApiVersion, max_days: int | None = None) -> None:
        self._guard = Guard(version, max_days)
        self._statements = StatementCache()
        self._thread = ThreadPoolExecutor(1, "guard")
        # Started with the first long text; a forked copy of the threaded service could hang.
        self._pool = ProcessPool(
            _PROCESSES,
            initializer=_prepare,
            initargs=(version, max_days),
            context=multiprocessing.get_context("spawn"),
        )

    async def admit(
        self, sql: str, *, customer_id: int | None, parameters: Sequence[Parameter] | None
    ) -> AdmittedQuery:
        """As `Guard.admit`, without holding anybody up.

        Raises:
            StatementNotAllowed: Also for a text that cannot be judged in time.
        """
        if len(sql) <= _SHORT_SQL_CHARACTERS:
            return await self._admit_short(sql, customer_id, parameters)
        future = self._pool.schedule(
            _admit, (sql, customer_id, parameters), timeout=_JUDGEMENT_SECONDS
        )
        try:
            return await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired):
            raise StatementNotAllowed(
                "The query is too complex to be read.", rule="TOO_COMPLEX"
            ) from None

    async def _admit_short(
        self, sql: str, customer_id: int | None, parameters: Sequence[Parameter] | None
    ) -> AdmittedQuery:
        known = self._statements.get(sql)
        if known is not None:
            return self._guard.rewrite(known, customer_id=customer_id, parameters=parameters)

        def judge() -> tuple[Statement, AdmittedQuery]:
            statement = self._guard.read(sql)
            admitted = self._guard.rewrite(
                statement, customer_id=customer_id, parameters=parameters
            )
            return statement, admitted

        statement, admitted = await asyncio.get_running_loop().run_in_executor(self._thread, judge)
        if len(admitted.sql) <= _SHORT_SENT_CHARACTERS:
            self._statements.put(statement)
        return admitted

    def close(self) -> None:
        """End the processes."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._pool.stop()  # type: ignore[no-untyped-call]  # the one that pebble left out
        self._pool.join()


def _prepare(version: ApiVersion, max_days: int | None) -> None:
    """What a process does before its first text, so that no text's time goes into it."""
    global _own_guard  # noqa: PLW0603 - the one thing that a process of the pool holds
    _own_guard = Guard(version, max_days)


def _admit(
    sql: str, customer_id: int | None, parameters: Sequence[Parameter] | None
) -> AdmittedQuery:
    """What a process does with a text."""
    return _own_guard.admit(sql, customer_id=customer_id, parameters=parameters)
