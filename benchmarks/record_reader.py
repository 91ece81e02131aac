"""Compare the emulator's reader of JSON lines with DuckDB's own, on the same records in one run.

`python -m benchmarks.record_reader [--records N] [--repeats N]` prints the processor seconds of
each, and the median of the ratios; a ratio is computed within a repeat.
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
from local_athena.backends.duckdb.storage.archive import Archive
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


def write_records(root: Path, writer: Callable[[int, object], str], records: int) -> Path:
    """Write a file plain and another one gzipped; return the plain one."""
    lines = "".join(
        writer(number, {"message": f"Größe {number} of /10.10.34.1", "level": "INFO", "line": 1})
        + "\n"
        for number in range(records)
    )
    plain = root / "plain" / EVENTS.location / "a.json"
    packed = root / "gzip" / EVENTS.location / "a.json.gz"
    for path in (plain, packed):
        path.parent.mkdir(parents=True)
    plain.write_text(lines, encoding="utf-8")
    packed.write_bytes(gzip.compress(lines.encode(), 6))
    return plain


def create_view(connection: Connection, root: Path, query: str) -> str:
    """Prepare a query as the emulator does, and return its SQL."""
    translation = dialect.translate(query, CATALOG, "data_hist")
    (scan,) = translation.scans
    rows = Archive(root).scan(EVENTS)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {scan.relation} AS {rows.sql}")
    return translation.sql


def emulator(connection: Connection, root: Path) -> int:
    """Run the query as the emulator does."""
    return _count(connection, create_view(connection, root, QUERY))


def duckdb_alone(connection: Connection, root: Path) -> int:
    """Run the query with DuckDB's reader and functions."""
    file = next((root / EVENTS.location).iterdir())
    reader = f"read_json('{file}', format = 'newline_delimited', columns = {{'data': 'JSON'}})"
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
    pairs = [
        (measure(emulator, connection, root), measure(duckdb_alone, connection, root))
        for _ in range(repeats)
    ]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(
        f"{writer:8} {root.name:6} emulator {ours:6.2f} s   read_json {theirs:6.2f} s   "
        f"ratio {ratio:5.2f}",
        flush=True,
    )


def main() -> None:
    """Compare the readers on each kind of record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with duckdb.connect(config={"threads": 2}) as connection:
        dialect.install(connection)
        install_record_functions(connection)
        install_decompression(connection)
        for writer in WRITERS:
            with tempfile.TemporaryDirectory() as folder:
                write_records(Path(folder), writer, options.records)
                for kind in ("plain", "gzip"):
                    compare(connection, writer.__name__, Path(folder) / kind, options.repeats)


if __name__ == "__main__":
    main()
