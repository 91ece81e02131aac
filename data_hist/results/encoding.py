"""The encoder of each format; pyarrow is loaded by the first that is made, not with the service."""

from collections.abc import Sequence

from data_hist.model import Column
from data_hist.results.formats import ResultFormat
from data_hist.results.transforms import Encoder, Gzipped, RowTransform, Transform, Unchanged
from data_hist.wire_json import dumps


def transform_for(
    fmt: ResultFormat,
    query_id: str,
    columns: Sequence[Column],
    *,
    row_format: str | None,
    gzip: bool,
) -> Transform:
    """What makes a format of the bytes of a result object.

    Raises:
        InvalidRequest: Rows as objects would lose a column.
    """
    transform: Transform = (
        Unchanged()
        if fmt.name == "csv"
        else RowTransform(_encoder(fmt.name, query_id, columns, row_format))
    )
    return Gzipped(transform) if gzip else transform


def rows_as_json(rows: bytes, columns: Sequence[Column], *, objects: bool) -> bytes:
    """Write whole rows of a result object as a JSON array.

    Raises:
        InvalidRequest: Rows as objects would lose a column.
        EngineFailed: They are not rows of these columns.
    """
    from data_hist.results.json_rows import JsonRows

    return dumps(JsonRows(columns, objects=objects).documents(rows))


def _encoder(
    name: str, query_id: str, columns: Sequence[Column], row_format: str | None
) -> Encoder:
    from data_hist.results.arrow_encoders import ArrowEncoder, ParquetEncoder
    from data_hist.results.json_encoders import JsonEncoder, NdjsonEncoder

    if name == "ndjson":
        return NdjsonEncoder(columns, objects=row_format != "arrays")
    if name == "json":
        return JsonEncoder(query_id, columns, objects=row_format == "objects")
    return ArrowEncoder(columns) if name == "arrow" else ParquetEncoder(columns)
