"""From Arrow streams to tables, batches, and data frames; each library is optional."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from data_hist_client.errors import DownloadBroken, UsageError

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


def arrow_table(stream: bytes) -> ArrowTable:
    """Read a whole Arrow stream.

    Raises:
        UsageError: pyarrow is not installed.
    """
    table: ArrowTable = _load("pyarrow.ipc", "arrow").open_stream(stream).read_all()
    return table


class BatchReader:
    """Reads the batches of an Arrow stream as its bytes arrive, each row once.

    Raises:
        UsageError: pyarrow is not installed.
    """

    def __init__(self) -> None:
        self._arrow = _load("pyarrow", "arrow")
        self._ipc = _load("pyarrow.ipc", "arrow")
        self._schema: Any = None
        self._pending = bytearray()
        self._given = 0
        self._to_skip = 0
        self._has_ended = False

    def take(self, chunk: bytes | object) -> Iterator[RecordBatch]:
        """Give the batches that are whole with these bytes.

        Args:
            chunk: The bytes; any other object says that the next ones are the first ones again.
        """
        if not isinstance(chunk, bytes):
            self._schema = None
            self._pending.clear()
            self._to_skip = self._given
            return
        self._pending += chunk
        while (message := self._next_message()) is not None:
            if self._schema is None:
                self._schema = self._ipc.read_schema(message)
            elif (fresh := self._fresh_rows(message)).num_rows:
                self._given += fresh.num_rows
                yield fresh

    def end(self) -> None:
        """Take note that there are no more bytes.

        Raises:
            DownloadBroken: The stream has not come to its end.
        """
        if not self._has_ended:
            raise DownloadBroken("The result broke off within an Arrow stream.")

    def _next_message(self) -> Any:
        size = self._size_of_message()
        if size is None:
            return None
        message = self._ipc.read_message(bytes(self._pending[:size]))
        del self._pending[:size]
        return message

    def _size_of_message(self) -> int | None:
        """Find the size of the next message; None if it is not there yet, or at the end."""
        source = self._arrow.BufferReader(self._pending)
        try:
            self._ipc.read_message(source)
        except EOFError:
            self._has_ended = bool(self._pending)
            return None
        except (OSError, self._arrow.ArrowInvalid):
            return None
        size: int = source.tell()
        return size

    def _fresh_rows(self, message: Any) -> Any:
        batch = self._ipc.read_record_batch(message, self._schema)
        fresh = batch.slice(min(self._to_skip, batch.num_rows))
        self._to_skip -= batch.num_rows - fresh.num_rows
        return fresh


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
        UsageError: polars is not installed, or two columns share a name.
    """
    names = table.column_names
    shared = sorted({name for name in names if names.count(name) > 1})
    if shared:
        raise UsageError(
            f"polars tells columns by their names, and {', '.join(shared)} names several: "
            "name them apart with AS."
        )
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
