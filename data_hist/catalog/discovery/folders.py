"""List the folders of an archive as a query does: without hidden and empty files."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

# Hive and Athena read neither.
_HIDDEN: Final = (".", "_")

Warn: TypeAlias = Callable[[str], None]


class Listing(NamedTuple):
    """What a folder holds, by name and in order."""

    folders: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def list_folder(folder: Path, warn: Warn) -> Listing:
    """List a folder; one that cannot be read is empty, with a warning."""
    folders, files = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(_HIDDEN) or not _is_utf8(entry.name, folder, warn):
                    continue
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file() and entry.stat().st_size:
                    files.append(entry.name)
    except OSError as error:
        warn(f"{folder} cannot be read ({error.strerror}); let this user read and open it.")
    return Listing(tuple(sorted(folders)), tuple(sorted(files)))


def _is_utf8(name: str, folder: Path, warn: Warn) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode(errors="replace")
        warn(f"{folder} has a name that is not in UTF-8, {shown}, which is left out; rename it.")
        return False
    return True
