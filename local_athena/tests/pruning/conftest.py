"""Fixtures: a database with the dialect, and what a statement reads of the folders."""

from collections.abc import Iterator

import duckdb
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.partitions import Folder, folder_filter
from local_athena.backends.duckdb.storage.record_functions import install_record_functions

from tests.pruning.scans import DAYS, HOURS, Admitted, scan_of_events


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        dialect.install(opened)
        install_record_functions(opened)
        install_decompression(opened)
        yield opened


@pytest.fixture
def admitted(connection: duckdb.DuckDBPyConnection) -> Admitted:
    """The days and hours the statement reads."""

    def days_and_hours(sql: str, nth: int = 0) -> set[str]:
        keep = folder_filter(connection, scan_of_events(sql, nth))
        days = keep([Folder("", (day,)) for day in DAYS])
        hours = keep([Folder("", (*day.values, hour)) for day in days for hour in HOURS])
        return {" ".join(folder.values) for folder in hours}

    return days_and_hours
