"""Measure how long the emulator takes to plan conditions of many terms.

`python -m benchmarks.planning [--repeats N]` prints the median processor time of translating,
binding and optimizing a statement, and of the same statement with one term.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.record_functions import install_record_functions

from benchmarks.record_reader import Connection, compact, create_view, write_records

_QUERY = "SELECT count(*) FROM events_v0"
_LEVEL = "json_extract_scalar(data, '$.level')"
_TERMS, _VALUES = range(50), range(400)
CONDITIONS = {
    "one term": "customerid = 1",
    "50 terms": " OR ".join(f"customerid = {n}" for n in _TERMS),
    "50 terms, JSON": " OR ".join(f"{_LEVEL} = 'v{n}'" for n in _TERMS),
    "50 terms, AND": " OR ".join(f"customerid = {n} AND {_LEVEL} = 'v{n}'" for n in _TERMS),
    "IN of 400": f"customerid IN ({', '.join(map(str, _VALUES))})",
    "IN of 400, JSON": f"{_LEVEL} IN ({', '.join(repr(f'v{n}') for n in _VALUES)})",
}


def plan(connection: Connection, root: Path, condition: str) -> float:
    """Return the processor seconds of planning a statement."""
    started = time.process_time()
    sql = create_view(connection, Archive(root), f"{_QUERY} WHERE {condition}")
    connection.execute(f"EXPLAIN {sql}").fetchall()
    return time.process_time() - started


def main() -> None:
    """Print a line for each condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        dialect.install(connection)
        install_record_functions(connection)
        write_records(Path(folder), compact, records=1, files=1)
        root = Path(folder) / "plain"
        plan(connection, root, CONDITIONS["one term"])
        for name, condition in CONDITIONS.items():
            times = [plan(connection, root, condition) for _ in range(options.repeats)]
            print(f"{name:16} {statistics.median(times):6.3f} s", flush=True)


if __name__ == "__main__":
    main()
