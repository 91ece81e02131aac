"""Read the results of finished queries: a requested page, the first page, or the whole."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Column, Query, QueryStatus
from data_hist.athena.result_links import ResultLinks, SignedLink
from data_hist.catalog.tables import Table
from data_hist.errors import DataHistError, Forbidden, QueryExpired, ResultUnreadable
from data_hist.observability import metrics
from data_hist.queries.model import Page, PageRequest, PageShape, QueryWarning
from data_hist.queries.result_state import require_rows, usable_tables
from data_hist.queries.status import StatusReader
from data_hist.results.object_reader import ReadAheadBudget, ResultObject
from data_hist.results.pages import PageReader
from data_hist.results.paging_tokens import (
    ObjectPosition,
    ResultSetPosition,
    parse_result_token,
    result_token,
)
from data_hist.results.streams import FinishedResult
from data_hist.retention.ownership import OwnedQuery

PAGE_NOT_READ = "PAGE_NOT_READ"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ResultLimits:
    """How many results' columns are cached, and how long a query document waits for its rows.

    The document must not be late for its first page, which the caller can request again.
    """

    cached_results: int = 1024
    first_page_seconds: float = 10.0


_LIMITS = ResultLimits()


class ResultPages:
    """Reads results page by page, for all API versions.

    Args:
        engine: Describes the columns of results.
        calls: Where calls of Athena may block.
        reader: Reads rows.
        limits: What is cached, and how long reading the first page may take.
    """

    def __init__(
        self,
        engine: AthenaClient,
        calls: Executor,
        reader: PageReader,
        limits: ResultLimits = _LIMITS,
    ) -> None:
        self._calls = calls
        self._reader = reader
        self._first_page_seconds = limits.first_page_seconds
        self._columns = lru_cache(limits.cached_results)(engine.columns)

    async def columns(self, query_id: str) -> Sequence[Column]:
        """Return the columns of a result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._calls, partial(self._columns, query_id))

    async def read(
        self, query: Query, position: ObjectPosition | ResultSetPosition | None, shape: PageShape
    ) -> Page:
        """Read the page at a position, or the first one.

        Raises:
            InvalidRequest: The rows do not fit a page, or rows as objects would lose a column.
            QueryExpired, ResultUnreadable: The result is gone, or cannot be read.
        """
        with name_query_in_errors(query.query_id):
            columns = await self.columns(query.query_id)
            rows = await self._reader.read(
                query, columns, position, shape.results_per_page, shape.style
            )
        following = rows.next_position
        return Page(
            query_id=query.query_id,
            columns=columns,
            rows=rows.json,
            row_offset=position.row_offset if position else 0,
            paging_token=result_token(query.query_id, following) if following else None,
        )

    async def first(self, query: Query, shape: PageShape) -> Page | QueryWarning:
        """Read the first page, or return why it was not read; an error must not hide the query."""
        try:
            async with asyncio.timeout(self._first_page_seconds):
                return await self.read(query, None, shape)
        except DataHistError as error:
            return _page_not_read(error.detail)
        except TimeoutError:
            seconds = self._first_page_seconds
            return _page_not_read(f"They did not come within {seconds:.0f} seconds.")
        except Exception:
            _log.exception("reading the first page failed")
            return _page_not_read("The service has failed to read them.")


