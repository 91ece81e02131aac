"""How Hive compresses a file by its name, and its content as Trino decodes it."""

import bz2
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from local_athena.backends.duckdb.storage.byte_source import (
    ByteSource,
    DamagedFileError,
    chunk_sizes,
)
from local_athena.backends.duckdb.storage.gzip_members import inflate, read_gzip
from local_athena.backends.duckdb.storage.hadoop_blocks import read_lz4, read_snappy

_BZ2_MAGIC = b"BZ"
_BZ2_BLOCK = b"1AY&SY"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_DICTIONARY = 0b11
# A block of Zstandard: Trino decodes all of it before it returns anything.
_ZSTD_BLOCK_BYTES = 128 * 1024


class _Decompressor(Protocol):
    """What decompressors of the standard library have in common."""

    @property
    def needs_input(self) -> bool: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class UnreadableCodecError(Exception):
    """Trino reads a codec that this engine does not; the text is its name."""


def is_compressed(path: str) -> bool:
    """Tell whether Hive would decompress a file; the case of its suffix counts."""
    return Path(path).suffix in _DECODERS


def read_content(path: str) -> Iterator[bytes]:
    """Decompress a file in chunks of bounded size.

    Raises:
        DamagedFileError: It cannot be read to its end.
        UnreadableCodecError: There is no decoder.
    """
    decode = _DECODERS[Path(path).suffix]
    with Path(path).open("rb", buffering=0) as file:
        yield from decode(ByteSource(file))


def _read_bz2(source: ByteSource) -> Iterator[bytes]:
    magic = source.read(2)
    # Trino does not insist on it.
    source.push_back(_BZ2_MAGIC if magic == _BZ2_MAGIC else _BZ2_MAGIC + magic)
    yield from _read_stream(source, bz2.BZ2Decompressor(), chunk_sizes())
    _refuse_blocks(source)


def _refuse_blocks(source: ByteSource) -> None:
    """Fail if a block of bzip2 follows the stream, as Trino does; anything else may."""
    end = b""
    while piece := source.read_piece():
        if _BZ2_BLOCK in end + piece:
            raise DamagedFileError("A second stream of bzip2 is not supported")
        end = piece[1 - len(_BZ2_BLOCK) :]


def _read_zstd(source: ByteSource) -> Iterator[bytes]:
    start = source.read(5)
    while True:
        if not start.startswith(_ZSTD_MAGIC):
            raise DamagedFileError("Invalid magic prefix")
        if len(start) == 5 and start[4] & _ZSTD_DICTIONARY:
            raise DamagedFileError("Custom dictionaries not supported")
        source.push_back(start)
        yield from _read_stream(source, zstd.ZstdDecompressor(), repeat(_ZSTD_BLOCK_BYTES))
        start = source.read(5)
        if len(start) < len(_ZSTD_MAGIC):
            return


def _read_stream(
    source: ByteSource, decoder: _Decompressor, sizes: Iterator[int]
) -> Iterator[bytes]:
    for size in sizes:
        piece = source.read_piece() if decoder.needs_input else b""
        if decoder.needs_input and not piece:
            raise DamagedFileError("Unexpected end of stream")
        try:
            chunk = decoder.decompress(piece, size)
        except (OSError, zstd.ZstdError) as error:
            raise DamagedFileError(str(error)) from error
        if chunk:
            yield chunk
        if decoder.eof:
            source.push_back(decoder.unused_data)
            return


def _read_deflate(source: ByteSource) -> Iterator[bytes]:
    while piece := source.read_piece():
        source.push_back(piece)
        yield from inflate(source, zlib.MAX_WBITS)


def _refuse_lzo(_source: ByteSource) -> Iterator[bytes]:
    raise UnreadableCodecError("LZO")


_DECODERS: Mapping[str, Callable[[ByteSource], Iterator[bytes]]] = {
    ".gz": read_gzip,
    ".bz2": _read_bz2,
    ".zst": _read_zstd,
    ".deflate": _read_deflate,
    ".snappy": read_snappy,
    ".lz4": read_lz4,
    ".lzo": _refuse_lzo,
    ".lzo_deflate": _refuse_lzo,
}
