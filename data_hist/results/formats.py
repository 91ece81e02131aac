"""The formats of a result, and which of them a caller wants."""

from dataclasses import dataclass

from data_hist.errors import NotAcceptable

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


def chosen_format(name: str | None, accept: str | None) -> ResultFormat:
    """The format of a name, or else the one that is accepted most; CSV where all are alike.

    Raises:
        NotAcceptable: None is accepted.
    """
    if name is not None:
        return FORMATS[name]
    ranges = weighted(accept) if accept and accept.strip() else {"*/*": 1.0}
    best = max(FORMATS.values(), key=lambda fmt: _quality(fmt.media_type, ranges))
    if _quality(best.media_type, ranges) <= 0:
        served = ", ".join(fmt.media_type for fmt in FORMATS.values())
        raise NotAcceptable(f"A result is served as {served}.")
    return best


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether a caller names gzip as an encoding that it takes."""
    codings = weighted(accept_encoding or "")
    return max(codings.get("gzip", 0.0), codings.get("x-gzip", 0.0)) > 0


def weighted(header: str) -> dict[str, float]:
    """The items of a header such as Accept, with their weights (RFC 9110, 12.4.2)."""
    items: dict[str, float] = {}
    for item in header.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            items[name] = _weight(parameters)
    return items


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(media_type: str, ranges: dict[str, float]) -> float:
    """The weight of the most specific range that fits."""
    kind = media_type.partition("/")[0]
    for candidate in (media_type, f"{kind}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
