"""Small Secor trees for tests."""

import gzip
from pathlib import Path
from typing import Any

import duckdb
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.record_functions import install_record_functions
from local_athena.tables import Catalog, Table, read_catalog

TABLES_FILE = Path(__file__).with_name("tables.json")
CATALOG: Catalog = read_catalog(TABLES_FILE)
TABLES: dict[str, Table] = {table.location: table for table in CATALOG.tables()}
EVENTS: Table = TABLES["events"]


def add_file(
    root: Path,
    *lines: str,
    name: str = "1_0_00000000000000000000.json",
    minute: str = "dt=2026-11-20/hr=00/min=10",
) -> Path:
    """Write lines as one file of the topic `events`, gzipped if its name says so."""
    path = root / "events" / minute / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def rows(root: Path, columns: str = "*", table: Table = EVENTS) -> list[tuple[Any, ...]]:
    """Columns of every event, ordered by all of them."""
    sql = Archive(root).relation_sql(table)
    return query(f"SELECT {columns} FROM ({sql}) AS e ORDER BY ALL")


def connect() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that can read records."""
    connection = duckdb.connect()
    install_record_functions(connection)
    install_decompression(connection)
    return connection


def query(sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement run by DuckDB alone."""
    with connect() as connection:
        return connection.execute(sql).fetchall()


def add_parquet(path: Path, select: str) -> None:
    """Write the rows of a SELECT beside the other files."""
    query(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
