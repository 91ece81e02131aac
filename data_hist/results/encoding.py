"""Encode results in each format; pyarrow is imported with the first encoder, not at startup."""

from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from data_hist.athena.model import Column
from data_hist.results.formats import ResultFormat
from data_hist.results.model import RowStyle
from data_hist.results.object_reader import ResultObject
from data_hist.results.pipeline import (
    Encoder,
    Gzipped,
    RowTransform,
    Transform,
    Unchanged,
    transformed,
)
from data_hist.strict_json import dumps


@dataclass(frozen=True)
class FinishedResult:
    """The whole result of a finished query; its rows are encoded on `row_threads`."""

    query_id: str
    columns: Sequence[Column]
    object: ResultObject
    row_threads: Executor

    def encoded(
        self, fmt: ResultFormat, style: RowStyle, *, gzip: bool
    ) -> AsyncGenerator[bytes, None]:
        """Stream the result in a format.

        Raises:
            InvalidRequest: Rows as objects, or Parquet, would lose a column.
            QueryExpired, EngineError: The object cannot be read.
        """
        blocks = self.object.blocks(0, self.object.version.object_bytes, fmt.block_bytes)
        make = partial(transform_for, fmt, self.query_id, self.columns, style=style, gzip=gzip)
        return transformed(blocks, make, self.row_threads)


def transform_for(
    fmt: ResultFormat,
    query_id: str,
    columns: Sequence[Column],
    *,
    style: RowStyle,
    gzip: bool,
) -> Transform:
    """What makes a format of the bytes of a result object.

    Raises:
        InvalidRequest: Rows as objects, or Parquet, would lose a column.
    """
    transform: Transform = (
        Unchanged()
        if fmt.name == "csv"
        else RowTransform(_encoder(fmt.name, query_id, columns, style))
    )
    return Gzipped(transform) if gzip else transform


def rows_as_json(rows: bytes, columns: Sequence[Column], style: RowStyle) -> bytes:
    """Write whole rows of a result object as a JSON array.

    Raises:
        InvalidRequest: Rows as objects would lose a column.
        EngineFailed: They are not rows of these columns.
    """
    from data_hist.results.json_rows import JsonRows

    as_objects = style.row_format == "objects"
    written = JsonRows(columns, objects=as_objects, big_integers=style.big_integers)
    return dumps(written.documents(rows))


def _encoder(name: str, query_id: str, columns: Sequence[Column], style: RowStyle) -> Encoder:
    from data_hist.results.arrow_encoders import ArrowEncoder, ParquetEncoder
    from data_hist.results.json_encoders import JsonEncoder, NdjsonEncoder

    if name == "ndjson":
        as_objects = style.row_format != "arrays"
        return NdjsonEncoder(columns, objects=as_objects, big_integers=style.big_integers)
    if name == "json":
        as_objects = style.row_format == "objects"
        return JsonEncoder(query_id, columns, objects=as_objects, big_integers=style.big_integers)
    return ArrowEncoder(columns) if name == "arrow" else ParquetEncoder(columns)
