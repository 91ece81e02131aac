"""Small gzip files that DuckDB reads by itself, since they were examined whole before.

Opening a file by way of Python takes longer than decompressing a few kilobytes once more.
"""

from pathlib import Path
from typing import TypeAlias

from isal import isal_zlib

from local_athena.backends.duckdb.storage.partitions import DataFile

_LARGEST_BYTES = 32 * 1024
_LARGEST_CONTENT_BYTES = 1024 * 1024
# Of a member that has no name, or one; DuckDB refuses a comment and a checksum of the header.
_PLAIN_FLAGS = (0, 8)
_WITH_GZIP_HEADER = 31
_MOST_REMEMBERED = 100_000

# Size and time of change.
_Version: TypeAlias = tuple[int, int]


class SmallGzipFiles:
    """Examines each version of a file once."""

    def __init__(self) -> None:
        self._examined: dict[str, tuple[_Version, bool]] = {}

    def includes(self, file: DataFile) -> bool:
        """Tell whether a file is small, and one undamaged member of gzip that DuckDB reads."""
        if not file.path.endswith(".gz") or file.size > _LARGEST_BYTES:
            return False
        version = file.size, file.modified_ns
        known, is_plain = self._examined.get(file.path, (None, False))
        if known != version:
            is_plain = _is_plain(file.path)
            if len(self._examined) >= _MOST_REMEMBERED:
                self._examined.clear()
            self._examined[file.path] = version, is_plain
        return is_plain


def _is_plain(path: str) -> bool:
    inflater = isal_zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        data = Path(path).read_bytes()
        inflater.decompress(data, _LARGEST_CONTENT_BYTES)
    except (OSError, isal_zlib.error):  # type: ignore[misc]
        # The statement fails when it reads the file.
        return False
    return inflater.eof and not inflater.unused_data and data[3] in _PLAIN_FLAGS
