"""The operations of the service as flows, which both clients share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from data_hist_client.documents import (
    Estimate,
    FieldSample,
    Page,
    QueryState,
    SavedQuestion,
    Table,
)
from data_hist_client.errors import InvalidResponse, Problem, QueryFailed, QueryTimeout, UsageError
from data_hist_client.messages import Flow, Pause, Reply, Request
from data_hist_client.parameters import checked_number, encoded_parameters, segment
from data_hist_client.readers import (
    Members,
    object_of,
    query_state,
    read_estimate,
    read_fields,
    read_list,
    read_page,
    read_saved,
    read_table,
)
from data_hist_client.retries import Deadline, RetryPolicy, exchange

_T = TypeVar("_T")

ROWS_PER_PAGE = 1000
_FIELDS_WAIT_SECONDS = 30
_ACCEPTED = 202
# A poll that took less than this did not wait for the query.
_SHORTEST_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Question:
    """A query to submit; None stands for the default of the service."""

    sql: str
    parameters: Iterable[Any] | None = None
    retention_minutes: int | None = None
    max_age_minutes: int | None = None

    @cached_property
    def _encoded_parameters(self) -> list[Any]:
        """The parameters, which may be a generator, for each body of this query."""
        return encoded_parameters(self.parameters)

    def body(self) -> dict[str, Any]:
        """Return the body of a submit.

        Raises:
            UsageError: The SQL is no text, or a parameter has no literal.
        """
        if not isinstance(self.sql, str):
            raise UsageError(f"The SQL is a text, not {type(self.sql).__name__}.")
        fields = {
            "query": self.sql,
            "parameters": self._encoded_parameters or None,
            "retention_minutes": self.retention_minutes,
            "max_age_minutes": self.max_age_minutes,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Calls:
    """Each method is a flow of one operation; `clock` counts seconds, until the deadline."""

    policy: RetryPolicy
    clock: Callable[[], float]
    deadline: Deadline | None = None

    def within(self, seconds: float | None) -> "Calls":
        """Return the same operations, none of which goes on for longer; None is without end."""
        if seconds is not None:
            checked_number("timeout_seconds", seconds)
        return replace(self, deadline=Deadline.in_seconds(self.clock, seconds))

    def _pause(self, reply: Reply) -> Pause:
        seconds = reply.retry_after_seconds or 1
        return Pause(seconds if self.deadline is None else max(0, min(seconds, self.deadline.left)))

    def _exchange(self, request: Request) -> Flow[Reply]:
        return exchange(request, self.policy, self.deadline)

    def submit(self, question: Question, key: str, wait_seconds: int) -> Flow[QueryState]:
        """Start a query, and wait for it that long; it has a page if it has finished."""
        fields = {"wait_seconds": wait_seconds, "results_per_page": ROWS_PER_PAGE}
        reply = yield from self._exchange(
            Request(
                "POST",
                "/query",
                body=question.body() | fields,
                headers={"Idempotency-Key": key},
                long_poll_seconds=wait_seconds,
            )
        )
        return query_state(object_of(reply))

    def status(self, query_id: str, wait_seconds: int = 0) -> Flow[QueryState]:
        """Ask for the state of a query, and wait for its end that long."""
        params = {"wait_seconds": str(wait_seconds)} if wait_seconds else {}
        started = self.clock()
        reply = yield from self._exchange(
            Request(
                "GET", f"/status/{segment(query_id)}", params=params, long_poll_seconds=wait_seconds
            )
        )
        state = query_state(object_of(reply))
        if wait_seconds and not state.has_ended and self.clock() - started < _SHORTEST_POLL_SECONDS:
            yield self._pause(reply)
        return state

    def cancel(self, query_id: str) -> Flow[QueryState]:
        """Stop a query on Athena."""
        return query_state(
            object_of((yield from self._exchange(Request("DELETE", f"/query/{segment(query_id)}"))))
        )

    def cancel_by_key(self, question: Question, key: str) -> Flow[QueryState]:
        """Stop the query of a submit that had no response."""
        headers = {"Idempotency-Key": key}
        request = Request("POST", "/query/cancel", body=question.body(), headers=headers)
        return query_state(object_of((yield from self._exchange(request))))

    def estimate(self, question: Question) -> Flow[Estimate]:
        """Check a query without running it."""
        request = Request("POST", "/query", body=question.body() | {"dry_run": True})
        flow = telling_sql(question.sql, self._exchange(request))
        return read_estimate(object_of((yield from flow)))

    def page(self, query_id: str, paging_token: str | None) -> Flow[Page]:
        """Read a page of rows; None is the first one."""
        body = {"query_id": query_id, "results_per_page": ROWS_PER_PAGE}
        if paging_token is not None:
            body["paging_token"] = paging_token
        reply = yield from self._exchange(Request("POST", "/next", body=body))
        page = read_page(object_of(reply))
        _check_token(page.paging_token, paging_token)
        return page

    def queries(self, limit: int, status: str | None, text: str | None) -> Flow[list[QueryState]]:
        """List your own queries, the newest first."""
        params = _present(
            {"status": status, "text": text, "limit": str(min(checked_number("limit", limit), 50))}
        )
        return (yield from self._all("/queries", "queries", params, limit, query_state))

    def tables(self) -> Flow[list[Table]]:
        """List the tables that may be queried."""
        document = object_of((yield from self._exchange(Request("GET", "/tables"))))
        return read_list(document, "tables", read_table)

    def fields(
        self, table: str, start: datetime, end: datetime, service: str | None
    ) -> Flow[FieldSample]:
        """Tell what is in the payloads of a table; waits until its sample is there."""
        params = _present({"from": _utc(start), "to": _utc(end), "service": service})
        request = Request(
            "GET",
            f"/tables/{segment(table)}/fields",
            params={**params, "wait_seconds": str(_FIELDS_WAIT_SECONDS)},
            long_poll_seconds=_FIELDS_WAIT_SECONDS,
        )
        while True:
            reply = yield from self._exchange(request)
            if reply.status != _ACCEPTED:
                return read_fields(object_of(reply))
            yield self._pause(reply)

    def session(self) -> Flow[dict[str, Any]]:
        """Tell who one is, and which prices and limits hold."""
        return object_of((yield from self._exchange(Request("GET", "/session"))))

    def saved_questions(self, limit: int) -> Flow[list[SavedQuestion]]:
        """List the saved questions of the tenant, the newest first."""
        return (yield from self._all("/saved", "saved", {}, limit, read_saved))

    def save_question(self, title: str, state: str) -> Flow[SavedQuestion]:
        """Save a question; not repeated, since that would save it twice."""
        body = {"title": title, "state": state}
        request = Request("POST", "/saved", body=body, is_repeatable=False)
        return read_saved(object_of((yield from self._exchange(request))))

    def delete_question(self, saved_id: str) -> Flow[Reply]:
        """Delete a saved question."""
        path = f"/saved/{segment(saved_id)}"
        return (yield from self._exchange(Request("DELETE", path)))

    def _all(
        self,
        path: str,
        member: str,
        params: Mapping[str, str],
        limit: int,
        read: Callable[[Any], _T],
    ) -> Flow[list[_T]]:
        """Read pages of a list until it has so many entries, or ends."""
        checked_number("limit", limit)
        found: list[_T] = []
        token: str | None = None
        while len(found) < limit:
            request = Request("GET", path, params={**params, **_present({"paging_token": token})})
            document = object_of((yield from self._exchange(request)))
            found += read_list(document, member, read)
            following = Members(document, f"list of {member}").maybe("paging_token", str)
            _check_token(following, token)
            token = following
            if token is None:
                break
        return found[:limit]


def telling_sql(sql: str, flow: Flow[_T]) -> Flow[_T]:
    """Let errors show the line of the SQL that they are about."""
    try:
        return (yield from flow)
    except (Problem, QueryFailed, QueryTimeout) as error:
        error.sql = sql
        raise


def _check_token(following: str | None, current: str | None) -> None:
    if following is not None and following == current:
        raise InvalidResponse("The response is a page that leads to itself.")


def _present(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _utc(moment: datetime) -> str:
    """Write a moment; without a zone, it is in UTC."""
    if not isinstance(moment, datetime):
        raise UsageError(f"The ends of a range are datetimes, not {type(moment).__name__}.")
    try:
        shifted = moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError as error:
        raise UsageError(f"{moment} is not in the years 1 to 9999 in UTC.") from error
    return f"{shifted.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
