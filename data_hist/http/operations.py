"""One method for each operationId, between HTTP and the use cases.

Requests are validated before a method is called, so nothing is validated again here.
"""

from collections.abc import Coroutine
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from connexion import request
from starlette.responses import Response

from data_hist.athena.model import QueryStatus
from data_hist.catalog import ApiVersion
from data_hist.errors import NotFound
from data_hist.http.disconnects import cancel_on_disconnect
from data_hist.http.long_polling import preferred_wait_seconds
from data_hist.http.result_response import negotiate_format, result_response
from data_hist.http.security import tenant_of_request
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
from data_hist.queries.model import OwnedQuery, PageRequest, QueryFilter, QueryWarning, Submission
from data_hist.queries.service import QueryService
from data_hist.results.model import Page, PageShape, RowStyle
from data_hist.spelling import offer

Document = dict[str, Any]
Answer = tuple[Document, int, dict[str, str]]
_T = TypeVar("_T")

_OF_A_PAGE = frozenset(field.name for field in fields_of(PageShape))


class Handlers:
    """The operations of one version of the API."""

    def __init__(
        self,
        service: QueryService,
        version: ApiVersion,
        price_usd_per_tb: float,
        archive: ArchivePolicy,
    ) -> None:
        self._service = service
        self._version = version
        self._price_usd_per_tb = price_usd_per_tb
        self._archive = archive

    async def submit_query(self, body: Document) -> Answer:
        """Start a query, or only check it."""
        fields = dict(body)
        dry_run = fields.pop("dry_run", False)
        first_page = _first_page(fields)
        wait_seconds, applied = _wait_seconds(fields.pop("wait_seconds", None))
        submission = Submission(
            sql=fields.pop("query"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            wait_seconds=wait_seconds,
            **fields,
        )
        tenant = tenant_of_request(request)
        if dry_run:
            checking = self._service.validate(tenant, submission)
            checked = await cancel_on_disconnect(request.receive, checking)
            warnings = self._archive.warnings(checked.check)
            return dry_run_document(checked, submission.sql, warnings), 200, {}
        owned = await cancel_on_disconnect(
            request.receive, self._service.submit(tenant, submission)
        )
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
        # A part of it may be over: who comes when there is much to do stands in line first.
        left = max(wait - current_request().waited_seconds, 0)
        owned = await _awaited(
            self._service.status(tenant_of_request(request), query_id, left), left
        )
        given = {
            "results_per_page": results_per_page,
            "row_format": row_format,
            "big_integers": big_integers,
        }
        first_page = _first_page({name: value for name, value in given.items() if value})
        document, status, headers = await self._with_first_page(owned, first_page)
        return document, status, headers | applied

    async def cancel_query(self, query_id: str) -> Answer:
        """Stop a query."""
        current_request().query_id = query_id
        owned = await self._service.cancel(tenant_of_request(request), query_id)
        return self._followed(owned)

    async def list_queries(
        self,
        limit: int,
        status: str | None = None,
        text: str | None = None,
        paging_token: str | None = None,
    ) -> Document:
        """List the caller's queries."""
        wanted = QueryFilter(QueryStatus(status) if status else None, text)
        queries = await self._service.queries(
            tenant_of_request(request), wanted, limit, paging_token
        )
        return {
            "queries": [self._document(owned) for owned in queries.queries],
            "paging_token": queries.paging_token,
        }

    async def next_page(self, body: Document) -> Document:
        """Read a page of rows."""
        fields = dict(body)
        page_request = PageRequest(shape=_page_shape(fields), **fields)
        current_request().query_id = page_request.query_id
        page = await _awaited(
            self._service.next_page(tenant_of_request(request), page_request),
            page_request.wait_seconds,
        )
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
        result = await self._service.result(tenant_of_request(request), query_id)
        response = await result_response(
            result, chosen, RowStyle(row_format, big_integers), request.headers
        )
        current_request().stream_format = chosen.name
        return response

    async def list_tables(self) -> Document:
        """Describe all tables."""
        return {"tables": [table_document(table) for table in self._version.tables.values()]}

    async def get_table(self, table: str) -> Document:
        """Describe one table."""
        if table not in self._version.tables:
            way_out = offer(table, self._version.tables) or "; GET /tables lists them."
            raise NotFound(f"There is no such table{way_out}")
        return table_document(self._version.tables[table])

    async def _with_first_page(self, owned: OwnedQuery, shape: PageShape | None) -> Answer:
        """The document of a query, and its first rows if they are wanted and there."""
        document, status, headers = self._followed(owned)
        page = await self._service.first_page(owned.query, shape) if shape else None
        if isinstance(page, Page):
            document["page"] = page_document(page)
        if isinstance(page, QueryWarning):
            document["warnings"].append(warning_document(page))
        return document, status, headers

    def _followed(self, owned: OwnedQuery) -> Answer:
        return self._document(owned), 200, retry_headers(owned)

    def _document(self, owned: OwnedQuery) -> Document:
        return query_document(owned, self._price_usd_per_tb, self._archive.warnings(owned))


async def _awaited(work: Coroutine[Any, Any, _T], wait_seconds: float) -> _T:
    """What comes of some work; a long one ends when the caller goes away."""
    return await (cancel_on_disconnect(request.receive, work) if wait_seconds else work)


def _page_shape(fields: Document) -> PageShape:
    """What the fields of a request say of pages, which is taken out of them."""
    return PageShape(**{name: fields.pop(name) for name in _OF_A_PAGE & fields.keys()})


def _first_page(fields: Document) -> PageShape | None:
    """The first page that is wanted beside a document: one where its size is given."""
    wanted = "results_per_page" in fields
    shape = _page_shape(fields)
    return shape if wanted else None


def _wait_seconds(given: int | None) -> tuple[int, dict[str, str]]:
    """How long to wait, and the header that says so where `Prefer` decides."""
    preferred = preferred_wait_seconds(request.headers.getlist("Prefer"))
    if given is not None or preferred is None:
        return given or 0, {}
    return preferred, {"Preference-Applied": f"wait={preferred}"}
