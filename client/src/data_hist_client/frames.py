"""From Arrow streams to tables, batches, and data frames; each library is optional."""

import importlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from data_hist_client.errors import UsageError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

ArrowTable: TypeAlias = "pa.Table"
RecordBatch: TypeAlias = "pa.RecordBatch"
PandasFrame: TypeAlias = "pd.DataFrame"
PolarsFrame: TypeAlias = "pl.DataFrame"
DuckDBConnection: TypeAlias = "duckdb.DuckDBPyConnection"
DuckDBRelation: TypeAlias = "duckdb.DuckDBPyRelation"


class StartedAgain(Exception):
    """The stream begins at its first byte again."""


class ByteStream(io.RawIOBase):
    """A file that is read from chunks as they arrive; any other object raises `StartedAgain`."""

    def __init__(self, chunks: Iterator[bytes | object]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what is there, at least one byte, or none at the end."""
        if not self._rest:
            chunk = next((chunk for chunk in self._chunks if chunk), b"")
            if not isinstance(chunk, bytes):
                raise StartedAgain
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def arrow_table(stream: bytes) -> ArrowTable:
    """Read a whole Arrow stream.

    Raises:
        UsageError: pyarrow is not installed.
    """
    table: ArrowTable = _load("pyarrow.ipc", "arrow").open_stream(stream).read_all()
    return table


def arrow_batches(chunks: Iterator[bytes | object]) -> Iterator[RecordBatch]:
    """Read the batches of an Arrow stream as they arrive.

    Args:
        chunks: The bytes; any other object says that the next ones are the first ones again.

    Raises:
        UsageError: pyarrow is not installed.
    """
    ipc = _load("pyarrow.ipc", "arrow")
    given = 0
    while True:
        rows_to_skip = given
        try:
            for batch in ipc.open_stream(io.BufferedReader(ByteStream(chunks))):
                fresh = batch.slice(min(rows_to_skip, batch.num_rows))
                rows_to_skip -= batch.num_rows - fresh.num_rows
                if fresh.num_rows:
                    given += fresh.num_rows
                    yield fresh
        except StartedAgain:
            continue
        return


def pandas_frame(table: ArrowTable) -> PandasFrame:
    """Turn a table into a frame whose columns keep Arrow's types, and with them NULL.

    Raises:
        UsageError: pandas is not installed.
    """
    pandas = _load("pandas", "pandas")
    frame: PandasFrame = table.to_pandas(types_mapper=pandas.ArrowDtype)
    return frame


def polars_frame(table: ArrowTable) -> PolarsFrame:
    """Turn a table into a frame of polars.

    Raises:
        UsageError: polars is not installed.
    """
    frame: PolarsFrame = _load("polars", "polars").from_arrow(table)
    return frame


def duckdb_relation(table: ArrowTable, connection: "DuckDBConnection | None") -> DuckDBRelation:
    """Turn a table into a relation of DuckDB, in a connection or the default one.

    Raises:
        UsageError: duckdb is not installed.
    """
    relation: DuckDBRelation = (connection or _load("duckdb", "duckdb")).from_arrow(table)
    return relation


def _load(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(f'This needs "data-hist-client[{extra}]".') from error