class ResultReader:
    """Reads the results of one API version for their owners.

    Args:
        engine: Reads result objects.
        calls: Where calls of Athena may block.
        stream_reads: Where reads of whole results may block.
        row_threads: Where rows of whole results are encoded.
        read_ahead: Bounds what whole results hold in memory.
        statuses: Describes queries to their owners.
        pages: Reads pages.
        links: Signs links to results; None if there are none.
        tables: The tables that queries may read.
    """

    def __init__(
        self,
        engine: AthenaClient,
        *,
        calls: Executor,
        stream_reads: Executor,
        row_threads: Executor,
        read_ahead: ReadAheadBudget,
        statuses: StatusReader,
        pages: ResultPages,
        links: ResultLinks | None,
        tables: Mapping[str, Table],
    ) -> None:
        self._engine = engine
        self._calls = calls
        self._stream_reads = stream_reads
        self._row_threads = row_threads
        self._read_ahead = read_ahead
        self._statuses = statuses
        self._pages = pages
        self._links = links
        self._tables = tables

    async def next_page(self, tenant: int, request: PageRequest) -> Page:
        """Read a page of a finished query.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or no longer has it.
            QueryNotFinished, QueryNotSuccessful: The query has no rows, yet or ever.
            InvalidPagingToken: The token is damaged or belongs to another query.
            InvalidRequest: The rows do not fit a page, or rows as objects would lose a column.
        """
        token = request.paging_token
        position = parse_result_token(request.query_id, token) if token else None
        owned = await self._query_with_rows(tenant, request.query_id, request.wait_seconds)
        return await self._pages.read(owned.query, position, request.shape)

    async def first_page(self, query: Query, shape: PageShape) -> Page | QueryWarning | None:
        """Read the first page if the query has finished; a warning tells why it was not read."""
        if query.status is not QueryStatus.FINISHED:
            return None
        return await self._pages.first(query, shape)

    async def whole_result(self, tenant: int, query_id: str) -> FinishedResult:
        """Find the whole result of a finished query.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or no longer has it.
            QueryNotFinished, QueryNotSuccessful: The query has no rows, yet or ever.
            ResultUnreadable: Its object cannot be read.
        """
        location = (await self._query_with_rows(tenant, query_id, 0)).query.output_location
        loop = asyncio.get_running_loop()
        with name_query_in_errors(query_id):
            columns = await self._pages.columns(query_id)
            find_version = partial(self._engine.object_version, location)
            version = await loop.run_in_executor(self._calls, find_version)
        source = ResultObject(self._engine, location, version, self._stream_reads, self._read_ahead)
        return FinishedResult(query_id, columns, source, self._row_threads)

    async def link(self, tenant: int, query_id: str) -> SignedLink:
        """Sign a link to the whole result of a finished query.

        S3 is not asked: it tells whoever opens the link if there is nothing to read.

        Raises:
            Forbidden: There are no links.
            QueryNotFound, QueryExpired: The tenant has no such query, or no longer has it.
            QueryNotFinished, QueryNotSuccessful: The query has no rows, yet or ever.
        """
        if self._links is None:
            raise Forbidden(
                "This service gives no links to results; leave out delivery, and it sends the rows."
            )
        owned = await self._query_with_rows(tenant, query_id, 0)
        sign = partial(self._signed, self._links, owned)
        with name_query_in_errors(query_id):
            return await asyncio.get_running_loop().run_in_executor(self._calls, sign)

    @staticmethod
    def _signed(links: ResultLinks, owned: OwnedQuery) -> SignedLink:
        query = owned.query
        # Every query that has ended has an expiry.
        until = owned.expires_at or query.submitted_at
        link = links.sign(query.output_location, f"{query.query_id}.csv", until)
        metrics.result_link_signed()
        return link

    async def _query_with_rows(self, tenant: int, query_id: str, wait_seconds: float) -> OwnedQuery:
        owned = await self._statuses.describe(tenant, query_id, wait_seconds)
        require_rows(owned.query, usable_tables(self._tables, tenant))
        return owned


@contextmanager
def name_query_in_errors(query_id: str) -> Iterator[None]:
    """Add the query id to the errors of a result that is gone or cannot be read."""
    try:
        yield
    except QueryExpired as error:
        raise QueryExpired(error.detail, query_id=query_id) from error
    except ResultUnreadable as error:
        raise ResultUnreadable(
            f"{error.detail} POST /next still returns its rows, from the first page on.",
            query_id=query_id,
            retry_after_seconds=error.retry_after_seconds,
        ) from error


def _page_not_read(reason: str) -> QueryWarning:
    return QueryWarning(
        PAGE_NOT_READ, f"The rows are not in this answer; POST /next asks for them. {reason}"
    )
