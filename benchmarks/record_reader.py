"""Compare the emulator's reader of JSON lines with DuckDB's own, on the same records in one run.

`python -m benchmarks.record_reader [--records N] [--repeats N] [--files N]` prints the processor
seconds of the first scan, of a repeated one, which reads converted files, and of `read_json`, and
the medians of both ratios; a ratio is computed within a repeat.
"""

import argparse
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.converter import ConverterLimits, convert
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.converted_files import (
    ConversionOptions,
    ConvertedFiles,
)
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.record_functions import install_record_functions
from local_athena.tables import Catalog, Column, JsonSerde, Table

NAMES = ("resourceid", "servicename", "tags", "data")
NUMBERS = ("customerid", "createdtimestamp")
EVENTS = Table(
    "data_hist",
    "events_v0",
    "events",
    (
        *(Column(name, "bigint", "bigint") for name in NUMBERS),
        *(Column(name, "varchar", "string") for name in NAMES),
    ),
    serde=JsonSerde(case_insensitive=False),
)
CATALOG = Catalog([EVENTS])
QUERY = "SELECT count(json_extract_scalar(data, '$.level')) FROM events_v0"

Connection = duckdb.DuckDBPyConnection


def compact(number: int, payload: object) -> str:
    """Write a record as most producers do."""
    return json.dumps(_record(number, payload), separators=(",", ":"), ensure_ascii=False)


def spaced(number: int, payload: object) -> str:
    """Write a record with white space and escapes."""
    return json.dumps(_record(number, payload))


def odd(number: int, payload: object) -> str:
    """Write a record with a number that DuckDB would print otherwise."""
    return compact(number, payload).replace('"line":', '"share":1.50,"line":')


WRITERS: tuple[Callable[[int, object], str], ...] = (compact, spaced, odd)


def _record(number: int, payload: object) -> dict[str, object]:
    return {
        "customerid": 11_000 + number % 7,
        "createdtimestamp": 1_438_191_704_747 + number,
        "resourceid": "",
        "servicename": "nova-api",
        "tags": "source:nova,level:info",
        "data": payload,
    }


def write_records(
    root: Path, writer: Callable[[int, object], str], records: int, files: int
) -> None:
    """Write files of so many records plain and others gzipped."""
    lines = "".join(
        writer(number, {"message": f"Größe {number} of /10.10.34.1", "level": "INFO", "line": 1})
        + "\n"
        for number in range(records)
    )
    packed = gzip.compress(lines.encode(), 6)
    for kind, suffix, content in (("plain", "json", lines.encode()), ("gzip", "json.gz", packed)):
        folder = root / kind / EVENTS.location
        folder.mkdir(parents=True)
        for number in range(files):
            (folder / f"{number}.{suffix}").write_bytes(content)


def options_of(root: Path) -> ConversionOptions:
    """Convert every file at once."""
    return ConversionOptions(root / "converted", 10**10, least_bytes=0, settled_seconds=0)


def convert_files(root: Path) -> float:
    """Convert the files of the query; return the processor seconds."""
    converted = ConvertedFiles(options_of(root))
    Archive(root, converted).scan(EVENTS)
    started = time.process_time()
    convert(root, options_of(root), ConverterLimits(10**9, 0), converted.task)
    return time.process_time() - started


def create_view(connection: Connection, archive: Archive, query: str) -> str:
    """Prepare a query as the emulator does, and return its SQL."""
    translation = dialect.translate(query, CATALOG, "data_hist")
    (scan,) = translation.scans
    rows = archive.scan(EVENTS)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {scan.relation} AS {rows.sql}")
    return translation.sql


def first_scan(connection: Connection, root: Path) -> int:
    """Run the query as the emulator does, on the files themselves."""
    return _count(connection, create_view(connection, Archive(root), QUERY))


def repeated_scan(connection: Connection, root: Path) -> int:
    """Run the query as the emulator does, on converted files."""
    archive = Archive(root, ConvertedFiles(options_of(root)))
    return _count(connection, create_view(connection, archive, QUERY))


def duckdb_alone(connection: Connection, root: Path) -> int:
    """Run the query with DuckDB's reader and functions."""
    files = sorted(map(str, (root / EVENTS.location).iterdir()))
    reader = f"read_json({files}, format = 'newline_delimited', columns = {{'data': 'JSON'}})"
    return _count(connection, f"SELECT count(json_extract_string(data, '$.level')) FROM {reader}")  # noqa: S608


def _count(connection: Connection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def measure(run: Callable[[Connection, Path], int], connection: Connection, root: Path) -> float:
    """Return the processor seconds of one run."""
    started = time.process_time()
    run(connection, root)
    return time.process_time() - started


def compare(connection: Connection, writer: str, root: Path, repeats: int) -> None:
    """Print a line for a folder."""
    conversion = convert_files(root)
    times = [
        [measure(run, connection, root) for run in (first_scan, repeated_scan, duckdb_alone)]
        for _ in range(repeats)
    ]
    first, repeated, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratios = (statistics.median(time[n] / time[2] for time in times) for n in (0, 1))
    print(
        f"{writer:8} {root.name:6} first {first:6.2f} s   repeated {repeated:6.2f} s   "
        f"conversion {conversion:6.2f} s   read_json {theirs:6.2f} s   "
        "ratios {:5.2f} {:5.2f}".format(*ratios),
        flush=True,
    )


def main() -> None:
    """Compare the readers on each kind of record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--files", type=int, default=1)
    options = parser.parse_args()
    with duckdb.connect(config={"threads": 2}) as connection:
        dialect.install(connection)
        install_record_functions(connection)
        install_decompression(connection)
        for writer in WRITERS:
            with tempfile.TemporaryDirectory() as folder:
                write_records(Path(folder), writer, options.records, options.files)
                for kind in ("plain", "gzip"):
                    compare(connection, writer.__name__, Path(folder) / kind, options.repeats)


if __name__ == "__main__":
    main()
