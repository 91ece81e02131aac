"""Copies of files that DuckDB cannot split into lines: not UTF-8, NULs, or mixed line ends.

The copy has one kind of line end, and its bytes are decoded as Java does. Knows no records.
"""

import codecs
import io
import re
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import duckdb

from local_athena.backends.duckdb.storage.byte_source import DamagedFileError
from local_athena.backends.duckdb.storage.compression import (
    UnreadableCodecError,
    is_compressed,
    read_content,
)
from local_athena.backends.duckdb.storage.decompressing_files import PREFIX

_FILE = re.compile(r"^\s*file ?= ?(.+?)\s*$", re.MULTILINE)
_CHUNK = 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\r|\n")
# Size and time of change.
_Version: TypeAlias = tuple[int, int]
# An encoded surrogate, which Java replaces once, and Python once for each byte.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def _replace_as_java(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    surrogate = _SURROGATE.match(error.object, error.start)
    return "\ufffd", surrogate.end() if surrogate else error.end


codecs.register_error("replace-as-java", _replace_as_java)


class OddFiles:
    """Copies below a folder; a file is copied again for each statement.

    Args:
        folder: The folder, which DuckDB may read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # For each file, the version that was examined, and whether it is odd.
        self._examined: dict[str, tuple[_Version, bool]] = {}
        self._asked: set[str] = set()

    def copy(self, path: str) -> str | None:
        """Copy a file if it is known to be odd, and return the path of the copy."""
        self._asked.add(path)
        version, is_odd = self._examined.get(path, (None, False))
        if not is_odd or version != _version(path):
            return None
        copy = self._folder / f"{list(self._examined).index(path)}.lines"
        if not copy.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                _copy_lines(path, copy)
            except DamagedFileError:
                copy.unlink()
                return None
        return str(copy)

    def learn(self, error: duckdb.Error) -> bool:
        """Examine the files of a statement that failed; False if a copy would fail as well."""
        found = _FILE.search(str(error))
        failed = found[1].removeprefix(PREFIX) if found else None
        if failed not in self._asked:
            return False
        learned = False
        for path in self._asked:
            version = _version(path)
            if self._examined.get(path, (None, False))[0] != version:
                is_odd = path == failed or _is_odd(path)
                self._examined[path] = (version, is_odd)
                learned |= is_odd
        return learned

    def clear(self) -> None:
        """Remove the copies, and forget what the statement read."""
        self._asked.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def _version(path: str) -> _Version:
    status = Path(path).stat()
    return status.st_size, status.st_mtime_ns


def _is_odd(path: str) -> bool:
    try:
        return _has_odd_bytes(path)
    except (DamagedFileError, UnreadableCodecError):
        # The statement fails when it reads the file.
        return False


def _has_odd_bytes(path: str) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line_ends: set[bytes] = set()
    for chunk in _read(path):
        line_ends.update(_LINE_END.findall(chunk))
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return True
        if b"\0" in chunk or len(line_ends) > 1:
            return True
    return False


def _read(path: str) -> Iterator[bytes]:
    if is_compressed(path):
        yield from read_content(path)
        return
    with Path(path).open("rb") as content:
        while chunk := content.read(_CHUNK):
            yield chunk


def _copy_lines(path: str, copy: Path) -> None:
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace-as-java").decode
    # Makes each kind of line end a line feed.
    decoder = io.IncrementalNewlineDecoder(None, translate=True)
    last = "\n"
    with copy.open("w", encoding="utf-8", newline="\n") as target:
        for chunk in chain(_read(path), [b""]):
            text = decoder.decode(decode(chunk, not chunk), not chunk)
            target.write(text)
            last = text[-1:] or last
        if last != "\n":
            target.write("\n")
