"""Pages of a result, read from its object by byte range, whatever its size.

What was read beyond a page is kept for a while: most callers ask for the next one.
"""

from asyncio import get_running_loop
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from data_hist.athena import AthenaClient, ObjectRange
from data_hist.athena.model import Column, Query
from data_hist.errors import EngineFailed, FieldError, InvalidRequest, ResultUnreadable
from data_hist.observability import metrics
from data_hist.results.encoding import rows_as_json
from data_hist.results.model import RowStyle
from data_hist.results.paging_tokens import EnginePosition, ResultPosition
from data_hist.results.result_set_rows import START, read_engine_rows
from data_hist.results.row_ends import end_of_rows

_T = TypeVar("_T")

_MEBIBYTE = 1024 * 1024
_FIRST = ResultPosition(byte_offset=0, row_offset=0)
_GUESSED_ROW_BYTES = 256
_PAGES_AHEAD = 8
_LEAST_READ_BYTES = 64 * 1024
_AHEAD_BYTES = 2 * _MEBIBYTE
_MOST_READ_BYTES = 8 * _MEBIBYTE
# Twice Athena's longest row: a page is held in memory, as text and as values.
_MOST_PAGE_BYTES = 64 * _MEBIBYTE
_KEPT_BYTES = 32 * _MEBIBYTE


@dataclass(frozen=True)
class PageRows:
    """The rows of a page as a JSON array, and where the next page begins; None at the end."""

    json: bytes
    following: ResultPosition | EnginePosition | None


class PageReader:
    """Reads pages of result objects.

    Args:
        engine: Where the objects are.
        calls: The threads that reading may block.
        row_threads: The threads on which rows are worked on.
    """

    def __init__(self, engine: AthenaClient, calls: Executor, row_threads: Executor) -> None:
        self._engine = engine
        self._calls = calls
        self._row_threads = row_threads
        self._ahead = _ReadAhead()

    async def read(
        self,
        query: Query,
        columns: Sequence[Column],
        position: ResultPosition | EnginePosition | None,
        limit: int,
        style: RowStyle,
    ) -> PageRows:
        """Read up to `limit` rows from a position, or from the first row.

        A result whose object cannot be read when its first page is asked for is read through the
        engine from then on.

        Raises:
            InvalidRequest: The rows are so wide that fewer have to be asked for, or objects would
                lose a column.
            QueryExpired: The result object is gone.
            ResultUnreadable: It cannot be read any more.
            EngineFailed: It is not the CSV that Athena writes.
        """
        encode = partial(rows_as_json, columns=columns, style=style)
        if isinstance(position, EnginePosition):
            return await self._through_engine(query, position, limit, len(columns), encode)
        try:
            return await self._from_object(query.output_location, position, limit, encode)
        except ResultUnreadable:
            if position is not None:
                raise
            return await self._through_engine(query, START, limit, len(columns), encode)

    async def _through_engine(
        self,
        query: Query,
        position: EnginePosition,
        limit: int,
        column_count: int,
        encode: Callable[[bytes], bytes],
    ) -> PageRows:
        rows, following = await self._run(
            self._calls,
            partial(read_engine_rows, self._engine, query.query_id, column_count, position, limit),
        )
        return PageRows(await self._run(self._row_threads, partial(encode, rows)), following)

    async def _from_object(
        self,
        location: str,
        position: ResultPosition | None,
        limit: int,
        encode: Callable[[bytes], bytes],
    ) -> PageRows:
        start = position or _FIRST
        read = _read_bytes(start, limit)
        found = self._ahead.take(location, start.byte_offset)
        if position is not None:
            metrics.read_ahead_looked_up(found=found is not None)
        if found is None:
            found = await self._run(
                self._calls, partial(self._engine.read_range, location, start.byte_offset, read)
            )
        # The header is the row before the first one.
        page = _PageRead(found, start.byte_offset, limit, header=position is None)
        while (made := await self._run(self._row_threads, partial(_made, page, encode))) is None:
            more = max(read, page.missing_bytes())
            page.extend(
                await self._run(
                    self._calls,
                    partial(self._engine.read_range, location, page.read_up_to, more, found.etag),
                )
            )
        if page.rest:
            rest = ObjectRange(page.rest, found.object_bytes, found.etag)
            self._ahead.keep(location, page.next_offset, rest)
        if page.next_offset == found.object_bytes:
            return PageRows(made, None)
        return PageRows(made, ResultPosition(page.next_offset, start.row_offset + page.row_count))

    async def _run(self, executor: Executor, call: Callable[[], _T]) -> _T:
        return await get_running_loop().run_in_executor(executor, call)


