"""One method for each operationId: what stands on the wire, handed to the use cases and back.

The contract has been checked when a method is called, so nothing is checked again here.
"""

import re
from typing import Any

from connexion import request
from starlette.responses import Response

from data_hist.archive_policy import ArchivePolicy
from data_hist.catalog import ApiVersion
from data_hist.documents import (
    dry_run_document,
    page_document,
    query_document,
    table_document,
)
from data_hist.errors import NotFound
from data_hist.model import OwnedQuery, PageRequest, QueryStatus, Submission
from data_hist.results import chosen_format, result_response
from data_hist.security_schemes import tenant_of_request
from data_hist.service import QueryService

Document = dict[str, Any]

_PREFERRED_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?=$|[,;\s])", re.ASCII)
_LONGEST_WAIT_SECONDS = 30


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

    async def submit_query(self, body: Document) -> Document:
        """Start a query, or only check it."""
        fields = dict(body)
        dry_run = fields.pop("dry_run", False)
        submission = Submission(
            sql=fields.pop("query"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            **fields,
        )
        if dry_run:
            owned = await self._service.validate(tenant_of_request(request), submission)
            return dry_run_document(self._document(owned))
        owned = await self._service.submit(tenant_of_request(request), submission)
        return self._document(owned)

    async def get_status(
        self, query_id: str, wait_seconds: int | None = None
    ) -> Document | tuple[Document, int, dict[str, str]]:
        """Describe a query."""
        preferred = _preferred_wait_seconds()
        wait = preferred if wait_seconds is None else wait_seconds
        owned = await self._service.status(tenant_of_request(request), query_id, wait or 0)
        document = self._document(owned)
        if wait_seconds is None and preferred is not None:
            return document, 200, {"Preference-Applied": f"wait={preferred}"}
        return document

    async def cancel_query(self, query_id: str) -> Document:
        """Stop a query."""
        owned = await self._service.cancel(tenant_of_request(request), query_id)
        return self._document(owned)

    async def list_queries(
        self, limit: int, status: str | None = None, paging_token: str | None = None
    ) -> Document:
        """List the caller's queries."""
        queries = await self._service.queries(
            tenant_of_request(request), QueryStatus(status) if status else None, limit, paging_token
        )
        return {
            "queries": [self._document(owned) for owned in queries.queries],
            "paging_token": queries.paging_token,
        }

    async def next_page(self, body: Document) -> Document:
        """Read a page of rows."""
        page = await self._service.next_page(tenant_of_request(request), PageRequest(**body))
        return page_document(page)

    async def get_results(
        self,
        query_id: str,
        format: str | None = None,
        row_format: str | None = None,
    ) -> Response:
        """Read the whole result."""
        chosen = chosen_format(format, request.headers.get("Accept"))
        result = await self._service.result(tenant_of_request(request), query_id)
        return await result_response(result, chosen, row_format, request.headers)

    async def list_tables(self) -> Document:
        """Describe all tables."""
        return {"tables": [table_document(table) for table in self._version.tables.values()]}

    async def get_table(self, table: str) -> Document:
        """Describe one table."""
        if table not in self._version.tables:
            raise NotFound("There is no such table; GET /tables lists them.")
        return table_document(self._version.tables[table])

    def _document(self, owned: OwnedQuery) -> Document:
        return query_document(owned, self._price_usd_per_tb, self._archive.warnings(owned))


def _preferred_wait_seconds() -> int | None:
    match = _PREFERRED_WAIT.search(request.headers.get("Prefer", ""))
    return min(int(match[1]), _LONGEST_WAIT_SECONDS) if match else None
