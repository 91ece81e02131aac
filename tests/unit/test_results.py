"""Rows are cut exactly from Athena's CSV, whatever the ranges it is read in."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_hist.athena import ObjectRange
from data_hist.errors import EngineFailed, InvalidRequest
from data_hist.paging import ResultPosition
from data_hist.results import ResultReader, Row


@dataclass
class FakeObject:
    """A result object that is read by range, never more than `most` bytes at once."""

    data: bytes
    most: int = 1 << 30
    reads: list[tuple[int, int]] = field(default_factory=list)

    def read_range(self, _location: str, start: int, size: int) -> ObjectRange:
        self.reads.append((start, size))
        return ObjectRange(self.data[start : start + min(size, self.most)], len(self.data))


def csv_of(rows: list[tuple[str | None, ...]], names: tuple[str, ...]) -> bytes:
    """The straightforward writer of Athena's format."""
    lines = [names, *rows]
    return b"".join(
        ",".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in line).encode()
        + b"\n"
        for line in lines
    )


def read_all(source: FakeObject, columns: int, limit: int) -> tuple[list[Row], list[int]]:
    reader = ResultReader(source)  # type: ignore[arg-type]  # the one method it calls is there
    position: ResultPosition | None = None
    rows: list[Row] = []
    sizes: list[int] = []
    while True:
        page = reader.read("s3://b/k", columns, position, limit)
        assert page.position.row_offset == len(rows)
        rows += page.rows
        sizes.append(len(page.rows))
        if page.following is None:
            return rows, sizes
        position = page.following


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
    source = FakeObject(csv_of(rows, tuple("abcd"[:width])), most)

    read, sizes = read_all(source, width, limit)

    assert read == rows
    assert all(size == limit for size in sizes[:-1])
    assert sizes[-1] > 0 or rows == []


def test_replayed_position_gives_the_same_rows() -> None:
    rows: list[Row] = [(str(number), "x" * number) for number in range(50)]
    reader = ResultReader(FakeObject(csv_of(rows, ("a", "b"))))  # type: ignore[arg-type]
    first = reader.read("s3://b/k", 2, None, 20)

    second = reader.read("s3://b/k", 2, first.following, 20)

    assert reader.read("s3://b/k", 2, first.following, 20) == second
    assert list(second.rows) == rows[20:40]


def test_result_without_rows_is_one_empty_page() -> None:
    assert read_all(FakeObject(b'"a","b"\n'), 2, 10) == ([], [0])


def test_null_of_a_single_column_is_an_empty_line() -> None:
    assert read_all(FakeObject(b'"a"\n\n""\n\n'), 1, 10) == ([(None,), ("",), (None,)], [3])


def test_row_far_longer_than_a_read() -> None:
    row = ("x" * 20_000_000, '"' * 1000, None)

    rows, _ = read_all(FakeObject(csv_of([row, row], ("a", "b", "c"))), 3, 1000)

    assert rows == [row, row]


def test_page_that_would_not_fit_into_memory_says_how_many_rows_do() -> None:
    row = ("x" * 20_000_000,)
    source = FakeObject(csv_of([row] * 5, ("a",)))
    reader = ResultReader(source)  # type: ignore[arg-type]

    with pytest.raises(InvalidRequest, match="at most 3 for rows") as refusal:
        reader.read("s3://b/k", 1, None, 1000)

    assert [error.pointer for error in refusal.value.errors] == ["/results_per_page"]
    assert read_all(source, 1, 3) == ([row] * 5, [3, 2])


def test_page_of_a_wide_result_takes_few_reads() -> None:
    rows: list[Row] = [("y" * 5_000, str(number)) for number in range(3000)]
    source = FakeObject(csv_of(rows, ("a", "b")))

    read_all(source, 2, 1000)

    assert len(source.reads) <= 9


@pytest.mark.parametrize(
    "data", [b'"a","b"\n"1"\n', b'"a","b"\n"1","2', b'"a","b"\n1,2\n', b'"a","b"\n"1","2"\n"3"']
)
def test_object_that_is_no_such_csv_is_the_engines_fault(data: bytes) -> None:
    with pytest.raises(EngineFailed):
        read_all(FakeObject(data), 2, 10)
