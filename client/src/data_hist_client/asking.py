"""A question on its way: submit, long polls until the end, and what there is to cancel."""

import uuid
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from data_hist_client.calls import Calls, Question, telling_sql
from data_hist_client.documents import QueryState
from data_hist_client.errors import (
    Problem,
    QueryTimeout,
    RequestRejected,
    SqlError,
)
from data_hist_client.messages import Flow

_T = TypeVar("_T")
Watch: TypeAlias = Callable[[QueryState], None]

# How long whoever gives up a query waits for its cancel.
CANCEL_SECONDS = 15
# Whoever watches wants to see something each second; others only the end.
_POLL_SECONDS = 20
_WATCHED_POLL_SECONDS = 1


class Ask:
    """One question, from its submit to its end.

    Attributes:
        state: What is known of the query; None until the service has named it.
    """

    def __init__(self, calls: Calls, question: Question, state: QueryState | None = None) -> None:
        self._calls = calls
        self._question = question
        self._key = str(uuid.uuid4())
        self.state = state
        self._may_run = False

    @property
    def may_run(self) -> bool:
        """Whether there may be a query to cancel."""
        return self._may_run and not (self.state and self.state.has_ended)

    def submit(self) -> Flow[QueryState]:
        """Start the query.

        Raises:
            Problem: The service refuses it.
        """
        return (yield from self._start(self._calls, 0))

    def until_finished(
        self, timeout_seconds: float | None = None, watch: Watch | None = None
    ) -> Flow[QueryState]:
        """Start the query unless it is started, and wait until it has finished.

        Raises:
            QueryTimeout: It did not end in time.
            QueryFailed: It failed.
            QueryCancelled: Somebody cancelled it.
            Problem: The service refuses it, or it failed because of its SQL.
        """
        calls = self._calls.within(timeout_seconds)
        if self.state is None:
            yield from self._start(calls, _poll_seconds(calls, watch))
        return (yield from telling_sql(self._question.sql, self._follow(calls, watch)))

    def cancel(self, calls: Calls) -> Flow[QueryState]:
        """Stop the query on Athena, also if its id is not known, unless that takes too long."""
        calls = calls.within(CANCEL_SECONDS)
        if self.state is None:
            self.state = yield from calls.cancel_by_key(self._question, self._key)
        else:
            self.state = yield from calls.cancel(self.state.query_id)
        return self.state

    def _start(self, calls: Calls, wait_seconds: int) -> Flow[QueryState]:
        self._question.body()
        self._may_run = True
        return (yield from telling_sql(self._question.sql, self._submit(calls, wait_seconds)))

    def _submit(self, calls: Calls, wait_seconds: int) -> Flow[QueryState]:
        try:
            self.state = yield from calls.submit(self._question, self._key, wait_seconds)
        except Problem as problem:
            # Once Athena has started a query, the service names it; a gateway may not let it.
            self._may_run = not problem.slug
            raise
        return self.state

    def _follow(self, calls: Calls, watch: Watch | None) -> Flow[QueryState]:
        while True:
            state = self.state
            if state is None:
                raise RuntimeError("follows a query that was not submitted")
            if watch is not None:
                watch(state)
            if state.has_ended:
                state.raise_unless_finished()
                return state
            if calls.deadline is not None and calls.deadline.left <= 0:
                raise QueryTimeout("The query did not end in time.", state.query_id)
            seconds = _poll_seconds(calls, watch)
            try:
                self.state = yield from calls.status(state.query_id, seconds)
            except (SqlError, RequestRejected):
                self._may_run = False
                raise


def _poll_seconds(calls: Calls, watch: Watch | None) -> int:
    longest = _WATCHED_POLL_SECONDS if watch else _POLL_SECONDS
    if calls.deadline is None:
        return longest
    return max(1, int(min(longest, calls.deadline.left)))
