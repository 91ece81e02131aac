"""The operations of the API specification, and the tenants that may call them.

Requests are valid by the time an operation is called; nothing is validated again here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from connexion import request
from connexion.lifecycle import ConnexionRequest
from starlette.responses import Response
from starlette.types import Receive

from data_hist.athena.executions import QueryStatus
from data_hist.auth.authentication import OPERATOR, Authenticator
from data_hist.catalog.tables import ApiVersion, Table
from data_hist.errors import NotFound
from data_hist.http.result_response import negotiate_format, result_response
from data_hist.http.routes import preferred_wait_seconds
from data_hist.http.serializers import (
    dry_run_document,
    page_document,
    query_document,
    retry_headers,
    table_document,
    warning_document,
)
from data_hist.observability.request_context import current_request
from data_hist.queries.glacier_warnings import ArchivePolicy
from data_hist.queries.listing import QueryLister
from data_hist.queries.model import (
    Page,
    PageRequest,
    PageShape,
    QueryFilter,
    QueryWarning,
    Submission,
)
from data_hist.queries.result_reader import ResultReader
from data_hist.queries.status import StatusReader
from data_hist.queries.submit import Submitter
from data_hist.results.formats import RowStyle
from data_hist.retention.ownership import OwnedQuery
from data_hist.spelling import offer

Document = dict[str, Any]
Answer = tuple[Document, int, dict[str, str]]
SecurityCheck = Callable[[ConnexionRequest], Awaitable[dict[str, Any]]]
_T = TypeVar("_T")

_TENANT = "tenant"
_PAGE_FIELDS = frozenset(field.name for field in fields_of(PageShape))


class Operations:
    """The operations of one version of the API."""

    def __init__(
        self,
        *,
        submitter: Submitter,
        statuses: StatusReader,
        results: ResultReader,
        lister: QueryLister,
        version: ApiVersion,
        price_usd_per_tb: float,
        archive: ArchivePolicy,
    ) -> None:
        self._submitter = submitter
        self._statuses = statuses
        self._results = results
        self._lister = lister
        self._version = version
        self._price_usd_per_tb = price_usd_per_tb
        self._archive = archive

    async def submit_query(self, body: Document) -> Answer:
        """Start a query, or only check it."""
        fields = dict(body)
        dry_run = fields.pop("dry_run", False)
        first_page = _take_first_page(fields)
        wait_seconds, applied = _wait_seconds(fields.pop("wait_seconds", None))
        submission = Submission(
            sql=fields.pop("query"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            wait_seconds=wait_seconds,
            **fields,
        )
        tenant = _tenant()
        if dry_run:
            validated = await _unless_disconnected(self._submitter.validate(tenant, submission))
            warnings = self._archive.warnings(validated.explained)
            return dry_run_document(validated, submission.sql, warnings), 200, {}
        owned = await _unless_disconnected(self._submitter.submit(tenant, submission))
        document, status, headers = await self._with_first_page(owned, first_page)
        return document, status, headers | applied

    async def get_status(
        self,
        query_id: str,
        wait_seconds: int | None = None,
        results_per_page: int | None = None,
        row_format: str | None = None,
        big_integers: str | None = None,
    ) -> Answer:
        """Describe a query."""
        current_request().query_id = query_id
        wait, applied = _wait_seconds(wait_seconds)
        # On a busy worker the request has waited for its slot first.
        left = max(wait - current_request().waited_seconds, 0)
        reading = self._statuses.status(_tenant(), query_id, left)
        owned = await (_unless_disconnected(reading) if left else reading)
        given = {
            "results_per_page": results_per_page,
            "row_format": row_format,
            "big_integers": big_integers,
        }
        first_page = _take_first_page({name: value for name, value in given.items() if value})
        document, status, headers = await self._with_first_page(owned, first_page)
        return document, status, headers | applied

    async def cancel_query(self, query_id: str) -> Answer:
        """Stop a query."""
        current_request().query_id = query_id
        owned = await self._statuses.cancel(_tenant(), query_id)
        return self._described(owned)

    async def list_queries(
        self,
        limit: int,
        status: str | None = None,
        text: str | None = None,
        paging_token: str | None = None,
    ) -> Document:
        """List the caller's queries."""
        wanted = QueryFilter(QueryStatus(status) if status else None, text)
        queries = await self._lister.list_queries(_tenant(), wanted, limit, paging_token)
        return {
            "queries": [self._document(owned) for owned in queries.queries],
            "paging_token": queries.paging_token,
        }

    async def next_page(self, body: Document) -> Document:
        """Read a page of rows."""
        fields = dict(body)
        page_request = PageRequest(shape=_take_page_shape(fields), **fields)
        current_request().query_id = page_request.query_id
        reading = self._results.next_page(_tenant(), page_request)
        page = await (_unless_disconnected(reading) if page_request.wait_seconds else reading)
        return page_document(page)

    async def get_results(
        self,
        query_id: str,
        format: str | None = None,
        row_format: str | None = None,
        big_integers: str = "number",
    ) -> Response:
        """Read the whole result."""
        current_request().query_id = query_id
        chosen = negotiate_format(format, request.headers.get("Accept"))
        result = await self._results.whole_result(_tenant(), query_id)
        response = await result_response(
            result, chosen, RowStyle(row_format, big_integers), request.headers
        )
        current_request().stream_format = chosen.name
        return response

    async def list_tables(self) -> Document:
        """Describe all tables that the caller may query."""
        return {"tables": [table_document(table) for table in self._tables().values()]}

    async def get_table(self, table: str) -> Document:
        """Describe one table."""
        tables = self._tables()
        if table not in tables:
            advice = offer(table, tables) or "; GET /tables lists them."
            raise NotFound(f"There is no such table{advice}")
        return table_document(tables[table])

    def _tables(self) -> Mapping[str, Table]:
        """Return the tables without those that only the operator may query."""
        is_operator = _tenant() == OPERATOR
        tables = self._version.tables
        return {name: table for name, table in tables.items() if is_operator or table.tenant}

    async def _with_first_page(self, owned: OwnedQuery, shape: PageShape | None) -> Answer:
        """Describe a query, with its first page if one is wanted and there."""
        document, status, headers = self._described(owned)
        page = await self._results.first_page(owned.query, shape) if shape else None
        if isinstance(page, Page):
            document["page"] = page_document(page)
        if isinstance(page, QueryWarning):
            document["warnings"].append(warning_document(page))
        return document, status, headers

    def _described(self, owned: OwnedQuery) -> Answer:
        return self._document(owned), 200, retry_headers(owned)

    def _document(self, owned: OwnedQuery) -> Document:
        return query_document(owned, self._price_usd_per_tb, self._archive.warnings(owned))


