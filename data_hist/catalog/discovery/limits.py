"""How much of an archive is looked at, so that the time does not grow with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        bytes: Bytes that are read of each table, after they are decompressed.
        file_bytes: Bytes that are read of each file.
        line_bytes: The longest line that is read.
    """

    tables: int = 50
    folders: int = 200
    files: int = 100
    records: int = 10_000
    bytes: int = 64 * 1024 * 1024
    file_bytes: int = 8 * 1024 * 1024
    line_bytes: int = 1024 * 1024

    def of_each_file(self, files: int) -> "SampleLimits":
        """Return the limits with the share of one file in the records and bytes of a table."""
        return replace(
            self,
            records=max(self.records // max(files, 1), 1),
            file_bytes=min(self.file_bytes, self.bytes // max(files, 1)),
        )


def spread(items: Sequence[_Item], most: int) -> list[_Item]:
    """Choose items from the first to the last, at equal distances."""
    count = len(items)
    if count <= most:
        return list(items)
    last = max(most - 1, 1)
    return [items[number * (count - 1) // last] for number in range(most)]
