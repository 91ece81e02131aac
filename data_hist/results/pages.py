"""Read pages of a result by byte range, whatever the size of its object.

Bytes that were read beyond a page are cached for the next one, which most clients request.
"""

from asyncio import get_running_loop
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Column, Query
from data_hist.athena.result_objects import ObjectRange
from data_hist.errors import EngineFailed, FieldError, InvalidRequest, ResultUnreadable
from data_hist.observability import metrics
from data_hist.results.csv import find_rows
from data_hist.results.formats import RowStyle
from data_hist.results.paging_tokens import ObjectPosition, ResultSetPosition
from data_hist.results.result_set_rows import FIRST_ROW, read_result_set_rows

_T = TypeVar("_T")

_MEBIBYTE = 1024 * 1024
_START = ObjectPosition(byte_offset=0, row_offset=0)


@dataclass(frozen=True)
class PageLimits:
    """How much is read, held and cached for pages.

    A page is held in memory as text and as values: `max_page_bytes` is twice Athena's longest row.
    """

    guessed_row_bytes: int = 256
    min_read_bytes: int = 64 * 1024
    max_read_bytes: int = 8 * _MEBIBYTE
    read_ahead_pages: int = 8
    read_ahead_bytes: int = 2 * _MEBIBYTE
    max_page_bytes: int = 64 * _MEBIBYTE
    cached_bytes: int = 32 * _MEBIBYTE


_LIMITS = PageLimits()


@dataclass(frozen=True)
class PageRows:
    """The rows of a page as a JSON array, and where the next page begins; None at the end."""

    json: bytes
    next_position: ObjectPosition | ResultSetPosition | None


class PageReader:
    """Reads pages of results.

    Args:
        engine: Reads result objects, and result sets page by page.
        calls: Where reads may block.
        row_threads: Where rows are found and encoded.
        limits: How much is read, held and cached.
    """

    def __init__(
        self,
        engine: AthenaClient,
        calls: Executor,
        row_threads: Executor,
        limits: PageLimits = _LIMITS,
    ) -> None:
        self._engine = engine
        self._calls = calls
        self._row_threads = row_threads
        self._limits = limits
        self.cache = ReadAheadCache(limits.cached_bytes)

    async def read(
        self,
        query: Query,
        columns: Sequence[Column],
        position: ObjectPosition | ResultSetPosition | None,
        limit: int,
        style: RowStyle,
    ) -> PageRows:
        """Read up to `limit` rows from a position, or from the first row.

        If the object cannot be read when the first page is requested, all pages come from the
        result set.

        Raises:
            InvalidRequest: The rows are too wide for so many on a page, or rows as objects would
                lose a column.
            QueryExpired: The result object is gone.
            ResultUnreadable: The object can no longer be read.
            EngineFailed: The object is not the CSV that Athena writes.
        """
        encode = partial(_encode, columns=columns, style=style)
        if isinstance(position, ResultSetPosition):
            return await self._from_result_set(query, position, limit, len(columns), encode)
        try:
            return await self._from_object(query.output_location, position, limit, encode)
        except ResultUnreadable:
            if position is not None:
                raise
            return await self._from_result_set(query, FIRST_ROW, limit, len(columns), encode)

    async def _from_result_set(
        self,
        query: Query,
        position: ResultSetPosition,
        limit: int,
        column_count: int,
        encode: Callable[[bytes], bytes],
    ) -> PageRows:
        read = partial(
            read_result_set_rows, self._engine, query.query_id, column_count, position, limit
        )
        rows, next_position = await self._run(self._calls, read)
        return PageRows(await self._run(self._row_threads, partial(encode, rows)), next_position)

    async def _from_object(
        self,
        location: str,
        position: ObjectPosition | None,
        limit: int,
        encode: Callable[[bytes], bytes],
    ) -> PageRows:
        start = position or _START
        read_bytes = self._estimate_read_bytes(start, limit)
        found = self.cache.take(location, start.byte_offset)
        if position is not None:
            metrics.read_ahead_looked_up(found=found is not None)
        if found is None:
            found = await self._read_range(location, start.byte_offset, read_bytes)
        # The header is the row before the first one.
        page = _PageBuffer(found, start.byte_offset, limit, self._limits, header=position is None)
        while (
            encoded := await self._run(self._row_threads, partial(_encode_complete, page, encode))
        ) is None:
            more = max(read_bytes, page.missing_bytes())
            page.extend(await self._read_range(location, page.read_end, more, found.etag))
        if page.rest:
            rest = ObjectRange(page.rest, found.object_bytes, found.etag)
            self.cache.put(location, page.end, rest)
        if page.end == found.object_bytes:
            return PageRows(encoded, None)
        return PageRows(encoded, ObjectPosition(page.end, start.row_offset + page.row_count))

    def _estimate_read_bytes(self, start: ObjectPosition, limit: int) -> int:
        """Estimate the bytes of the page, and of those after it unless they are large."""
        limits = self._limits
        average = (
            start.byte_offset // start.row_offset if start.row_offset else limits.guessed_row_bytes
        )
        page = average * limit * 5 // 4
        ahead = min(page * limits.read_ahead_pages, limits.read_ahead_bytes)
        return min(max(page, ahead, limits.min_read_bytes), limits.max_read_bytes)

    async def _read_range(
        self, location: str, start: int, size: int, etag: str | None = None
    ) -> ObjectRange:
        read = partial(self._engine.read_range, location, start, size, etag)
        return await self._run(self._calls, read)

    async def _run(self, executor: Executor, call: Callable[[], _T]) -> _T:
        return await get_running_loop().run_in_executor(executor, call)


