"""A large catalog costs little to load for each column, and nothing for each query."""

from pathlib import Path

import pytest

from benchmarks.catalog_size import catalog_text
from data_hist.catalog.resolve import load_catalog
from data_hist.sql_guard.guard import Guard
from tests.support.work import at_most_calls

COLUMNS = 300
CALLS_FOR_EACH_COLUMN = 70
CALLS_OF_A_NEW_TEXT = 5_000
CALLS_OF_A_KNOWN_TEXT = 400
SQL = "SELECT * FROM t0 WHERE c0 > 5 AND at > 1763600000000"


def catalog_file(folder: Path, tables: int, columns: int) -> Path:
    file = folder / f"{tables}-{columns}.yaml"
    file.write_text(catalog_text(tables, columns), encoding="utf-8")
    return file


def test_loading_takes_few_steps_for_each_column(tmp_path: Path) -> None:
    tables = 10
    file = catalog_file(tmp_path, tables, COLUMNS)

    with at_most_calls(tables * COLUMNS * CALLS_FOR_EACH_COLUMN):
        catalog = load_catalog(file)

    assert len(catalog.newest.tables["t9"].columns) == COLUMNS


@pytest.mark.parametrize(("tables", "columns"), [(2, 9), (2, COLUMNS), (50, COLUMNS)])
def test_a_query_takes_as_many_steps_with_any_catalog(
    tmp_path: Path, tables: int, columns: int
) -> None:
    guard = Guard(load_catalog(catalog_file(tmp_path, tables, columns)).newest)
    # What is rendered and verified once for each table and each form of its condition.
    guard.admit(SQL, customer_id=11000)

    with at_most_calls(CALLS_OF_A_NEW_TEXT):
        statement = guard.read(SQL + " ")
    with at_most_calls(CALLS_OF_A_KNOWN_TEXT):
        guard.rewrite(statement, customer_id=11000)
