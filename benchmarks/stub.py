"""A stub of Athena and S3: one small server that costs little and keeps no state.

`python -m benchmarks.stub PORT [BYTES]`, with at most BYTES a second for each connection. The id of
a query contains its state and its number of rows, which `StartQueryExecution` takes from a LIMIT in
the SQL.
"""

import asyncio
import itertools
import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import uvloop

from benchmarks.data import DataSet, column_information

BUCKET = "benchmarks"
FINISHED, RUNNING, UNREADABLE = "f", "a", "b"
_ETAG = '"b1e2c3d4"'
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *AmazonAthena\.(\w+)", re.IGNORECASE)
_RANGE = re.compile(rb"\r\nrange: *bytes=(\d+)-(\d*)", re.IGNORECASE)
_OBJECT = re.compile(rb"/f[0-9a-f]{7}-0000-4000-8000-(\d{12})\.csv(?:\?|$)")
_UNREADABLE_OBJECT = re.compile(rb"/b[0-9a-f]{7}-")
_LIMIT = re.compile(r"LIMIT (\d+)")
_WRITE_AHEAD_BYTES = 512 * 1024
# Of Linux, which the module socket does not name.
_SO_MAX_PACING_RATE = 47
_MOST_ROWS = 1000


def query_id(rows: int, state: str = FINISHED, number: int = 0) -> str:
    """Return the id of a query with a number of rows, whose object may be unreadable."""
    return f"{state}{number:07x}-0000-4000-8000-{rows:012}"


def object_path(rows: int) -> str:
    """Return the path of the result object of a query with a number of rows."""
    return f"/{_key(query_id(rows))}"


def _key(identifier: str) -> str:
    return f"{BUCKET}/data_hist/retention=1440/tenant=1/{identifier}.csv"


class Athena:
    """Render Athena's responses as JSON."""

    def __init__(self, data: DataSet) -> None:
        self._data = data
        self._started_at = time.time()
        self._numbers = itertools.count(1)
        columns = json.dumps({"ColumnInfo": column_information()}, separators=(",", ":"))
        self._results_tail = b'],"ResultSetMetadata":' + columns.encode() + b"}}"
        self._operations: dict[str, Callable[[dict[str, Any]], bytes]] = {
            "StartQueryExecution": self._start,
            "GetQueryExecution": self._get,
            "BatchGetQueryExecution": self._get_many,
            "GetQueryResults": self._results,
            "GetWorkGroup": self._workgroup,
        }

    def answer(self, operation: str, body: bytes) -> bytes:
        """Return the body of a response; unknown operations raise KeyError."""
        return self._operations[operation](json.loads(body))

    def _start(self, request: dict[str, Any]) -> bytes:
        limit = _LIMIT.search(request["QueryString"])
        identifier = query_id(int(limit[1]) if limit else 0, number=next(self._numbers))
        return json.dumps({"QueryExecutionId": identifier}).encode()

    def _get(self, request: dict[str, Any]) -> bytes:
        return json.dumps({"QueryExecution": self._execution(request["QueryExecutionId"])}).encode()

    def _get_many(self, request: dict[str, Any]) -> bytes:
        executions = [self._execution(identifier) for identifier in request["QueryExecutionIds"]]
        return json.dumps({"QueryExecutions": executions}).encode()

    def _workgroup(self, _request: dict[str, Any]) -> bytes:
        configuration = {"EnforceWorkGroupConfiguration": False}
        return json.dumps(
            {"WorkGroup": {"Name": "primary", "Configuration": configuration}}
        ).encode()

    def _execution(self, identifier: str) -> dict[str, Any]:
        running = identifier.startswith(RUNNING)
        ended = {} if running else {"CompletionDateTime": self._started_at}
        return {
            "QueryExecutionId": identifier,
            "Query": "SELECT * FROM data_hist.events_v0 WHERE servicename = 'iam-admin'",
            "StatementType": "DML",
            "SubstatementType": "SELECT",
            "ResultConfiguration": {"OutputLocation": f"s3://{_key(identifier)}"},
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": {"Database": "data_hist", "Catalog": "awsdatacatalog"},
            "Status": {
                "State": "RUNNING" if running else "SUCCEEDED",
                "SubmissionDateTime": self._started_at,
            }
            | ended,
            "Statistics": {
                "EngineExecutionTimeInMillis": 1204,
                "DataScannedInBytes": 104857600,
                "TotalExecutionTimeInMillis": 1377,
                "QueryQueueTimeInMillis": 112,
                "QueryPlanningTimeInMillis": 61,
                "ServiceProcessingTimeInMillis": 40,
                "ResultReuseInformation": {"ReusedPreviousResult": False},
            },
            "WorkGroup": "primary",
            "EngineVersion": {
                "SelectedEngineVersion": "Athena engine version 3",
                "EffectiveEngineVersion": "Athena engine version 3",
            },
        }

    def _results(self, request: dict[str, Any]) -> bytes:
        all_rows = rows_of(request["QueryExecutionId"]) + 1
        start = int(request.get("NextToken", 0))
        count = min(request.get("MaxResults", _MOST_ROWS), all_rows - start)
        token = f'"NextToken":"{start + count}",' if start + count < all_rows else ""
        head = f'{{{token}"UpdateCount":0,"ResultSet":{{"Rows":['.encode()
        return head + self._data.json_rows(start, count) + self._results_tail


