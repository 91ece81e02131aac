"""The encoder of each format; pyarrow is loaded by the first that is made, not with the service."""

from collections.abc import Sequence

from data_hist.athena.model import Column
from data_hist.results.formats import ResultFormat
from data_hist.results.model import RowStyle
from data_hist.results.pipeline import Encoder, Gzipped, RowTransform, Transform, Unchanged
from data_hist.strict_json import dumps


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
