"""A million rows to a file: the command of the client beside curl, which reads the same stream."""

import argparse
import hashlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from data_hist_client import Client
from data_hist_client.http import Address

_SQL = (
    "SELECT x * 1000 + y AS number, concat('node-', CAST(y AS varchar)) AS node, "
    "x * 0.5E0 AS value, CAST(from_unixtime(x * 1000 + y) AS timestamp) AS time, "
    "'a message of some length' AS message "
    "FROM UNNEST(sequence(1, {thousands})) AS a(x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b(y)"
)
_FORMATS = ("csv", "ndjson", "parquet")


def main() -> None:
    """Measure each format in turn, and print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of the service, such as that of scripts/serve")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    sql = _SQL.format(thousands=options.rows // 1000)
    with Client(options.url) as client:
        query_id = client.query(sql).query.query_id
        results = f"{Address(options.url).base_url()}/results/{query_id}"
    print("| format | MB | curl | data-hist query | ratio |")
    print("| ------ | -- | ---- | --------------- | ----- |")
    for result_format in _FORMATS:
        _measure(sql, options.url, results, result_format, options.repeats)


def _measure(sql: str, url: str, results: str, result_format: str, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        by_curl, by_client = Path(folder, "curl"), Path(folder, "client")
        curl = ["curl", "-sf", "-o", str(by_curl), f"{results}?format={result_format}"]
        # The result is there already, and the command only asks for it.
        command = [
            *(sys.executable, "-m", "data_hist_client.command", "query", sql, "--url", url),
            *("--max-age", "60", "--format", result_format, "-o", str(by_client)),
        ]
        # One of each in turn, so that whatever else the machine does slows down both.
        seconds = [(_seconds(curl), _seconds(command)) for _ in range(repeats)]
        if result_format == "csv" and _digest(by_curl) != _digest(by_client):
            sys.exit("The files differ.")
        size = by_client.stat().st_size / 1e6
    theirs, ours = (statistics.median(column) for column in zip(*seconds, strict=True))
    ratio = statistics.median(client / curl for curl, client in seconds)
    print(f"| {result_format} | {size:.0f} | {theirs:.2f} s | {ours:.2f} s | {ratio:.2f} |")


def _seconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603 - curl and our own interpreter
    return time.perf_counter() - started


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
