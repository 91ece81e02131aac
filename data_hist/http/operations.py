"""The operations of the API specification, other than those on saved questions.

Requests are valid by the time an operation is called; nothing is validated again here.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from connexion import request
from starlette.responses import Response

from data_hist.athena.executions import QueryStatus
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import ApiVersion, Table
from data_hist.errors import FieldError, InvalidRequest, NotFound
from data_hist.http.disconnects import cancel_on_disconnect
from data_hist.http.result_link_response import link_response, prefers_document
from data_hist.http.result_response import negotiate_format, result_response
from data_hist.http.routes import preferred_wait_seconds
from data_hist.http.security import current_tenant
from data_hist.http.serializers import (
    dry_run_document,
    fields_document,
    kept_headers,
    page_document,
    pending_fields_document,
    query_document,
    retry_headers,
    table_document,
    warning_document,
)
from data_hist.http.session import NOT_KEPT, SessionTerms
from data_hist.observability.request_context import current_request
from data_hist.queries.budgets import Budgets
from data_hist.queries.field_reader import FieldReader, FieldRequest
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
from data_hist.queries.result_state import usable_tables
from data_hist.queries.status import StatusReader
from data_hist.queries.submit import Submitter
from data_hist.queries.unbounded_warnings import unbounded_warnings
from data_hist.queries.validation import Validator
from data_hist.results.formats import RowStyle
from data_hist.retention.ownership import OwnedQuery
from data_hist.spelling import ask, nearest_names

Document = dict[str, Any]
Answer = tuple[Document, int, dict[str, str]]
_T = TypeVar("_T")

_FIELDS_WAIT_SECONDS = 10
_PAGE_FIELDS = frozenset(field.name for field in fields_of(PageShape))


class Operations:
    """The operations of one version of the API."""

    def __init__(
        self,
        *,
        submitter: Submitter,
        validator: Validator,
        statuses: StatusReader,
        results: ResultReader,
        lister: QueryLister,
        fields: FieldReader,
        budgets: Budgets,
        version: ApiVersion,
        tenant_header: str,
        price_usd_per_tb: float,
        archive: ArchivePolicy,
        session: SessionTerms,
    ) -> None:
        self._submitter = submitter
        self._validator = validator
        self._statuses = statuses
        self._results = results
        self._lister = lister
        self._fields = fields
        self._budgets = budgets
        self._version = version
        self._tenant_header = tenant_header
        self._price_usd_per_tb = price_usd_per_tb
        self._archive = archive
        self._session = session

    async def get_session(self) -> Answer:
        """Tell who the caller is, and what holds."""
        tenant = current_tenant()
        budget = await self._budgets.budget_of(tenant)
        is_named = self._tenant_header in request.headers
        return self._session.document(tenant, budget, is_named=is_named), 200, NOT_KEPT

    async def submit_query(self, body: Document) -> Answer:
        """Start a query, or only check it."""
        fields = dict(body)
        dry_run = fields.pop("dry_run", False)
        first_page = _take_first_page(fields)
        wait_seconds, applied = _wait_seconds(fields.pop("wait_seconds", None))
        submission = _submission(fields, wait_seconds)
        tenant = current_tenant()
        if dry_run:
            validated = await _unless_disconnected(self._validator.validate(tenant, submission))
            warnings = self._warnings(validated.explained)
            price = self._price_usd_per_tb
            return dry_run_document(validated, submission.sql, price, warnings), 200, {}
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
        reading = self._statuses.status(current_tenant(), query_id, left)
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
        owned = await self._statuses.cancel(current_tenant(), query_id)
        return self._described(owned)

    async def cancel_by_key(self, body: Document) -> Answer:
        """Stop the query of a submit whose response the caller did not get.

        It is stopped even if the caller disconnects at once, as a page does that is closed.
        """
        fields = dict(body)
        if fields.pop("dry_run", False):
            wrong = FieldError("/dry_run", "A dry run starts no query that could be cancelled.")
            raise InvalidRequest(wrong.detail, errors=[wrong])
        _take_first_page(fields)
        fields.pop("wait_seconds", None)
        owned = await self._submitter.cancel(current_tenant(), _submission(fields))
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
        queries = await self._lister.list_queries(current_tenant(), wanted, limit, paging_token)
        return {
            "queries": [self._document(owned) for owned in queries.queries],
            "paging_token": queries.paging_token,
        }

    async def next_page(self, body: Document) -> Document:
        """Read a page of rows."""
        fields = dict(body)
        page_request = PageRequest(shape=_take_page_shape(fields), **fields)
        current_request().query_id = page_request.query_id
        reading = self._results.next_page(current_tenant(), page_request)
        page = await (_unless_disconnected(reading) if page_request.wait_seconds else reading)
        return page_document(page)

    async def get_results(
        self,
        query_id: str,
        format: str | None = None,
        row_format: str | None = None,
        big_integers: str = "number",
        delivery: str = "stream",
    ) -> Response:
        """Read the whole result."""
        current_request().query_id = query_id
        if delivery == "link":
            wants_document = prefers_document(format, request.headers.get("Accept"))
            link = await self._results.link(current_tenant(), query_id)
            return link_response(query_id, link, wants_document=wants_document)
        chosen = negotiate_format(format, request.headers.get("Accept"))
        result = await self._results.whole_result(current_tenant(), query_id)
        response = await result_response(
            result, chosen, RowStyle(row_format, big_integers), request.headers
        )
        current_request().stream_format = chosen.name
        return response

    async def list_tables(self) -> Document:
        """Describe all tables that the caller may query."""
        return {"tables": [_describe_table(table) for table in self._tables().values()]}

    async def get_table(self, table: str) -> Document:
        """Describe one table."""
        return _describe_table(self._table(table))

    async def list_fields(
        self, table: str, to: str, service: str | None = None, wait_seconds: int | None = None
    ) -> Answer:
        """List what is in the payloads of a table."""
        # No parameter of a function can be called `from`.
        fields = FieldRequest(self._table(table), request.query_params["from"], to, service)
        wait, applied = _wait_seconds(wait_seconds, _FIELDS_WAIT_SECONDS)
        left = max(wait - current_request().waited_seconds, 0)
        sample = await _unless_disconnected(self._fields.read(current_tenant(), fields, left))
        if sample is None:
            return pending_fields_document(), 202, {"Retry-After": "1"} | applied
        headers = kept_headers(self._fields.seconds_kept(sample), self._tenant_header)
        return fields_document(sample), 200, headers | applied

    def _table(self, name: str) -> Table:
        tables = self._tables()
        if name not in tables:
            found = nearest_names(name, tables)
            advice = ask(found) or "; GET /tables lists them."
            raise NotFound(f"There is no such table{advice}", suggestions=found)
        return tables[name]

    def _tables(self) -> Mapping[str, Table]:
        """Return the tables without those that only the operator may query."""
        return usable_tables(self._version.tables, current_tenant())

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
        return query_document(owned, self._price_usd_per_tb, self._warnings(owned))

    def _warnings(self, owned: OwnedQuery) -> list[QueryWarning]:
        return [*self._archive.warnings(owned), *unbounded_warnings(owned.query)]


def _describe_table(table: Table) -> Document:
    return table_document(table, is_operator=current_tenant() == OPERATOR)


async def _unless_disconnected(work: Coroutine[Any, Any, _T]) -> _T:
    return await cancel_on_disconnect(request.receive, work)


def _submission(fields: Document, wait_seconds: int = 0) -> Submission:
    """Read a submission from what is left of a request."""
    return Submission(
        sql=fields.pop("query"),
        idempotency_key=request.headers.get("Idempotency-Key"),
        wait_seconds=wait_seconds,
        **fields,
    )


def _take_page_shape(fields: Document) -> PageShape:
    """Move the fields that shape a page out of a request."""
    return PageShape(**{name: fields.pop(name) for name in _PAGE_FIELDS & fields.keys()})


def _take_first_page(fields: Document) -> PageShape | None:
    """Move the fields of the first page out of a request; one is wanted if its size is given."""
    is_wanted = "results_per_page" in fields
    shape = _take_page_shape(fields)
    return shape if is_wanted else None


def _wait_seconds(given: int | None, default: int = 0) -> tuple[int, dict[str, str]]:
    """Resolve how long to wait, and the response header if `Prefer` decides."""
    preferred = preferred_wait_seconds(request.headers.getlist("Prefer"))
    if given is not None or preferred is None:
        return default if given is None else given, {}
    return preferred, {"Preference-Applied": f"wait={preferred}"}