class ReadAheadCache:
    """Bytes that follow pages that were read, up to `max_bytes`; evicts the oldest first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._ranges: OrderedDict[tuple[str, int], ObjectRange] = OrderedDict()
        self.held_bytes = 0

    def take(self, location: str, offset: int) -> ObjectRange | None:
        """Remove and return the range that begins at an offset of an object."""
        found = self._ranges.pop((location, offset), None)
        if found:
            self.held_bytes -= len(found.data)
        return found

    def put(self, location: str, offset: int, found: ObjectRange) -> None:
        """Hold the range that begins at an offset of an object."""
        self.take(location, offset)
        self._ranges[location, offset] = found
        self.held_bytes += len(found.data)
        while self.held_bytes > self._max_bytes:
            self.take(*next(iter(self._ranges)))


class _PageBuffer:
    """The bytes read for one page, and the complete rows in them."""

    def __init__(
        self, found: ObjectRange, offset: int, limit: int, limits: PageLimits, *, header: bool
    ) -> None:
        self._data = found.data
        self._object_bytes = found.object_bytes
        self._offset = offset
        self._limit = limit
        self._limits = limits
        self._header_due = header
        self._rows_start = self._rows_end = 0
        self.row_count = 0

    @property
    def rows(self) -> bytes:
        """The complete rows."""
        return self._data[self._rows_start : self._rows_end]

    @property
    def rest(self) -> bytes:
        """What was read beyond them."""
        return self._data[self._rows_end :]

    @property
    def end(self) -> int:
        """The offset in the object after the last complete row."""
        return self._offset + self._rows_end

    @property
    def read_end(self) -> int:
        """The offset in the object after the last byte that was read."""
        return self._offset + len(self._data)

    def is_complete(self) -> bool:
        """Find the rows in the buffer; return whether they fill the page or end the result."""
        if self._header_due:
            header_rows, self._rows_start = find_rows(self._data, 0, 1)
            self._header_due = not header_rows
            self._rows_end = self._rows_start
        if not self._header_due:
            missing = self._limit - self.row_count
            found, self._rows_end = find_rows(self._data, self._rows_end, missing)
            self.row_count += found
        return self.row_count == self._limit or (
            not self._header_due and self.end == self._object_bytes
        )

    def missing_bytes(self) -> int:
        """Estimate how much to read on, from the average row and the size of the next one so far.

        Raises:
            EngineFailed: The object ends within a row.
            InvalidRequest: The page is too large for memory.
        """
        if self.read_end >= self._object_bytes:
            raise EngineFailed("The result object does not end with a whole row.")
        max_page_bytes = self._limits.max_page_bytes
        if self.row_count and len(self._data) > max_page_bytes:
            fitting, _ = find_rows(self._data[:max_page_bytes], self._rows_start, self._limit)
            raise _too_wide(max(fitting, 1))
        average = (self._rows_end - self._rows_start) // self.row_count if self.row_count else 0
        missing = average * (self._limit - self.row_count) * 5 // 4
        partial_row = len(self._data) - self._rows_end
        return min(max(missing, partial_row), self._limits.max_read_bytes)

    def extend(self, more: ObjectRange) -> None:
        """Append the bytes that follow."""
        self._data += more.data


def _encode_complete(page: _PageBuffer, encode: Callable[[bytes], bytes]) -> bytes | None:
    """Encode the rows of a page once it is complete."""
    return encode(page.rows) if page.is_complete() else None


def _encode(rows: bytes, columns: Sequence[Column], style: RowStyle) -> bytes:
    # The first page that is read imports pyarrow, not the service.
    from data_hist.results.json_rows import encode_rows

    return encode_rows(rows, columns, style)


def _too_wide(rows: int) -> InvalidRequest:
    advice = f"must be at most {rows} for rows as wide as these"
    return InvalidRequest(
        f"A page of these rows is too large to be sent: results_per_page {advice}.",
        errors=[FieldError("/results_per_page", advice)],
    )
