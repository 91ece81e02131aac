"""Pages hold exactly the rows of the result, whatever byte ranges they are read from."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_hist.athena.executions import Column, Query, QueryStatus
from data_hist.athena.result_objects import ObjectRange
from data_hist.athena.result_sets import EnginePage
from data_hist.errors import EngineFailed, InvalidRequest, ResultUnreadable
from data_hist.results.formats import RowStyle
from data_hist.results.pages import PageReader, PageRows
from data_hist.results.paging_tokens import ObjectPosition, ResultSetPosition
from tests.support.result_csv import Row, csv_of

MEBIBYTE = 1024 * 1024
QUERY = Query(
    "id", QueryStatus.FINISHED, "SELECT 1", "s3://b/k", datetime(2026, 11, 20, tzinfo=UTC)
)


class Inline(Executor):
    """Runs each call immediately."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class FakeEngine:
    """A result object; a read returns at most `most` bytes."""

    data: bytes
    most: int = 1 << 30
    reads: list[tuple[int, int]] = field(default_factory=list)

    def read_range(
        self, _location: str, start: int, size: int, etag: str | None = None
    ) -> ObjectRange:
        assert etag in (None, "one")
        self.reads.append((start, size))
        found = self.data[start : start + min(size, self.most)]
        return ObjectRange(found, len(self.data), "one")


@dataclass
class UnreadableObject:
    """A result whose object cannot be read, only its result set; the first row is the header."""

    rows: list[Row]
    page_rows: int = 1000
    calls: int = 0

    def read_range(self, *_arguments: Any) -> ObjectRange:
        raise ResultUnreadable("S3 does not let us.")

    def engine_page(self, _query_id: str, token: str | None) -> EnginePage:
        """Return a token even after a last page that is full, as Athena does."""
        self.calls += 1
        start = int(token or 0)
        end = start + self.page_rows
        return EnginePage(self.rows[start:end], str(end) if end <= len(self.rows) else None)


class Caller:
    """Reads a result of text columns."""

    def __init__(self, engine: Any, columns: int) -> None:
        self._reader = PageReader(engine, Inline(), Inline())
        self._columns = [Column(f"c{number}", "varchar") for number in range(columns)]

    def kept_bytes(self) -> int:
        return self._reader.cache.held_bytes

    def page(self, position: ObjectPosition | ResultSetPosition | None, limit: int) -> PageRows:
        return asyncio.run(self._reader.read(QUERY, self._columns, position, limit, RowStyle()))


def rows_of(page: PageRows) -> list[Row]:
    return [tuple(row) for row in json.loads(page.json)]


def read_all(engine: Any, columns: int, limit: int) -> tuple[list[Row], list[int]]:
    caller = Caller(engine, columns)
    position: ObjectPosition | ResultSetPosition | None = None
    rows: list[Row] = []
    sizes: list[int] = []
    while True:
        page = caller.page(position, limit)
        read = rows_of(page)
        rows += read
        sizes.append(len(read))
        if page.next_position is None:
            return rows, sizes
        position = page.next_position
        assert position.row_offset == len(rows)


VALUES = st.none() | st.text(
    st.sampled_from('",\n\r\\ab é日🙂') | st.characters(exclude_categories=["Cs"]), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_pages_hold_every_row_once_and_are_full_until_the_last(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 4))
    rows: list[Any] = data.draw(st.lists(st.tuples(*[VALUES] * width), max_size=30))
    limit = data.draw(st.integers(1, 12))
    most = data.draw(st.integers(1, 60))
    source = FakeEngine(csv_of(rows, tuple("abcd"[:width])), most)

    read, sizes = read_all(source, width, limit)

    assert read == rows
    assert all(size == limit for size in sizes[:-1])
    assert sizes[-1] > 0 or rows == []


@given(data=st.data())
def test_pages_of_an_unreadable_object_are_the_same(data: st.DataObject) -> None:
    rows: list[Row] = data.draw(st.lists(st.tuples(VALUES, VALUES), max_size=30))
    limit = data.draw(st.integers(1, 12))
    engine = UnreadableObject([("a", "b"), *rows], data.draw(st.integers(2, 9)))

    read, sizes = read_all(engine, 2, limit)

    assert read == rows
    assert all(size == limit for size in sizes[:-1])
    assert sizes[-1] > 0 or rows == []