class ClientDisconnected(Exception):
    """The client has closed its connection, so that nobody reads a response."""


async def cancel_on_disconnect(receive: Receive, work: Coroutine[Any, Any, _T]) -> _T:
    """Await some work, and cancel it if the client disconnects first.

    Work that is done is returned even if the request is cancelled in the same moment: it can no
    longer learn that nobody takes its result.

    Raises:
        ClientDisconnected: The client has disconnected, and the work is cancelled.
    """
    working = asyncio.ensure_future(work)
    disconnecting = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, disconnecting}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnected
    except (asyncio.CancelledError, ClientDisconnected):
        working.cancel()
        await asyncio.wait({working})
        if working.cancelled():
            raise
    finally:
        disconnecting.cancel()
    return working.result()


class _SecurityScheme:
    """A security scheme, as Connexion expects it; all schemes share one check."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def get_fn(self, _scheme: dict[str, Any], _scopes: list[str]) -> SecurityCheck:
        """Return the check, which leaves the tenant in the state of the request."""

        async def check(request: ConnexionRequest) -> dict[str, Any]:
            tenant = await self._authenticator.tenant_of(request.scope["headers"])
            request.scope["state"][_TENANT] = tenant
            current_request().tenant = tenant
            return {}

        return check


def security_map(authenticator: Authenticator) -> dict[str, Callable[[], _SecurityScheme]]:
    """Return the security schemes, by kind, for Connexion.

    Settings decide which credentials a deployment demands; Swagger UI offers every scheme.
    """
    return dict.fromkeys(("apiKey", "basic"), lambda: _SecurityScheme(authenticator))


def _tenant() -> int:
    return int(request.scope["state"][_TENANT])


async def _unless_disconnected(work: Coroutine[Any, Any, _T]) -> _T:
    return await cancel_on_disconnect(request.receive, work)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _take_page_shape(fields: Document) -> PageShape:
    """Move the fields that shape a page out of a request."""
    return PageShape(**{name: fields.pop(name) for name in _PAGE_FIELDS & fields.keys()})


def _take_first_page(fields: Document) -> PageShape | None:
    """Move the fields of the first page out of a request; one is wanted if its size is given."""
    is_wanted = "results_per_page" in fields
    shape = _take_page_shape(fields)
    return shape if is_wanted else None


def _wait_seconds(given: int | None) -> tuple[int, dict[str, str]]:
    """Resolve how long to wait, and the response header if `Prefer` decides."""
    preferred = preferred_wait_seconds(request.headers.getlist("Prefer"))
    if given is not None or preferred is None:
        return given or 0, {}
    return preferred, {"Preference-Applied": f"wait={preferred}"}
