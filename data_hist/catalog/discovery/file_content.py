"""Read the content of files as Hive does: decompressed by their suffix."""

import bz2
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow

from data_hist.catalog.discovery.hadoop_blocks import read_lz4, read_snappy

_CHUNK_BYTES: Final = 64 * 1024
_DAMAGED: Final = (EOFError, OSError, zlib.error, pyarrow.ArrowException)


class UnreadableFileError(Exception):
    """A file cannot be read to its end; the message says why."""


def is_compressed(path: Path) -> bool:
    """Whether Hive decompresses the file; the case of the suffix counts."""
    return path.suffix in _READERS


def read_chunks(path: Path, start: int = 0) -> Iterator[bytes]:
    """Read a file from a byte of its content on, which is 0 for a compressed one.

    Raises:
        UnreadableFileError: It is damaged or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            yield from _READERS.get(path.suffix, _read)(file)
    except _DAMAGED as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UnreadableFileError(str(reason)) from None


def _read(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _read_gzip(file: BinaryIO) -> Iterator[bytes]:
    with gzip.open(file) as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk


def _read_bz2(file: BinaryIO) -> Iterator[bytes]:
    with bz2.open(file) as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk


def _read_zstd(file: BinaryIO) -> Iterator[bytes]:
    with pyarrow.CompressedInputStream(file, "zstd") as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk


def _read_deflate(file: BinaryIO) -> Iterator[bytes]:
    decoder = zlib.decompressobj()
    for chunk in _read(file):
        yield decoder.decompress(chunk)
    yield decoder.flush()
    if not decoder.eof:
        raise EOFError("it ends too early")


_READERS: Final[dict[str, Callable[[BinaryIO], Iterator[bytes]]]] = {
    ".bz2": _read_bz2,
    ".deflate": _read_deflate,
    ".gz": _read_gzip,
    ".lz4": read_lz4,
    ".snappy": read_snappy,
    ".zst": _read_zstd,
}
