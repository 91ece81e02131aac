"""How much of an archive is looked at, so that the time does not grow with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class SampleLimits:
    """How much is listed and read.

    Attributes:
        tables: Sub-folders that are a table each; more are folders of one table.
        folders: Folders that are listed at each depth of a table.
        files: Files that are read of each table.
        records: Records that are read of each table.
        file_bytes: Bytes that are read of each file, after it is decompressed.
        line_bytes: The longest line that is read.
    """

    tables: int = 50
    folders: int = 200
    files: int = 100
    records: int = 10_000
    file_bytes: int = 8 * 1024 * 1024
    line_bytes: int = 1024 * 1024


def spread(items: Sequence[_Item], most: int) -> list[_Item]:
    """Choose items from the first to the last, at equal distances."""
    count = len(items)
    if count <= most:
        return list(items)
    last = max(most - 1, 1)
    return [items[number * (count - 1) // last] for number in range(most)]
