"""Writes a result to a file that is there only once it is whole."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from data_hist_client.downloads import FORMATS
from data_hist_client.errors import UsageError


def format_of(path: Path, result_format: str | None) -> str:
    """Return the format of a file: the one that was chosen, or else the one that its name tells.

    Raises:
        UsageError: There is no such format.
    """
    chosen = result_format or path.suffix.removeprefix(".").lower()
    if chosen not in FORMATS:
        raise UsageError(f"The format of a file is one of {', '.join(FORMATS)}.")
    return chosen


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write beside a path, and move it there at the end; an error removes it.

    Raises:
        UsageError: The folder cannot be written to.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        file = unfinished.open("wb")
    except OSError as error:
        raise UsageError(f"Cannot write {path} ({error.strerror}).") from error
    try:
        with file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def start_again(file: BinaryIO) -> None:
    """Forget what was written."""
    file.seek(0)
    file.truncate()
