"""The formats of a result and their media types."""

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class ResultFormat:
    """A format; `block_bytes` of the object are read at once for it."""

    name: str
    media_type: str
    block_bytes: int = _MEBIBYTE
    compressible: bool = True

    @property
    def content_type(self) -> str:
        """The media type, with the charset where it is text."""
        is_text = self.media_type.startswith("text/")
        return self.media_type + "; charset=utf-8" * is_text


# A block of CSV costs no more than its call. One of Parquet becomes a row group, which wants to be
# large, and whose pages are compressed.
FORMATS = {
    fmt.name: fmt
    for fmt in (
        ResultFormat("csv", "text/csv", 4 * _MEBIBYTE),
        ResultFormat("ndjson", "application/x-ndjson"),
        ResultFormat("json", "application/json"),
        ResultFormat("arrow", "application/vnd.apache.arrow.stream"),
        ResultFormat(
            "parquet", "application/vnd.apache.parquet", 4 * _MEBIBYTE, compressible=False
        ),
    )
}
