"""The asynchronous client, for asyncio and trio."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import anyio
import httpx

from data_hist_client.asking import CANCEL_SECONDS, Ask, Watch
from data_hist_client.calls import Calls, Question
from data_hist_client.documents import Estimate, FieldSample, QueryState, SavedQuestion, Table
from data_hist_client.errors import DataHistError
from data_hist_client.http import Address, AsyncDriver
from data_hist_client.notebook import progress_of_notebook
from data_hist_client.results import AsyncResult
from data_hist_client.retries import CANCEL_POLICY, DEFAULT_POLICY, RetryPolicy


class AsyncQuery:
    """A query that was started, and goes on if nobody looks.

    Attributes:
        state: What was known of it last.
    """

    def __init__(self, ask: Ask, client: "AsyncClient", state: QueryState) -> None:
        self._ask = ask
        self._client = client
        self.state = state

    @property
    def query_id(self) -> str:
        """What identifies the query."""
        return self.state.query_id

    async def wait(
        self, timeout_seconds: float | None = None, watch: Watch | None = None
    ) -> AsyncResult:
        """Wait until the query has finished, and return its result.

        Raises:
            QueryTimeout: It did not end in time, and goes on.
            DataHistError: It failed, or was cancelled.
        """
        self.state = await self._client.run(self._ask.until_finished(timeout_seconds, watch))
        return self._client.result_of(self.state)

    async def refresh(self) -> QueryState:
        """Ask for its state."""
        self.state = await self._client.status(self.query_id)
        return self.state

    async def cancel(self) -> QueryState:
        """Stop it on Athena."""
        self.state = await self._client.cancel(self.query_id)
        return self.state


class AsyncClient:
    """Asks the service; close it, or use it as an asynchronous context manager.

    Args:
        url: The address, such as `https://host/v1/data_hist`; without a path, v1 is meant. Or an
            `Address`, which has the next three as well.
        auth: User and password, or an authentication of httpx.
        tenant: The number of the tenant, if no gateway names it.
        headers: Further headers of each request.
        policy: How often requests are sent again.
        transport: What sends requests, in place of the network.
        clock: Counts seconds.
    """

    def __init__(
        self,
        url: str | Address,
        *,
        auth: tuple[str, str] | httpx.Auth | None = None,
        tenant: int | None = None,
        headers: Mapping[str, str] | None = None,
        policy: RetryPolicy = DEFAULT_POLICY,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        address = url if isinstance(url, Address) else Address(url, auth, tenant, headers or {})
        self._driver = AsyncDriver(address, transport)
        self._calls = Calls(policy, clock)
        self._cancels = Calls(CANCEL_POLICY, clock)
        self.run = self._driver.run

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._driver.close()

    async def query(
        self,
        sql: str,
        parameters: Sequence[Any] | None = None,
        *,
        retention_minutes: int | None = None,
        max_age_minutes: int | None = None,
        timeout_seconds: float | None = None,
        watch: Watch | None = None,
    ) -> AsyncResult:
        """Run a query and wait until it has finished.

        The query is cancelled on Athena if the wait ends early: with its task, by the timeout, or
        by a service that can no longer be reached.

        Args:
            sql: One SELECT.
            parameters: A value for each `?`.
            retention_minutes: How long to keep the result.
            max_age_minutes: How old a result of the same question may be to be used again.
            timeout_seconds: How long to wait at most; by default, until the end.
            watch: Called with the state about every second; a notebook shows it by default.

        Raises:
            SqlError: The SQL has to be changed.
            QueryFailed: Athena failed.
            QueryTimeout: It did not end in time.
            DataHistError: Anything else.
        """
        question = Question(sql, parameters, retention_minutes, max_age_minutes)
        ask = Ask(self._calls, question)
        watch = watch or progress_of_notebook()
        async with self._cancelled_unless_ended(ask):
            return self.result_of(await self.run(ask.until_finished(timeout_seconds, watch)))

    async def submit(
        self,
        sql: str,
        parameters: Sequence[Any] | None = None,
        *,
        retention_minutes: int | None = None,
        max_age_minutes: int | None = None,
    ) -> AsyncQuery:
        """Start a query, and do not wait for it; the arguments are those of `query`."""
        ask = Ask(self._calls, Question(sql, parameters, retention_minutes, max_age_minutes))
        async with self._cancelled_unless_ended(ask):
            return AsyncQuery(ask, self, await self.run(ask.submit()))

    async def estimate(self, sql: str, parameters: Sequence[Any] | None = None) -> Estimate:
        """Check a query without running it, and tell what it would read and cost."""
        return await self.run(self._calls.estimate(Question(sql, parameters)))

    async def result(self, query_id: str) -> AsyncResult:
        """Wait until a query has finished, whoever started it, and return its result.

        Raises:
            DataHistError: It failed, or was cancelled, or is gone.
        """
        state = await self.status(query_id)
        ask = Ask(self._calls, Question(state.sql or ""), state)
        return self.result_of(await self.run(ask.until_finished()))

    async def status(self, query_id: str) -> QueryState:
        """Ask for the state of a query."""
        return await self.run(self._calls.status(query_id))

    async def cancel(self, query_id: str) -> QueryState:
        """Stop a query on Athena."""
        return await self.run(self._calls.cancel(query_id))

    async def queries(
        self, limit: int = 20, *, status: str | None = None, text: str | None = None
    ) -> list[QueryState]:
        """List your queries, the newest first; `text` is a part of their SQL."""
        return await self.run(self._calls.queries(limit, status, text))

    async def tables(self) -> list[Table]:
        """List the tables that you may query."""
        return await self.run(self._calls.tables())

    async def fields(
        self, table: str, start: datetime, end: datetime, service: str | None = None
    ) -> FieldSample:
        """Tell what is in the payloads of a table, from a sample of your records of that time.

        Args:
            table: The name of a table.
            start: The start of the range of time; without a zone, in UTC.
            end: Its end, which is not part of it.
            service: Only records of this service.
        """
        return await self.run(self._calls.fields(table, start, end, service))

    async def session(self) -> dict[str, Any]:
        """Tell who you are, and which prices and limits hold."""
        return await self.run(self._calls.session())

    async def saved_questions(self, limit: int = 1000) -> list[SavedQuestion]:
        """List the saved questions of your tenant, the newest first."""
        return await self.run(self._calls.saved_questions(limit))

    async def save_question(self, title: str, state: str) -> SavedQuestion:
        """Save a question for everyone of your tenant."""
        return await self.run(self._calls.save_question(title, state))

    async def delete_question(self, saved_id: str) -> None:
        """Delete a saved question."""
        await self.run(self._calls.delete_question(saved_id))

    def result_of(self, state: QueryState) -> AsyncResult:
        """Return the result of a query that has finished."""
        return AsyncResult(state, self._calls, self._driver)

    @contextlib.asynccontextmanager
    async def _cancelled_unless_ended(self, ask: Ask) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            if ask.may_run:
                with (
                    anyio.move_on_after(CANCEL_SECONDS, shield=True),
                    contextlib.suppress(DataHistError),
                ):
                    await self.run(ask.cancel(self._cancels))
            raise
