"""The data set: a block of distinct rows, repeated to any length.

So a result of any size needs no memory, neither its CSV object nor its pages of GetQueryResults.
The block is larger than the window of any compressor, and than CPU caches.
"""

import json
import random
from collections.abc import Iterator
from functools import cached_property, lru_cache

COLUMNS = (
    ("event_id", "bigint"),
    ("created", "timestamp"),
    ("service", "varchar"),
    ("host", "varchar"),
    ("value", "double"),
    ("active", "boolean"),
    ("tags", "varchar"),
    ("message", "varchar"),
)
_BLOCK_ROWS = 20_000
_WORDS = ("disk", "näive", "timeout", 'said "no"', "line\nbreak", "retry", "日本", "login", "a,b")
_PART_BYTES = 1024 * 1024

Row = tuple[str | None, ...]


class DataSet:
    """The rows, as text with None for NULL, and the responses of AWS with any number of them."""

    def __init__(self) -> None:
        source = random.Random(7)  # noqa: S311 - the same rows in each run
        self._rows = [_row(source, number) for number in range(_BLOCK_ROWS)]
        lines = [_csv_line(row) for row in self._rows]
        self._header = _csv_line(tuple(name for name, _ in COLUMNS))
        self._block = memoryview(b"".join(lines))
        self._row_ends = [0]
        for line in lines:
            self._row_ends.append(self._row_ends[-1] + len(line))

    @property
    def sample(self) -> bytes:
        """Return the block as CSV without a header."""
        return bytes(self._block)

    def object_bytes(self, rows: int) -> int:
        """Return the size of the CSV object of a result."""
        blocks, rest = divmod(rows, _BLOCK_ROWS)
        return len(self._header) + blocks * len(self._block) + self._row_ends[rest]

    def object_parts(self, start: int, end: int) -> Iterator[memoryview]:
        """Yield the bytes of a CSV object from `start` up to `end`, exclusive, without copies."""
        if start < len(self._header):
            part = memoryview(self._header)[start:end]
            start += len(part)
            yield part
        while start < end:
            within = (start - len(self._header)) % len(self._block)
            part = self._block[within : within + min(_PART_BYTES, end - start)]
            start += len(part)
            yield part

    def json_rows(self, start: int, count: int) -> bytes:
        """Return rows as in GetQueryResults; row 0 is the header."""
        if start == 0:
            header = _json_row(tuple(name for name, _ in COLUMNS))
            return b",".join([header, *self._json[: count - 1]])
        return self._repeated_json_rows((start - 1) % _BLOCK_ROWS, count)

    @lru_cache(maxsize=64)  # noqa: B019 - there is one data set in a process
    def _repeated_json_rows(self, start: int, count: int) -> bytes:
        return b",".join(self._json[(start + n) % _BLOCK_ROWS] for n in range(count))

    @cached_property
    def _json(self) -> list[bytes]:
        return [_json_row(row) for row in self._rows]


def column_information() -> list[dict[str, object]]:
    """Return the columns as in GetQueryResults."""
    return [
        {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": name,
            "Label": name,
            "Type": kind,
            "Precision": 17 if kind == "double" else 19,
            "Scale": 0,
            "Nullable": "UNKNOWN",
            "CaseSensitive": kind == "varchar",
        }
        for name, kind in COLUMNS
    ]


def _row(source: random.Random, number: int) -> Row:
    """Make a row of about 110 bytes; a tenth of the values is NULL, one in thirty is empty."""
    words = " ".join(source.choices(_WORDS, k=source.randint(1, 4)))
    moment = f"2026-{source.randint(1, 12):02}-{source.randint(1, 28):02}"
    row: list[str | None] = [
        str(10**12 + number * 7919),
        f"{moment} {source.randint(0, 23):02}:{source.randint(0, 59):02}:07.{number % 1000:03}",
        source.choice(("iam-admin", "filebeat", "nova-api")),
        f"node-{source.randint(1, 400)}",
        str(round(source.uniform(-1e6, 1e6), 4)),
        source.choice(("true", "false")),
        "",
        words,
    ]
    if source.random() < 0.76:
        row[6] = f"zone:{source.randint(1, 9)},rack:{source.randint(1, 99)}"
    return (row[0], *(None if source.random() < 0.11 else value for value in row[1:]))


def _csv_line(row: Row) -> bytes:
    quoted = ("" if text is None else '"' + text.replace('"', '""') + '"' for text in row)
    return (",".join(quoted) + "\n").encode()


def _json_row(row: Row) -> bytes:
    data = [{} if text is None else {"VarCharValue": text} for text in row]
    return json.dumps({"Data": data}, ensure_ascii=False, separators=(",", ":")).encode()