class _PageRead:
    """The bytes of one page, as far as they have been read, and cut into rows."""

    def __init__(self, found: ObjectRange, offset: int, limit: int, *, header: bool) -> None:
        self._data = found.data
        self._object_bytes = found.object_bytes
        self._offset = offset
        self._limit = limit
        self._header_due = header
        self._begin = self._end = 0
        self.row_count = 0

    @property
    def rows(self) -> bytes:
        """The rows that are whole by now."""
        return self._data[self._begin : self._end]

    @property
    def rest(self) -> bytes:
        """What was read beyond them."""
        return self._data[self._end :]

    @property
    def next_offset(self) -> int:
        """The byte of the object after the last row."""
        return self._offset + self._end

    @property
    def read_up_to(self) -> int:
        """The byte of the object after the last one that was read."""
        return self._offset + len(self._data)

    def is_whole(self) -> bool:
        """Cut what is at hand; whether that is the page, full or at the result's end."""
        if self._header_due:
            header_rows, self._begin = end_of_rows(self._data, 0, 1)
            self._header_due = not header_rows
            self._end = self._begin
        if not self._header_due:
            found, self._end = end_of_rows(self._data, self._end, self._limit - self.row_count)
            self.row_count += found
        return self.row_count == self._limit or (
            not self._header_due and self.next_offset == self._object_bytes
        )

    def missing_bytes(self) -> int:
        """How much to read on: by the average so far, and at least as much as is at hand.

        Raises:
            EngineFailed: The object has ended within a row.
            InvalidRequest: The page is too large for memory.
        """
        if self.read_up_to >= self._object_bytes:
            raise EngineFailed("The result object does not end with a whole row.")
        if self.row_count and len(self._data) > _MOST_PAGE_BYTES:
            fitting, _ = end_of_rows(self._data[:_MOST_PAGE_BYTES], self._begin, self._limit)
            raise _too_wide(max(fitting, 1))
        average = (self._end - self._begin) // self.row_count if self.row_count else 0
        missing = average * (self._limit - self.row_count) * 5 // 4
        return min(max(missing, len(self._data) - self._end), _MOST_READ_BYTES)

    def extend(self, more: ObjectRange) -> None:
        """Take the bytes that follow."""
        self._data += more.data


class _ReadAhead:
    """What lies ahead of pages that were read; the longest unused goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], ObjectRange] = OrderedDict()
        self._bytes = 0

    def take(self, location: str, offset: int) -> ObjectRange | None:
        """Give what begins at this byte of an object, and forget it."""
        found = self._kept.pop((location, offset), None)
        if found:
            self._bytes -= len(found.data)
        return found

    def keep(self, location: str, offset: int, found: ObjectRange) -> None:
        """Remember what begins at this byte of an object."""
        self.take(location, offset)
        self._kept[location, offset] = found
        self._bytes += len(found.data)
        while self._bytes > _KEPT_BYTES:
            self.take(*next(iter(self._kept)))


def _made(page: _PageRead, encode: Callable[[bytes], bytes]) -> bytes | None:
    """The page as JSON, once it is whole."""
    return encode(page.rows) if page.is_whole() else None


def _read_bytes(start: ResultPosition, limit: int) -> int:
    """How much to read at once: the page, and some that follow it if they are not large."""
    average = start.byte_offset // start.row_offset if start.row_offset else _GUESSED_ROW_BYTES
    page = average * limit * 5 // 4
    ahead = min(page * _PAGES_AHEAD, _AHEAD_BYTES)
    return min(max(page, ahead, _LEAST_READ_BYTES), _MOST_READ_BYTES)


def _too_wide(rows: int) -> InvalidRequest:
    advice = f"must be at most {rows} for rows as wide as these"
    return InvalidRequest(
        f"A page of these rows is too large to be sent: results_per_page {advice}.",
        errors=[FieldError("/results_per_page", advice)],
    )
