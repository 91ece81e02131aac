"""The folder tree of a table, walked one partition level at a time.

Only folders that a filter keeps are listed; which ones those are is up to the filter.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_athena.tables import PartitionLevel

_HIDDEN = ("_", ".")


@dataclass(frozen=True)
class Folder:
    """A folder of the tree and the values of the partition columns down to it."""

    path: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataFile:
    """A file of records."""

    path: str
    size: int


# Called once for each level, with all folders of that level.
FolderFilter = Callable[[Sequence[Folder]], Sequence[Folder]]


def keep_all(folders: Sequence[Folder]) -> Sequence[Folder]:
    """Leave no folder out."""
    return folders


def data_files(root: Path, levels: Sequence[PartitionLevel], keep: FolderFilter) -> list[DataFile]:
    """List the files below `root` in the folders that are kept, ordered by path."""
    folders: Sequence[Folder] = [Folder(str(root))]
    for level in levels:
        folders = keep([child for folder in folders for child in _children(folder, level)])
    files = (file for folder in folders for file in _files(folder.path))
    return sorted(files, key=lambda file: file.path)


def _children(folder: Folder, level: PartitionLevel) -> Iterator[Folder]:
    for entry in _visible(folder.path):
        value = level.value(entry.name)
        if value is not None and entry.is_dir():
            yield Folder(entry.path, (*folder.values, value))


def _files(folder: str) -> Iterator[DataFile]:
    for entry in _visible(folder):
        # Hive makes no split of an empty file, so its missing gzip header does not matter either.
        if entry.is_file() and (size := entry.stat().st_size) > 0:
            yield DataFile(entry.path, size)


def _visible(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if not entry.name.startswith(_HIDDEN))
    except FileNotFoundError:
        # A topic that nobody has written to yet, or a batch that retention removed meanwhile.
        return
