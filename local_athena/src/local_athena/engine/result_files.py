"""Result files: in Athena's format, read page by page, limited in disk space.

Every value is quoted, with `"` doubled; NULL is nothing, the empty string is `""`.
"""

import re
from dataclasses import dataclass
from os import SEEK_END
from typing import BinaryIO

from local_athena.engine.execution_registry import ExecutionRegistry
from local_athena.engine.executions import Execution
from local_athena.s3_api.object_store import ObjectStore, split_location

Row = list[str | None]

_FIELD = re.compile(rb'(?:"([^"]*(?:""[^"]*)*)")?([,\n])')
_FIRST_READ_BYTES = 1 << 16


@dataclass(frozen=True)
class Page:
    """Rows of a result file, and the offset of the next row."""

    rows: list[Row]
    next_offset: int


def read_page(file: BinaryIO, offset: int, limit: int) -> Page:
    """Read up to `limit` rows from a byte offset at which a row begins."""
    file.seek(offset)
    buffer = b""
    position = 0
    rows: list[Row] = []
    read_bytes = _FIRST_READ_BYTES
    while len(rows) < limit:
        parsed = _row(buffer, position)
        if parsed is not None:
            row, position = parsed
            rows.append(row)
            continue
        more = file.read(read_bytes)
        if not more:
            break
        # Doubling keeps a row of many megabytes from being scanned again and again.
        read_bytes *= 2
        offset += position
        buffer = buffer[position:] + more
        position = 0
    return Page(rows, offset + position)


def read_lines(file: BinaryIO, offset: int, limit: int) -> Page:
    """Read up to `limit` lines from a byte offset, each as a row of one value.

    A line end separates lines, so that a file that ends with one has an empty line behind it.
    """
    size = file.seek(0, SEEK_END)
    file.seek(offset)
    rows: list[Row] = []
    while size and offset <= size and len(rows) < limit:
        line = file.readline().removesuffix(b"\n")
        rows.append([line.decode()])
        offset += len(line) + 1
    return Page(rows, offset)


def _row(buffer: bytes, position: int) -> tuple[Row, int] | None:
    row: Row = []
    while True:
        field = _FIELD.match(buffer, position)
        if field is None:
            return None
        value, end = field.groups()
        row.append(None if value is None else value.replace(b'""', b'"').decode())
        position = field.end()
        if end == b"\n":
            return row, position


class ResultQuota:
    """The quota on the disk space of results. Not thread-safe."""

    def __init__(self, registry: ExecutionRegistry, objects: ObjectStore, max_bytes: int) -> None:
        self._registry = registry
        self._objects = objects
        self._max_bytes = max_bytes
        self._deleted: set[str] = set()
        self._seen = 0

    def enforce(self) -> None:
        """Delete the oldest results until the rest fits; always keep the newest."""
        seen, self._seen = self._seen, self._registry.results
        if seen == self._seen or self._excess_bytes() <= 0:
            return
        for result in self._kept():
            if not self._objects.has(*split_location(result.result_location)):
                self._deleted.add(result.id)
        for result in self._kept()[:-1]:
            if self._excess_bytes() <= 0:
                return
            for location in (result.result_location, result.metadata_location):
                self._objects.delete(*split_location(location))
            self._deleted.add(result.id)

    def _kept(self) -> list[Execution]:
        return [each for each in self._registry.succeeded() if each.id not in self._deleted]

    def _excess_bytes(self) -> int:
        return sum(each.statistics.output_bytes for each in self._kept()) - self._max_bytes
