"""The rows of a finished query, in the form that you ask for."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from data_hist_client import frames
from data_hist_client.calls import Calls
from data_hist_client.documents import Column, Page, QueryState
from data_hist_client.downloads import Download
from data_hist_client.errors import DownloadBroken
from data_hist_client.files import format_of, whole_file
from data_hist_client.http import AsyncDriver, SyncDriver
from data_hist_client.notebook import html_table
from data_hist_client.values import Row, row_reader

_Driver = TypeVar("_Driver", SyncDriver, AsyncDriver)

_CANNOT_RESTART = "The result broke off, and this format cannot go on where it did."


class _OfQuery(Generic[_Driver]):
    """What the result of a finished query is, however its rows are read.

    Attributes:
        query: The query document: its SQL, what it read and cost, its warnings.
    """

    def __init__(self, query: QueryState, calls: Calls, driver: _Driver) -> None:
        self.query = query
        self._calls = calls
        self._driver: _Driver = driver
        self._first = query.page

    def _download(self, result_format: str) -> Download:
        # A link costs a request, which is not worth it for one page.
        is_large = self._first is None or self._first.paging_token is not None
        policy = self._calls.policy
        return Download(self.query.query_id, result_format, policy, by_link=is_large)


class Result(_OfQuery[SyncDriver]):
    """The rows of a finished query.

    Attributes:
        query: The query document: its SQL, what it read and cost, its warnings.
    """

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, with Athena's types."""
        return self.first_page().columns

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows; each time from the first one."""
        read = row_reader(self.columns)
        for page in self.pages():
            yield from map(read, page.rows)

    def _repr_html_(self) -> str:
        """Show the first rows in a notebook."""
        return html_table(self.first_page())

    def rows(self) -> list[Row]:
        """Return all rows."""
        return list(self)

    def pages(self) -> Iterator[Page]:
        """Iterate over pages of JSON values."""
        page = self.first_page()
        yield page
        while page.paging_token is not None:
            page = self._driver.run(self._calls.page(self.query.query_id, page.paging_token))
            yield page

    def first_page(self) -> Page:
        """Return the first page, which a short query had in the response to its submit."""
        if self._first is None:
            self._first = self._driver.run(self._calls.page(self.query.query_id, None))
        return self._first

    def to_arrow(self) -> frames.ArrowTable:
        """Return a table of pyarrow."""
        return frames.arrow_table(self._whole("arrow"))

    def to_batches(self) -> Iterator[frames.RecordBatch]:
        """Iterate over record batches of pyarrow as they arrive; a broken stream goes on."""
        reader = frames.BatchReader()
        for chunk in self._driver.stream(self._download("arrow")):
            yield from reader.take(chunk)
        reader.end()

    def to_pandas(self) -> frames.PandasFrame:
        """Return a frame of pandas with Arrow's types, so that NULL and decimals are kept."""
        return frames.pandas_frame(self.to_arrow())

    def to_polars(self) -> frames.PolarsFrame:
        """Return a frame of polars."""
        return frames.polars_frame(self.to_arrow())

    def to_duckdb(
        self, connection: "frames.DuckDBConnection | None" = None
    ) -> frames.DuckDBRelation:
        """Return a relation of DuckDB, in a connection of yours or in the default one."""
        return frames.duckdb_relation(self.to_arrow(), connection)

    def download(
        self,
        path: str | Path,
        result_format: str | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> Path:
        """Write the result to a file, which is there only once it is whole.

        Args:
            path: The file.
            result_format: csv, ndjson, json, arrow or parquet; by default, what the name ends in.
            watch: Called with the number of bytes that have been written, again and again.

        Raises:
            UsageError: The format is unknown, or the file cannot be written.
            DownloadBroken: It broke off too often.
        """
        path = Path(path)
        chosen = format_of(path, result_format)
        with whole_file(path) as file:
            for chunk in self._driver.stream(self._download(chosen)):
                if isinstance(chunk, bytes):
                    file.write(chunk)
                else:
                    file.start_again()
                if watch is not None:
                    watch(file.written)
        return path

    def stream(self, result_format: str) -> Iterator[bytes]:
        """Iterate over the bytes of a format; only CSV goes on if the connection breaks.

        Raises:
            DownloadBroken: It broke off.
        """
        for chunk in self._driver.stream(self._download(result_format)):
            if not isinstance(chunk, bytes):
                raise DownloadBroken(_CANNOT_RESTART)
            yield chunk

    def _whole(self, result_format: str) -> bytes:
        whole = bytearray()
        for chunk in self._driver.stream(self._download(result_format)):
            if isinstance(chunk, bytes):
                whole += chunk
            else:
                whole.clear()
        return bytes(whole)


class AsyncResult(_OfQuery[AsyncDriver]):
    """The rows of a finished query, for asyncio and trio.

    Attributes:
        query: The query document: its SQL, what it read and cost, its warnings.
    """

    def _repr_html_(self) -> str | None:
        """Show the first rows in a notebook, if they are here already."""
        return None if self._first is None else html_table(self._first)

    async def columns(self) -> Sequence[Column]:
        """Return the columns, with Athena's types."""
        return (await self.first_page()).columns

    async def __aiter__(self) -> AsyncIterator[Row]:
        """Iterate over the rows; each time from the first one."""
        read = row_reader(await self.columns())
        async for page in self.pages():
            for values in page.rows:
                yield read(values)

    async def rows(self) -> list[Row]:
        """Return all rows."""
        return [row async for row in self]

    async def pages(self) -> AsyncIterator[Page]:
        """Iterate over pages of JSON values."""
        page = await self.first_page()
        yield page
        while page.paging_token is not None:
            page = await self._driver.run(self._calls.page(self.query.query_id, page.paging_token))
            yield page

    async def first_page(self) -> Page:
        """Return the first page, which a short query had in the response to its submit."""
        if self._first is None:
            self._first = await self._driver.run(self._calls.page(self.query.query_id, None))
        return self._first

    async def to_arrow(self) -> frames.ArrowTable:
        """Return a table of pyarrow."""
        whole = bytearray()
        async for chunk in self._driver.stream(self._download("arrow")):
            if isinstance(chunk, bytes):
                whole += chunk
            else:
                whole.clear()
        return frames.arrow_table(bytes(whole))

    async def to_batches(self) -> AsyncIterator[frames.RecordBatch]:
        """Iterate over record batches of pyarrow as they arrive; a broken stream goes on."""
        reader = frames.BatchReader()
        async for chunk in self._driver.stream(self._download("arrow")):
            for batch in reader.take(chunk):
                yield batch
        reader.end()

    async def to_pandas(self) -> frames.PandasFrame:
        """Return a frame of pandas with Arrow's types, so that NULL and decimals are kept."""
        return frames.pandas_frame(await self.to_arrow())

    async def to_polars(self) -> frames.PolarsFrame:
        """Return a frame of polars."""
        return frames.polars_frame(await self.to_arrow())

    async def to_duckdb(
        self, connection: "frames.DuckDBConnection | None" = None
    ) -> frames.DuckDBRelation:
        """Return a relation of DuckDB, in a connection of yours or in the default one."""
        return frames.duckdb_relation(await self.to_arrow(), connection)

    async def download(
        self,
        path: str | Path,
        result_format: str | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> Path:
        """Write the result to a file, as `Result.download` does."""
        path = Path(path)
        chosen = format_of(path, result_format)
        with whole_file(path) as file:
            async for chunk in self._driver.stream(self._download(chosen)):
                if isinstance(chunk, bytes):
                    file.write(chunk)
                else:
                    file.start_again()
                if watch is not None:
                    watch(file.written)
        return path

    async def stream(self, result_format: str) -> AsyncIterator[bytes]:
        """Iterate over the bytes of a format; only CSV goes on if the connection breaks.

        Raises:
            DownloadBroken: It broke off.
        """
        async for chunk in self._driver.stream(self._download(result_format)):
            if not isinstance(chunk, bytes):
                raise DownloadBroken(_CANNOT_RESTART)
            yield chunk
