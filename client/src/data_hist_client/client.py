"""The synchronous client."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import httpx

from data_hist_client.asking import Ask, Watch
from data_hist_client.calls import Calls, Question
from data_hist_client.documents import Estimate, FieldSample, QueryState, SavedQuestion, Table
from data_hist_client.errors import DataHistError
from data_hist_client.http import Address, SyncDriver
from data_hist_client.notebook import progress_of_notebook
from data_hist_client.results import Result
from data_hist_client.retries import CANCEL_POLICY, DEFAULT_POLICY, RetryPolicy


class Query:
    """A query that was started, and goes on if nobody looks.

    Attributes:
        state: What was known of it last.
    """

    def __init__(self, ask: Ask, client: "Client", state: QueryState) -> None:
        self._ask = ask
        self._client = client
        self.state = state

    @property
    def query_id(self) -> str:
        """What identifies the query."""
        return self.state.query_id

    def wait(self, timeout_seconds: float | None = None, watch: Watch | None = None) -> Result:
        """Wait until the query has finished, and return its result.

        Raises:
            QueryTimeout: It did not end in time, and goes on.
            DataHistError: It failed, or was cancelled.
        """
        self.state = self._client.run(self._ask.until_finished(timeout_seconds, watch))
        return self._client.result_of(self.state)

    def refresh(self) -> QueryState:
        """Ask for its state."""
        self.state = self._client.status(self.query_id)
        return self.state

    def cancel(self) -> QueryState:
        """Stop it on Athena."""
        self.state = self._client.cancel(self.query_id)
        return self.state


class Client:
    """Asks the service; close it, or use it as a context manager.

    Args:
        url: The address, such as `https://host/v1/data_hist`; without a path, v1 is meant. Or an
            `Address`, which has the next three as well.
        auth: User and password, or an authentication of httpx.
        tenant: The number of the tenant, if no gateway names it.
        headers: Further headers of each request.
        policy: How often requests are sent again.
        transport: What sends requests, in place of the network.
        clock: Counts seconds.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        url: str | Address,
        *,
        auth: tuple[str, str] | httpx.Auth | None = None,
        tenant: int | None = None,
        headers: Mapping[str, str] | None = None,
        policy: RetryPolicy = DEFAULT_POLICY,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = url if isinstance(url, Address) else Address(url, auth, tenant, headers or {})
        self._driver = SyncDriver(address, transport, sleep)
        self._calls = Calls(policy, clock)
        self._cancels = Calls(CANCEL_POLICY, clock)
        self.run = self._driver.run

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def query(
        self,
        sql: str,
        parameters: Sequence[Any] | None = None,
        *,
        retention_minutes: int | None = None,
        max_age_minutes: int | None = None,
        timeout_seconds: float | None = None,
        watch: Watch | None = None,
    ) -> Result:
        """Run a query and wait until it has finished.

        The query is cancelled on Athena if the wait ends early: by Ctrl-C, the timeout, or a
        service that can no longer be reached.

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
        with self._cancelled_unless_ended(ask):
            return self.result_of(self.run(ask.until_finished(timeout_seconds, watch)))

    def submit(
        self,
        sql: str,
        parameters: Sequence[Any] | None = None,
        *,
        retention_minutes: int | None = None,
        max_age_minutes: int | None = None,
    ) -> Query:
        """Start a query, and do not wait for it; the arguments are those of `query`."""
        ask = Ask(self._calls, Question(sql, parameters, retention_minutes, max_age_minutes))
        with self._cancelled_unless_ended(ask):
            return Query(ask, self, self.run(ask.submit()))

    def estimate(self, sql: str, parameters: Sequence[Any] | None = None) -> Estimate:
        """Check a query without running it, and tell what it would read and cost."""
        return self.run(self._calls.estimate(Question(sql, parameters)))

    def result(self, query_id: str) -> Result:
        """Wait until a query has finished, whoever started it, and return its result.

        Raises:
            DataHistError: It failed, or was cancelled, or is gone.
        """
        state = self.status(query_id)
        ask = Ask(self._calls, Question(state.sql or ""), state)
        return self.result_of(self.run(ask.until_finished()))

    def status(self, query_id: str) -> QueryState:
        """Ask for the state of a query."""
        return self.run(self._calls.status(query_id))

    def cancel(self, query_id: str) -> QueryState:
        """Stop a query on Athena."""
        return self.run(self._calls.cancel(query_id))

    def queries(
        self, limit: int = 20, *, status: str | None = None, text: str | None = None
    ) -> list[QueryState]:
        """List your queries, the newest first; `text` is a part of their SQL."""
        return self.run(self._calls.queries(limit, status, text))

    def tables(self) -> list[Table]:
        """List the tables that you may query."""
        return self.run(self._calls.tables())

    def fields(
        self, table: str, start: datetime, end: datetime, service: str | None = None
    ) -> FieldSample:
        """Tell what is in the payloads of a table, from a sample of your records of that time.

        Args:
            table: The name of a table.
            start: The start of the range of time; without a zone, in UTC.
            end: Its end, which is not part of it.
            service: Only records of this service.
        """
        return self.run(self._calls.fields(table, start, end, service))

    def session(self) -> dict[str, Any]:
        """Tell who you are, and which prices and limits hold."""
        return self.run(self._calls.session())

    def saved_questions(self, limit: int = 1000) -> list[SavedQuestion]:
        """List the saved questions of your tenant, the newest first."""
        return self.run(self._calls.saved_questions(limit))

    def save_question(self, title: str, state: str) -> SavedQuestion:
        """Save a question for everyone of your tenant."""
        return self.run(self._calls.save_question(title, state))

    def delete_question(self, saved_id: str) -> None:
        """Delete a saved question."""
        self.run(self._calls.delete_question(saved_id))

    def result_of(self, state: QueryState) -> Result:
        """Return the result of a query that has finished."""
        return Result(state, self._calls, self._driver)

    @contextlib.contextmanager
    def _cancelled_unless_ended(self, ask: Ask) -> Iterator[None]:
        try:
            yield
        except BaseException:
            if ask.may_run:
                with contextlib.suppress(DataHistError):
                    self.run(ask.cancel(self._cancels))
            raise
