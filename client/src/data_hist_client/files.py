"""Writes a result to a file that is there only once it is whole."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from data_hist_client.downloads import FORMATS
from data_hist_client.errors import DownloadBroken, UsageError

# The name of an unfinished file begins as its own does, and must not be too long.
_KEPT_OF_NAME = 40


def format_of(path: Path, result_format: str | None) -> str:
    """Return the format of a file: the one that was chosen, or else the one that its name tells.

    Raises:
        UsageError: There is no such format.
    """
    chosen = result_format or path.suffix.removeprefix(".").lower()
    if chosen in FORMATS:
        return chosen
    listed = ", ".join(FORMATS)
    if result_format is None:
        raise UsageError(
            f"The name {path} does not tell the format, which is one of {listed}: end it with "
            "one of them, or choose one."
        )
    raise UsageError(f"The format of a file is one of {listed}.")


class WholeFile:
    """A file that is being written.

    Attributes:
        written: How many bytes it has.
    """

    def __init__(self, file: BinaryIO, path: Path, *, is_seekable: bool) -> None:
        self._file = file
        self._path = path
        self._is_seekable = is_seekable
        self.written = 0

    def write(self, content: bytes) -> None:
        """Add bytes.

        Raises:
            UsageError: They cannot be written.
        """
        with _told(self._path):
            self._file.write(content)
        self.written += len(content)

    def start_again(self) -> None:
        """Forget what was written.

        Raises:
            DownloadBroken: Somebody may have read it.
        """
        if not self._is_seekable and self.written:
            raise DownloadBroken("The result broke off, and what was written cannot be taken back.")
        if self._is_seekable:
            with _told(self._path):
                self._file.seek(0)
                self._file.truncate()
        self.written = 0


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[WholeFile]:
    """Give a file to write beside a path, and move it there at the end; an error removes it.

    A link is followed, an existing file keeps its mode, and what is no file, such as a pipe or a
    device, is written to as it stands.

    Raises:
        UsageError: It cannot be written.
    """
    found = check_writable(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        with _opened(path, "wb", path) as file:
            yield WholeFile(file, path, is_seekable=False)
        return
    target = _target(path)
    unfinished = target.with_name(f"{target.name[:_KEPT_OF_NAME]}.{uuid4().hex}.part")
    try:
        with _opened(unfinished, "xb", path) as file:
            yield WholeFile(file, path, is_seekable=True)
        with _told(path):
            if found is not None:
                unfinished.chmod(stat.S_IMODE(found.st_mode))
            unfinished.replace(target)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def check_writable(path: Path) -> os.stat_result | None:
    """Return what is at a path, if there is something.

    Raises:
        UsageError: No file can be written there.
    """
    with _told(path):
        try:
            found = path.stat()
        except FileNotFoundError:
            found = None
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise _os_error(errno.EISDIR)
        folder = _target(path).parent
        if found is None and not folder.is_dir():
            raise _os_error(errno.ENOENT)
        is_replaced = found is None or stat.S_ISREG(found.st_mode)
        written = ([path] if found is not None else []) + ([folder] if is_replaced else [])
        if not all(os.access(each, os.W_OK) for each in written):
            raise _os_error(errno.EACCES)
    return found


def _target(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@contextlib.contextmanager
def _opened(path: Path, mode: str, shown: Path) -> Iterator[BinaryIO]:
    with _told(shown):
        file: BinaryIO = path.open(mode)  # type: ignore[assignment]
    try:
        yield file
    except BaseException:
        # Closing writes what is left, and would fail again.
        with contextlib.suppress(OSError):
            file.close()
        raise
    with _told(shown):
        file.close()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"Cannot write {path} ({error.strerror}).") from error
