"""The formats of a result, and the options and checks of rows that formats share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data_hist.athena.executions import Column
from data_hist.errors import InvalidRequest

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class ResultFormat:
    """A format; the result object is read in blocks of `block_bytes` for it."""

    name: str
    block_bytes: int = _MEBIBYTE
    compressible: bool = True


# A block of CSV costs little more than its call. A block becomes a row group of Parquet, which
# should be large, and whose pages are already compressed.
FORMATS = {
    fmt.name: fmt
    for fmt in (
        ResultFormat("csv", 4 * _MEBIBYTE),
        ResultFormat("ndjson"),
        ResultFormat("json"),
        ResultFormat("arrow"),
        ResultFormat("parquet", 4 * _MEBIBYTE, compressible=False),
    )
}


@dataclass(frozen=True)
class RowStyle:
    """How rows are written as JSON; each format has its own default for `row_format`."""

    row_format: str | None = None
    big_integers: str = "number"


def column_documents(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Describe each column as it precedes the rows of pages and of JSON documents."""
    return [{"name": column.name, "type": column.type} for column in columns]


def require_unique_names(columns: Sequence[Column], advice: str) -> None:
    """Check that a row can be read by the names of its columns.

    Raises:
        InvalidRequest: Two columns share a name.
    """
    if len({column.name for column in columns}) != len(columns):
        raise InvalidRequest(f"Two columns share a name: name them apart with AS, or {advice}")
