"""Read pages of finished queries: the requested one, or the first for a query document."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import lru_cache, partial

from data_hist.athena import AthenaClient
from data_hist.athena.model import Column, Query
from data_hist.errors import DataHistError, QueryExpired, ResultUnreadable
from data_hist.queries.model import QueryWarning
from data_hist.results.model import Page, PageShape
from data_hist.results.pages import PageReader
from data_hist.results.paging_tokens import ObjectPosition, ResultSetPosition, result_token

PAGE_NOT_READ = "PAGE_NOT_READ"

_log = logging.getLogger(__name__)

_CACHED_RESULTS = 1024
# The document of a query must not be late for its rows, which can be asked for again.
_FIRST_PAGE_SECONDS = 10.0


class ResultPages:
    """Reads the results of finished queries page by page.

    Args:
        engine: Where the results are.
        calls: The threads that reading may block.
        row_threads: The threads on which rows are worked on.
        first_page_seconds: How long a document waits for its first page.
    """

    def __init__(
        self,
        engine: AthenaClient,
        calls: Executor,
        row_threads: Executor,
        first_page_seconds: float = _FIRST_PAGE_SECONDS,
    ) -> None:
        self._calls = calls
        self._first_page_seconds = first_page_seconds
        self._columns = lru_cache(_CACHED_RESULTS)(engine.columns)
        self._reader = PageReader(engine, calls, row_threads)

    async def columns(self, query_id: str) -> Sequence[Column]:
        """The columns of a result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._calls, partial(self._columns, query_id))

    async def read(
        self, query: Query, position: ObjectPosition | ResultSetPosition | None, shape: PageShape
    ) -> Page:
        """Read the page at a position, or the first one.

        Raises:
            InvalidRequest: The rows do not fit a page, or objects would lose a column.
            QueryExpired, ResultUnreadable: The result is gone, or cannot be read.
        """
        with naming_query(query.query_id):
            columns = await self.columns(query.query_id)
            read = await self._reader.read(
                query,
                columns,
                position,
                shape.results_per_page,
                shape.style,
            )
        return Page(
            query_id=query.query_id,
            columns=columns,
            rows=read.json,
            row_offset=position.row_offset if position else 0,
            paging_token=result_token(query.query_id, read.next_position)
            if read.next_position
            else None,
        )

    async def first(self, query: Query, shape: PageShape) -> Page | QueryWarning:
        """Read the first page, or say why not: whatever happens, the query itself is not lost."""
        try:
            async with asyncio.timeout(self._first_page_seconds):
                return await self.read(query, None, shape)
        except DataHistError as error:
            return _not_read(error.detail)
        except TimeoutError:
            return _not_read(f"They did not come within {self._first_page_seconds:.0f} seconds.")
        except Exception:
            _log.exception("the first page was not read")
            return _not_read("The service has failed to read them.")


def _not_read(reason: str) -> QueryWarning:
    return QueryWarning(
        PAGE_NOT_READ, f"The rows are not in this answer; POST /next asks for them. {reason}"
    )


@contextmanager
def naming_query(query_id: str) -> Iterator[None]:
    """Name the query whose result turns out to be gone, or not to be read."""
    try:
        yield
    except QueryExpired as error:
        raise QueryExpired(error.detail, query_id=query_id) from error
    except ResultUnreadable as error:
        raise ResultUnreadable(
            f"{error.detail} POST /next reads a result from its first row all the same.",
            query_id=query_id,
            retry_after_seconds=error.retry_after_seconds,
        ) from error