def rows_of(identifier: str) -> int:
    """Return the number of rows of a query."""
    return int(identifier.rpartition("-")[2])


class Connection(asyncio.Protocol):
    """HTTP/1.1, as far as botocore, the AWS SDK of Arrow and a plain socket need it."""

    def __init__(self, data: DataSet, athena: Athena, bytes_per_second: int) -> None:
        self._data = data
        self._athena = athena
        self._bytes_per_second = bytes_per_second
        self._received = b""
        self._parts: Iterator[memoryview] = iter(())
        self._paused = False

    def connection_made(self, transport: Any) -> None:  # noqa: D102
        transport.set_write_buffer_limits(high=_WRITE_AHEAD_BYTES)
        if self._bytes_per_second:
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, _SO_MAX_PACING_RATE, self._bytes_per_second)
        self._transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            length = _LENGTH.search(head)
            body_end = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < body_end:
                return
            body = self._received[end + 4 : body_end]
            self._received = self._received[body_end:]
            self._answer(head, body)

    def pause_writing(self) -> None:  # noqa: D102
        self._paused = True

    def resume_writing(self) -> None:  # noqa: D102
        self._paused = False
        self._write_parts()

    def _answer(self, head: bytes, body: bytes) -> None:
        method, path = head.split(b" ", 2)[:2]
        if target := _TARGET.search(head):
            answer = self._athena.answer(target[1].decode(), body)
            self._head("200 OK", len(answer), "Content-Type: application/x-amz-json-1.1")
            self._transport.write(answer)
        elif match := _OBJECT.search(path):
            self._object(method, head, int(match[1]))
        elif path.partition(b"?")[0].strip(b"/") == BUCKET.encode() and method == b"HEAD":
            self._head("200 OK", 0)
        elif _UNREADABLE_OBJECT.search(path):
            self._head("403 Forbidden", 0)
        else:
            print("unknown:", head.partition(b"\r\n")[0], file=sys.stderr, flush=True)
            self._head("404 Not Found", 0)

    def _object(self, method: bytes, head: bytes, rows: int) -> None:
        size = self._data.object_bytes(rows)
        start, end, status, more = 0, size, "200 OK", []
        if wanted := _RANGE.search(head):
            start, end = int(wanted[1]), min(int(wanted[2] or size) + 1, size)
            status, more = "206 Partial Content", [f"Content-Range: bytes {start}-{end - 1}/{size}"]
        modified = "Last-Modified: Tue, 24 Nov 2026 10:00:00 GMT"
        more += [f"ETag: {_ETAG}", modified, "Accept-Ranges: bytes", "Content-Type: text/csv"]
        self._head(status, end - start, *more)
        if method == b"GET":
            self._parts = self._data.object_parts(start, end)
            self._write_parts()

    def _head(self, status: str, length: int, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", *headers, "\r\n"]
        self._transport.write("\r\n".join(lines).encode())

    def _write_parts(self) -> None:
        while not self._paused and (part := next(self._parts, None)) is not None:
            self._transport.write(part)


async def _serve(port: int, bytes_per_second: int = 0) -> None:
    data = DataSet()
    athena = Athena(data)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(data, athena, bytes_per_second), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(*map(int, sys.argv[1:])))
