"""Decode gzip as Java's GZIPInputStream does: checks of headers and trailers, what may follow.

See RFC 1952.
"""

from collections.abc import Iterator

from isal import isal_zlib

from local_athena.backends.duckdb.storage.byte_source import (
    ByteSource,
    DamagedFileError,
    chunk_sizes,
)

_MAGIC = b"\x1f\x8b"
_DEFLATE = 8
_HEADER_CRC, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16
_RAW_DEFLATE = -15


def read_gzip(source: ByteSource) -> Iterator[bytes]:
    """Decode all members, and ignore what follows them and has no header of a member."""
    _Header(source).read()
    while True:
        yield from _read_member(source)
        try:
            _Header(source).read()
        except DamagedFileError:
            return


class _Header:
    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._crc = 0

    def read(self) -> None:
        if self._take(2) != _MAGIC:
            raise DamagedFileError("Not in GZIP format")
        method, flags, *_ = self._take(8)
        if method != _DEFLATE:
            raise DamagedFileError("Unsupported compression method")
        if flags & _EXTRA:
            self._take(int.from_bytes(self._take(2), "little"))
        for _ in range(bool(flags & _NAME) + bool(flags & _COMMENT)):
            self._skip_text()
        crc = self._crc & 0xFFFF
        if flags & _HEADER_CRC and int.from_bytes(self._take(2), "little") != crc:
            raise DamagedFileError("Corrupt GZIP header")

    def _take(self, size: int) -> bytes:
        data = self._source.read(size)
        if len(data) < size:
            raise DamagedFileError("Unexpected end of GZIP header")
        self._crc = isal_zlib.crc32(data, self._crc)
        return data

    def _skip_text(self) -> None:
        while piece := self._source.read_piece():
            text, end, rest = piece.partition(b"\0")
            self._crc = isal_zlib.crc32(text + end, self._crc)
            if end:
                self._source.push_back(rest)
                return
        raise DamagedFileError("Unexpected end of GZIP header")


def _read_member(source: ByteSource) -> Iterator[bytes]:
    crc = length = 0
    for chunk in inflate(source, _RAW_DEFLATE):
        crc = isal_zlib.crc32(chunk, crc)
        length += len(chunk)
        yield chunk
    trailer = source.read(8)
    if len(trailer) < 8:
        raise DamagedFileError("Unexpected end of GZIP trailer")
    found = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
    if found != (crc, length & 0xFFFFFFFF):
        raise DamagedFileError("Corrupt GZIP trailer")


def inflate(source: ByteSource, window_bits: int) -> Iterator[bytes]:
    """Decode one stream of deflate; for its form, see `zlib.decompressobj`."""
    inflater = isal_zlib.decompressobj(window_bits)
    for size in chunk_sizes():
        piece = inflater.unconsumed_tail or source.read_piece()
        try:
            chunk = inflater.decompress(piece, size)
        except isal_zlib.error as error:  # type: ignore[misc]
            raise DamagedFileError(str(error)) from error
        if chunk:
            yield chunk
        if inflater.eof:
            source.push_back(inflater.unused_data)
            return
        if not piece and not chunk:
            raise DamagedFileError("Unexpected end of ZLIB input stream")
