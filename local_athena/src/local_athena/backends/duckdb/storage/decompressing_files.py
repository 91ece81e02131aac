"""Compressed files as DuckDB opens them: by a file system of its own, decompressed while it reads.

DuckDB asks a plain file for its size, which nobody knows before the end. A gzip stream has none,
so the content is passed as one, whose blocks are stored and cost DuckDB a copy.
"""

from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from io import UnsupportedOperation
from pathlib import Path
from typing import Any

import duckdb
import fsspec

from local_athena.backends.duckdb.storage.byte_source import (
    CHUNK_BYTES,
    OPENING_BYTES,
    DamagedFileError,
)
from local_athena.backends.duckdb.storage.compression import UnreadableCodecError, read_content

PROTOCOL = "decompressed"
PREFIX = f"{PROTOCOL}://"

_GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
# An empty last block, and a trailer that DuckDB does not check; the decoders have.
_GZIP_END = b"\1\0\0\xff\xff" + bytes(8)


def install_decompression(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB read files below `PREFIX` as gzip."""
    connection.register_filesystem(DecompressingFileSystem())


class DecompressingFileSystem(fsspec.AbstractFileSystem):
    """Files by their absolute paths behind `PREFIX`, read-only."""

    protocol = PROTOCOL
    cachable = False

    def open(self, path: str, mode: str = "rb", **_options: Any) -> "_StoredGzip":
        """Open a file."""
        if mode != "rb":
            raise PermissionError("Compressed files are read-only")
        return _StoredGzip(_local(path))

    def unstrip_protocol(self, name: str) -> str:
        """Return the name, which has its protocol."""
        return name

    def glob(self, path: str, **_options: Any) -> list[str]:
        """Return the path itself, as the archive has listed the files."""
        return [path]

    def exists(self, path: str, **_options: Any) -> bool:
        """Tell whether there is a file."""
        return _local(path).exists()

    def info(self, path: str, **_options: Any) -> dict[str, Any]:
        """Describe a file; the size is that of the compressed file."""
        size = _local(path).stat().st_size
        return {"name": path, "size": size, "type": "file"}

    def modified(self, path: str) -> datetime:
        """Tell when a file has changed last."""
        return datetime.fromtimestamp(_local(path).stat().st_mtime, UTC)


def _local(path: str) -> Path:
    return Path(path.removeprefix(PREFIX))


class _StoredGzip:
    """The content of a compressed file as gzip, to be read from its beginning to its end."""

    def __init__(self, path: Path) -> None:
        self._blocks = _store(_read_as_trino(path))
        self._waiting = b""
        self._position = 0

    def read(self, size: int) -> bytes:
        # All at once, since each call waits for the interpreter.
        while len(self._waiting) < size and (block := next(self._blocks, b"")):
            self._waiting += block
        data = self._waiting[:size]
        self._waiting = self._waiting[size:]
        self._position += len(data)
        return data

    def seek(self, position: int, _whence: int = 0) -> int:
        # DuckDB seeks once, to where it is: behind the header.
        if position != self._position:
            raise UnsupportedOperation("Compressed files are read from beginning to end")
        return position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._blocks.close()


def _store(chunks: Iterator[bytes]) -> Generator[bytes]:
    """Write chunks as gzip, see RFC 1951, section 3.2.4."""
    yield _GZIP_HEADER
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK_BYTES):
            stored = chunk[start : start + CHUNK_BYTES]
            length = len(stored).to_bytes(2, "little")
            inverted = (len(stored) ^ 0xFFFF).to_bytes(2, "little")
            yield b"".join((b"\0", length, inverted, stored))
    yield _GZIP_END


def _read_as_trino(path: Path) -> Iterator[bytes]:
    """Decompress a file; errors have Trino's name and text, as `failure_from_duckdb` finds them."""
    delivered = 0
    try:
        for chunk in read_content(str(path)):
            delivered += len(chunk)
            yield chunk
    except UnreadableCodecError as error:
        text = f"The embedded endpoint does not read files that are compressed with {error}: {path}"
        raise ValueError(f"NOT_SUPPORTED:{text}\n") from error
    except DamagedFileError as error:
        if delivered >= OPENING_BYTES:
            raise ValueError(f"HIVE_CURSOR_ERROR:Failed to read file at {path}\n") from error
        split = f"{path} (offset=0, length={path.stat().st_size})"
        text = f"Error opening Hive split {split}: {error}"
        raise ValueError(f"HIVE_CANNOT_OPEN_SPLIT:{text}\n") from error
