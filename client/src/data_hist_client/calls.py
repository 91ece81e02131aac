"""The operations of the service as flows, which both clients share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from data_hist_client.documents import (
    Estimate,
    FieldSample,
    Page,
    QueryState,
    SavedQuestion,
    Table,
    object_of,
    query_state,
    read_estimate,
    read_fields,
    read_page,
    read_saved,
    read_table,
)
from data_hist_client.errors import Problem, QueryFailed, QueryTimeout, UsageError
from data_hist_client.messages import Flow, Pause, Reply, Request
from data_hist_client.parameters import encoded_parameters
from data_hist_client.retries import RetryPolicy, exchange

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
    parameters: Sequence[Any] | None = None
    retention_minutes: int | None = None
    max_age_minutes: int | None = None

    def body(self) -> dict[str, Any]:
        """Return the body of a submit.

        Raises:
            UsageError: A parameter has no literal.
        """
        fields = {
            "query": self.sql,
            "parameters": encoded_parameters(self.parameters) or None,
            "retention_minutes": self.retention_minutes,
            "max_age_minutes": self.max_age_minutes,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Calls:
    """Each method is a flow of one operation; `clock` counts seconds."""

    policy: RetryPolicy
    clock: Callable[[], float]

    def submit(self, question: Question, key: str, wait_seconds: int) -> Flow[QueryState]:
        """Start a query, and wait for it that long; it has a page if it has finished."""
        fields = {"wait_seconds": wait_seconds, "results_per_page": ROWS_PER_PAGE}
        reply = yield from exchange(
            Request(
                "POST",
                "/query",
                body=question.body() | fields,
                headers={"Idempotency-Key": key},
                long_poll_seconds=wait_seconds,
            ),
            self.policy,
        )
        return query_state(object_of(reply))

    def status(self, query_id: str, wait_seconds: int = 0) -> Flow[QueryState]:
        """Ask for the state of a query, and wait for its end that long."""
        params = {"wait_seconds": str(wait_seconds)} if wait_seconds else {}
        started = self.clock()
        reply = yield from exchange(
            Request("GET", f"/status/{query_id}", params=params, long_poll_seconds=wait_seconds),
            self.policy,
        )
        state = query_state(object_of(reply))
        if wait_seconds and not state.has_ended and self.clock() - started < _SHORTEST_POLL_SECONDS:
            yield Pause(reply.retry_after_seconds or 1)
        return state

    def cancel(self, query_id: str) -> Flow[QueryState]:
        """Stop a query on Athena."""
        return query_state(
            object_of((yield from exchange(Request("DELETE", f"/query/{query_id}"), self.policy)))
        )

    def cancel_by_key(self, question: Question, key: str) -> Flow[QueryState]:
        """Stop the query of a submit that had no response."""
        headers = {"Idempotency-Key": key}
        request = Request("POST", "/query/cancel", body=question.body(), headers=headers)
        return query_state(object_of((yield from exchange(request, self.policy))))

    def estimate(self, question: Question) -> Flow[Estimate]:
        """Check a query without running it."""
        request = Request("POST", "/query", body=question.body() | {"dry_run": True})
        flow = telling_sql(question.sql, exchange(request, self.policy))
        return read_estimate(object_of((yield from flow)))

    def page(self, query_id: str, paging_token: str | None) -> Flow[Page]:
        """Read a page of rows; None is the first one."""
        body = {"query_id": query_id, "results_per_page": ROWS_PER_PAGE}
        if paging_token is not None:
            body["paging_token"] = paging_token
        reply = yield from exchange(Request("POST", "/next", body=body), self.policy)
        return read_page(object_of(reply))

    def queries(self, limit: int, status: str | None, text: str | None) -> Flow[list[QueryState]]:
        """List your own queries, the newest first."""
        params = _present({"status": status, "text": text, "limit": str(min(limit, 50))})
        documents = yield from self._all("/queries", "queries", params, limit)
        return [query_state(each) for each in documents]

    def tables(self) -> Flow[list[Table]]:
        """List the tables that may be queried."""
        document = object_of((yield from exchange(Request("GET", "/tables"), self.policy)))
        return [read_table(each) for each in document.get("tables", ())]

    def fields(
        self, table: str, start: datetime, end: datetime, service: str | None
    ) -> Flow[FieldSample]:
        """Tell what is in the payloads of a table; waits until its sample is there."""
        params = _present({"from": _utc(start), "to": _utc(end), "service": service})
        request = Request(
            "GET",
            f"/tables/{quote(table, safe='')}/fields",
            params={**params, "wait_seconds": str(_FIELDS_WAIT_SECONDS)},
            long_poll_seconds=_FIELDS_WAIT_SECONDS,
        )
        while True:
            reply = yield from exchange(request, self.policy)
            if reply.status != _ACCEPTED:
                return read_fields(object_of(reply))
            yield Pause(reply.retry_after_seconds or 1)

    def session(self) -> Flow[dict[str, Any]]:
        """Tell who one is, and which prices and limits hold."""
        return object_of((yield from exchange(Request("GET", "/session"), self.policy)))

    def saved_questions(self, limit: int) -> Flow[list[SavedQuestion]]:
        """List the saved questions of the tenant, the newest first."""
        documents = yield from self._all("/saved", "saved", {}, limit)
        return [read_saved(each) for each in documents]

    def save_question(self, title: str, state: str) -> Flow[SavedQuestion]:
        """Save a question; not repeated, since that would save it twice."""
        body = {"title": title, "state": state}
        request = Request("POST", "/saved", body=body, is_repeatable=False)
        return read_saved(object_of((yield from exchange(request, self.policy))))

    def delete_question(self, saved_id: str) -> Flow[Reply]:
        """Delete a saved question."""
        path = f"/saved/{quote(saved_id, safe='')}"
        return (yield from exchange(Request("DELETE", path), self.policy))

    def _all(
        self, path: str, member: str, params: Mapping[str, str], limit: int
    ) -> Flow[list[dict[str, Any]]]:
        """Read pages of a list until it has so many entries, or ends."""
        found: list[dict[str, Any]] = []
        token: str | None = None
        while len(found) < limit:
            request = Request("GET", path, params={**params, **_present({"paging_token": token})})
            document = object_of((yield from exchange(request, self.policy)))
            found += document.get(member, ())
            token = document.get("paging_token")
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