def test_replayed_position_gives_the_same_rows() -> None:
    rows: list[Row] = [(str(number), "x" * number) for number in range(50)]
    caller = Caller(FakeEngine(csv_of(rows, ("a", "b"))), 2)
    first = caller.page(None, 20)

    second = caller.page(first.next_position, 20)

    assert caller.page(first.next_position, 20) == second
    assert rows_of(second) == rows[20:40]


def test_object_that_turns_unreadable_is_not_read_another_way() -> None:
    start = Caller(FakeEngine(csv_of([("1",), ("2",)], ("a",))), 1).page(None, 1).next_position

    with pytest.raises(ResultUnreadable):
        Caller(UnreadableObject([("a",), ("1",), ("2",)]), 1).page(start, 1)


def test_engine_pages_are_asked_for_twice_at_most_for_a_page() -> None:
    engine = UnreadableObject([("a",), *[(str(number),) for number in range(2500)]])

    rows, sizes = read_all(engine, 1, 1000)

    assert [row[0] for row in rows] == [str(number) for number in range(2500)]
    assert sizes == [1000, 1000, 500]
    assert engine.calls <= 2 * len(sizes)


def test_engine_rows_of_other_columns_are_the_engines_fault() -> None:
    with pytest.raises(EngineFailed):
        read_all(UnreadableObject([("a",), ("1", "2")]), 1, 10)


def test_result_without_rows_is_one_empty_page() -> None:
    assert read_all(FakeEngine(b'"a","b"\n'), 2, 10) == ([], [0])


def test_null_of_a_single_column_is_an_empty_line() -> None:
    assert read_all(FakeEngine(b'"a"\n\n""\n\n'), 1, 10) == ([(None,), ("",), (None,)], [3])


def test_row_far_longer_than_a_read() -> None:
    row = ("x" * 20_000_000, '"' * 1000, None)

    rows, _ = read_all(FakeEngine(csv_of([row, row], ("a", "b", "c"))), 3, 1000)

    assert rows == [row, row]


def test_page_that_would_not_fit_into_memory_says_how_many_rows_do() -> None:
    row = ("x" * 20_000_000,)
    source = FakeEngine(csv_of([row] * 5, ("a",)))

    with pytest.raises(InvalidRequest, match="at most 3 for rows") as refusal:
        Caller(source, 1).page(None, 1000)

    assert [error.pointer for error in refusal.value.errors] == ["/results_per_page"]
    assert read_all(source, 1, 3) == ([row] * 5, [3, 2])


def test_usual_next_page_needs_no_read() -> None:
    rows: list[Row] = [("y" * 90, str(number)) for number in range(50_000)]
    source = FakeEngine(csv_of(rows, ("a", "b")))

    read_all(source, 2, 1000)

    assert len(source.reads) <= 5


def test_pages_of_a_wide_result_take_few_reads() -> None:
    rows: list[Row] = [("y" * 5_000, str(number)) for number in range(3000)]
    source = FakeEngine(csv_of(rows, ("a", "b")))

    read_all(source, 2, 1000)

    assert len(source.reads) <= 6


def test_what_lies_ahead_is_kept_within_bounds() -> None:
    row = ("z" * MEBIBYTE,)
    engine = FakeEngine(csv_of([row] * 20, ("a",)))
    caller = Caller(engine, 1)
    starts = []
    page = caller.page(None, 1)
    while page.next_position and not isinstance(page.next_position, ResultSetPosition):
        starts.append(page.next_position)
        page = caller.page(page.next_position, 1)

    for start in [*starts, *starts]:
        caller.page(start, 1)

    assert caller.kept_bytes() <= 32 * MEBIBYTE


@pytest.mark.parametrize("data", [b'"a","b"\n"1"\n', b'"a","b"\n"1","2', b'"a","b"\n"1","2"\n"3"'])
def test_object_that_is_no_such_csv_is_the_engines_fault(data: bytes) -> None:
    with pytest.raises(EngineFailed):
        read_all(FakeEngine(data), 2, 10)
