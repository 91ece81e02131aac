"""An engine with one finished query, whose result object may be of any size and may fail."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from data_hist.athena.executions import Column, Descriptions, Query, QueryStatus
from data_hist.athena.result_objects import ObjectRange, ObjectVersion
from data_hist.errors import DataHistError, EngineFailed

ETAG = '"one"'
HEADER = b'"n","text"\n'
ROW = b'"12345","' + b"x" * 100 + b'"\n'
COLUMNS = (Column("n", "bigint"), Column("text", "varchar"))


class FakeEngine:
    """Serves `rows` equal rows; `failures` are raised one by one by the reads of an offset."""

    def __init__(
        self, rows: int, failures: dict[int, Iterable[DataHistError]] | None = None
    ) -> None:
        self.object_bytes = len(HEADER) + rows * len(ROW)
        self.reads: list[int] = []
        self._failures = {offset: list(errors) for offset, errors in (failures or {}).items()}
        self._lock = threading.Lock()

    def describe_many(self, query_ids: Sequence[str]) -> Descriptions:
        return Descriptions({each: _finished(each) for each in query_ids}, frozenset())

    def columns(self, _query_id: str) -> tuple[Column, ...]:
        return COLUMNS

    def object_version(self, _location: str) -> ObjectVersion:
        return ObjectVersion(self.object_bytes, ETAG)

    def read_range(
        self, _location: str, start: int, size: int, etag: str | None = None
    ) -> ObjectRange:
        if etag not in (None, ETAG):
            raise EngineFailed("The object is another.")
        with self._lock:
            self.reads.append(start)
            for offset, errors in self._failures.items():
                if start <= offset < start + size and errors:
                    raise errors.pop(0)
        data = self._bytes(start, min(start + size, self.object_bytes))
        return ObjectRange(data, self.object_bytes, ETAG)

    def _bytes(self, start: int, end: int) -> bytes:
        if start < len(HEADER):
            return HEADER[start:end] + self._bytes(len(HEADER), max(end, len(HEADER)))
        first = (start - len(HEADER)) % len(ROW)
        return (ROW * ((end - start + first) // len(ROW) + 1))[first : first + end - start]


class HeldResult(FakeEngine):
    """Serves these bytes as the result of these columns."""

    def __init__(self, content: bytes, columns: tuple[Column, ...]) -> None:
        super().__init__(0)
        self.object_bytes = len(content)
        self._content = content
        self._columns = columns

    def columns(self, _query_id: str) -> tuple[Column, ...]:
        return self._columns

    def _bytes(self, start: int, end: int) -> bytes:
        return self._content[start:end]


def _finished(query_id: str) -> Query:
    location = f"s3://data-hist-results/data_hist/retention=60/tenant=1/{query_id}.csv"
    now = datetime.now(UTC)
    return Query(query_id, QueryStatus.FINISHED, "SELECT 1", location, now, now)
