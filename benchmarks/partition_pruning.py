"""Compare four ways to read one minute of 30 days of minute partitions, and all of them.

`python -m benchmarks.partition_pruning FOLDER [CONDITION]` builds the 43,200 folders in FOLDER and
prints how many seconds each way takes from the condition to the count of its rows.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.partitions import (
    Folder,
    folder_filter,
    keep_all,
    list_data_files,
)
from local_athena.backends.duckdb.storage.record_functions import install_record_functions
from local_athena.tables import Catalog, Column, PartitionLevel, Table

LEVELS = tuple(PartitionLevel(name, f"{name}=") for name in ("dt", "hr", "min"))
EVENTS = Table(
    "data_hist",
    "events_v0",
    "events",
    (
        Column("customerid", "bigint", "bigint"),
        *(Column(level.column, "varchar", "string", partition=True) for level in LEVELS),
    ),
    LEVELS,
)
CATALOG = Catalog([EVENTS])
CONDITIONS = (
    "dt = '2026-11-20' AND hr = '10' AND min = '30'",
    "dt || hr || min = '2026-11-201030'",
    "date(dt) = date '2026-11-20' AND hr = '10' AND min = '30'",
)
Connection = duckdb.DuckDBPyConnection


def build(root: Path) -> None:
    """Write a file of one record for each minute of November 2026."""
    for minute in range(30 * 24 * 60):
        day, hour = minute // 1440 + 1, minute // 60 % 24
        partition = f"dt=2026-11-{day:02}/hr={hour:02}/min={minute % 60:02}"
        folder = root / EVENTS.location / partition
        if not folder.exists():
            folder.mkdir(parents=True)
            (folder / "1_0_0.json").write_text('{"customerid": 11000}\n')


def duckdb_lists(connection: Connection, root: Path, condition: str) -> int:
    """DuckDB lists the tree and prunes it."""
    return _read(connection, f"'{root / EVENTS.location}/*/*/*/*'", condition)


def duckdb_prunes_a_list(connection: Connection, root: Path, condition: str) -> int:
    """DuckDB is given the list of all files and prunes it."""
    files = [file.path for file in list_data_files(root / EVENTS.location, LEVELS, keep_all)]
    return _read(connection, str(files), condition)


def one_table_of_folders(connection: Connection, root: Path, condition: str) -> int:
    """DuckDB tries the condition on a table of all folders, and is given the files of some."""

    def keep(folders: Sequence[Folder]) -> Sequence[Folder]:
        if len(folders[0].values) < len(LEVELS):
            return folders
        values = [list(column) for column in zip(*(one.values for one in folders), strict=True)]
        lists = "unnest($1) AS dt, unnest($2) AS hr, unnest($3) AS min, unnest($4) AS number"
        kept = connection.execute(
            f"SELECT number FROM (SELECT {lists}) AS folder WHERE {condition}",  # noqa: S608 - as above
            [*values, list(range(len(folders)))],
        )
        return [folders[number] for (number,) in kept.fetchall()]

    files = [file.path for file in list_data_files(root / EVENTS.location, LEVELS, keep)]
    return _read(connection, str(files), "true")


def level_by_level(connection: Connection, root: Path, condition: str) -> int:
    """DuckDB tries the condition on the folders of one level after the other: the emulator."""
    sql = f"SELECT count(*) FROM events_v0 WHERE {condition}"  # noqa: S608 - a condition above
    translation = dialect.translate(sql, CATALOG, "data_hist")
    (scan,) = translation.scans
    rows = Archive(root).scan(EVENTS, folder_filter(connection, scan))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {scan.relation} AS {rows.sql}")
    return _count(connection, translation.sql)


def _read(connection: Connection, files: str, condition: str) -> int:
    reader = (
        f"read_json_objects({files}, format = 'newline_delimited', "
        "hive_partitioning = true, hive_types_autocast = false)"
    )
    return _count(connection, f"SELECT count(json) FROM {reader} WHERE {condition}")  # noqa: S608 - as above


def _count(connection: Connection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


CANDIDATES: tuple[Callable[[Connection, Path, str], int], ...] = (
    duckdb_lists,
    duckdb_prunes_a_list,
    one_table_of_folders,
    level_by_level,
)


def main(root: Path, conditions: Sequence[str] = CONDITIONS) -> None:
    """Print a line for each condition and way."""
    build(root)
    with duckdb.connect(config={"threads": 2}) as connection:
        dialect.install(connection)
        install_record_functions(connection)
        install_decompression(connection)
        for condition in conditions:
            for candidate in CANDIDATES:
                started = time.perf_counter()
                rows = candidate(connection, root, condition)
                seconds = time.perf_counter() - started
                print(
                    f"{condition}: {candidate.__name__}: {rows} rows, {seconds:.2f} s", flush=True
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or CONDITIONS)
