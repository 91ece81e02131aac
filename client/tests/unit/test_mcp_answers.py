"""What an assistant is sent fits, whatever a result holds."""

from typing import Any

import pytest
from data_hist_client.documents import Column, Example, Page, Table, TableColumn
from data_hist_client.mcp_answers import Bounds, answer_of_query, answer_of_tables, written
from data_hist_client.readers import query_state

from tests.scripted import query

STATE = query_state(query())


def answer(page: Page, characters: int = 40_000) -> dict[str, Any]:
    return answer_of_query(STATE, page, 1000, Bounds(scanned_bytes=0, characters=characters))


def page_of(columns: int, rows: list[list[Any]], paging_token: str | None = None) -> Page:
    return Page([Column(f"c{n}", "varchar") for n in range(columns)], rows, 0, paging_token)


@pytest.mark.parametrize(
    ("page", "columns", "rows"),
    [
        (page_of(1, [[list(range(5000))]]), 1, 1),
        (page_of(1, [[{"key": "x" * 50_000}]]), 1, 1),
        (page_of(40, [["x" * 1999] * 40]), 40, 1),
        (page_of(1, [["\n" * 50_000]]), 1, 1),
        (page_of(1, [[None]] * 1000), 1, 1000),
        (page_of(1, []), 1, 0),
        (page_of(0, []), 0, 0),
    ],
)
def test_a_large_row_is_shortened_until_it_fits(page: Page, columns: int, rows: int) -> None:
    shown = answer(page)

    assert (len(shown["columns"]), len(shown["rows"])) == (columns, rows)
    assert len(written(shown)) <= 40_000
    assert "note" not in shown


def test_as_many_rows_as_fit_are_shown() -> None:
    shown = answer(page_of(1, [["x" * 1000]] * 100))

    assert 38 <= len(shown["rows"]) < 40
    assert shown["more_rows"]
    assert 39_000 < len(written(shown)) <= 40_000


def test_columns_count_and_are_left_out() -> None:
    shown = answer(page_of(2000, [[1] * 2000] * 1000))

    left = 2000 - len(shown["columns"])
    assert 0 < shown["columns_left_out"] == left < 2000
    assert {len(row) for row in shown["rows"]} == {len(shown["columns"])}
    assert len(written(shown)) <= 40_000


def test_an_answer_says_why_it_has_no_row() -> None:
    shown = answer(page_of(1, [["\0" * 100]]), characters=250)

    assert (shown["rows"], shown["more_rows"]) == ([], True)
    assert "select fewer columns" in shown["note"]


def test_a_text_tells_how_long_it_was() -> None:
    (row,) = answer(page_of(2, [["x" * 5000, [1] * 5000]]))["rows"]

    assert row[0] == f"{'x' * 2000}... (5,000 characters)"
    assert row[1].endswith("... (10,001 characters)")


def table_of(name: str, columns: int) -> Table:
    described = [TableColumn(f"c{n}", "varchar", "What it is for.") for n in range(columns)]
    return Table(name, "A table.", described, ["dt"], {}, [Example("All", "SELECT 1")])


@pytest.mark.parametrize(
    ("sizes", "shown", "others", "columns_left_out"),
    [
        ([], 0, 0, 0),
        ([3], 1, 0, 0),
        ([3] * 50, 50, 0, 0),
        ([300] * 5, 2, 3, 0),
        ([900, 900], 1, 1, 287),
        ([1] * 20_000, 134, 1116, 0),
    ],
)
def test_tables_that_do_not_fit_are_named(
    sizes: list[int], shown: int, others: int, columns_left_out: int
) -> None:
    tables = [table_of(f"t{n:04}", size) for n, size in enumerate(sizes)]
    answer = answer_of_tables(tables, Bounds(scanned_bytes=0))

    assert len(written(answer)) <= 40_000
    assert [len(answer["tables"]), len(answer["other_tables"])] == [shown, others]
    assert shown + others + answer["other_tables_left_out"] == len(sizes)
    assert [table["name"] for table in answer["tables"]] + answer["other_tables"] == [
        table.name for table in tables[: shown + others]
    ]
    for table, size in zip(answer["tables"], sizes, strict=False):
        assert len(table["columns"]) + table["columns_left_out"] == size
        assert table["columns_left_out"] == columns_left_out
