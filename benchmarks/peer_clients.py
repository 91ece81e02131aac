"""Other ways to read a result, each in a process of its own: `python -m benchmarks.peer_clients`.

Each imports, connects and reads a small result without measuring, then reads all rows of a large
one and discards them. Prints a line of JSON: wall and processor seconds, and peak memory before the
large result and in all.
"""

# ruff: noqa: PLC0415 - each process imports only what it measures

import dataclasses
import functools
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.http_load import download, get
from benchmarks.peer_services import Athena
from benchmarks.stub import BUCKET, object_path, query_id

_MEBIBYTE = 1024 * 1024
_STAGING = f"s3://{BUCKET}/data_hist/"

_WARM_UP_ROWS = 2000

Drain = Callable[[int], int]
"""Reads a result of so many rows; gives how many there were, or 0 where nobody counts them."""


def raw_socket() -> Drain:
    """Read the bytes of the object over a plain socket: the baseline."""
    port = int(os.environ["STUB_PORT"])

    def drain(rows: int) -> int:
        download(port, get(object_path(rows)))
        return 0

    return drain


def boto3_get_object() -> Drain:
    """Read the bytes of the object with boto3, a mebibyte at a time."""
    import boto3

    client = boto3.client("s3")

    def drain(rows: int) -> int:
        key = object_path(rows).removeprefix(f"/{BUCKET}/")
        body = client.get_object(Bucket=BUCKET, Key=key)["Body"]
        while body.read(_MEBIBYTE):
            pass
        return 0

    return drain


def result_link() -> Drain:
    """Ask the service for a link, and read its bytes, a mebibyte at a time."""
    import urllib3

    address = f"http://127.0.0.1:{os.environ['SERVICE_PORT']}/v0/data_hist/results"
    pool = urllib3.PoolManager()

    def drain(rows: int) -> int:
        asked = f"{address}/{query_id(rows)}?delivery=link"
        link = pool.request("GET", asked, redirect=False).headers["Location"]
        body = pool.request("GET", link, preload_content=False)
        while body.read(_MEBIBYTE):
            pass
        body.release_conn()
        return 0

    return drain


def client_stream() -> Drain:
    """Stream the CSV of a query that has ended with `data-hist-client`, which uses a link."""
    from data_hist_client import Client

    client = Client(f"http://127.0.0.1:{os.environ['SERVICE_PORT']}/v0/data_hist")
    ended = client.status(query_id(_WARM_UP_ROWS))

    def drain(rows: int) -> int:
        state = dataclasses.replace(ended, query_id=query_id(rows))
        for _chunk in client.result_of(state).stream("csv"):
            pass
        return 0

    return drain


def boto3_paginator() -> Drain:
    """Read with boto3's paginator of GetQueryResults, as lists of values."""
    import boto3

    paginator = boto3.client("athena").get_paginator("get_query_results")

    def drain(rows: int) -> int:
        count = -1  # the header
        for page in paginator.paginate(QueryExecutionId=query_id(rows)):
            for row in page["ResultSet"]["Rows"]:
                _values = [datum.get("VarCharValue") for datum in row["Data"]]
                count += 1
        return count

    return drain


def pyathena_cursor() -> Drain:
    """PyAthena's default cursor."""
    from pyathena.cursor import Cursor

    return lambda rows: sum(1 for _row in _executed(Cursor, rows))


def pyathena_arrow() -> Drain:
    """PyAthena's ArrowCursor, as a table."""
    from pyarrow import fs
    from pyathena.arrow.cursor import ArrowCursor

    # PyAthena does not tell it of the connection's endpoint.
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    fs.S3FileSystem = functools.partial(fs.S3FileSystem, endpoint_override=endpoint)
    return lambda rows: int(_executed(ArrowCursor, rows).as_arrow().num_rows)


def pyathena_pandas() -> Drain:
    """PyAthena's PandasCursor, as a data frame."""
    from pyathena.pandas.cursor import PandasCursor

    return lambda rows: len(_executed(PandasCursor, rows).as_pandas())


def pyathena_polars() -> Drain:
    """PyAthena's PolarsCursor, as a data frame."""
    from pyathena.polars.cursor import PolarsCursor

    return lambda rows: len(_executed(PolarsCursor, rows).as_polars())


def awswrangler() -> Drain:
    """awswrangler, as a data frame."""
    import awswrangler as wr

    return lambda rows: len(wr.athena.get_query_results(query_id(rows)))


def awswrangler_chunked() -> Drain:
    """awswrangler, as data frames of 50,000 rows."""
    import awswrangler as wr

    return lambda rows: sum(map(len, wr.athena.get_query_results(query_id(rows), chunksize=50_000)))


def _executed(cursor_class: type, rows: int) -> Any:
    from pyathena import connect

    connection = connect(s3_staging_dir=_STAGING, region_name="eu-central-1")
    return connection.cursor(cursor_class).execute(f"SELECT * FROM events LIMIT {rows}")  # noqa: S608


def boto3_pages() -> Drain:
    """Read the pages of `peer_services` in turn, without a service around them."""
    athena = Athena()

    def drain(rows: int) -> int:
        return sum(len(page["rows"]) for page in _pages(athena, query_id(rows))) - 1

    return drain


def _pages(athena: Athena, identifier: str) -> Iterator[dict[str, Any]]:
    token = None
    while True:
        page = athena.page(identifier, token)
        json.dumps(page)
        yield page
        token = page["paging_token"]
        if token is None:
            return


def boto3_status() -> Drain:
    """Read the status of a query with boto3 a number of times, as JSON."""
    athena = Athena()
    return lambda calls: sum(len(json.dumps(athena.status(query_id(1)))) > 0 for _ in range(calls))


def boto3_submit() -> Drain:
    """Submit with boto3 a number of times, as JSON."""
    athena = Athena()
    return lambda calls: sum(
        len(json.dumps(athena.submit("SELECT 1 LIMIT 1"))) > 0 for _ in range(calls)
    )


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _main(name: str, rows: int) -> None:
    drain: Drain = globals()[name]()
    drain(min(_WARM_UP_ROWS, rows))
    before_mb, cpu, wall = _peak_mb(), _cpu_seconds(), time.perf_counter()
    found = drain(rows)
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    if found not in (0, rows):
        raise SystemExit(f"{name} has found {found} of {rows} rows.")
    measured = {"wall": wall, "cpu": cpu, "peak_mb": _peak_mb(), "before_mb": before_mb}
    print(json.dumps(measured))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
