"""No row is lost and none comes twice, whatever AWS and the network do."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.reliability import calls
from tests.reliability.fault_proxy import Fault, FaultProxy, any_of, at_random, on
from tests.reliability.faults import OPERATIONS, cut_off_at, quick_faults, shortened_to
from tests.reliability.persistent_client import PersistentClient
from tests.reliability.short_limits import ENDLESS_RETRIES, SHORT_PAUSES
from tests.support.api_calls import submitted
from tests.support.queries import numbers
from tests.support.running_service import running_service, settings_for

MANY = 100_000
MANY_ROWS = """
SELECT (a - 1) * 1000 + b AS n, 'row ' || CAST((a - 1) * 1000 + b AS varchar) AS text
FROM UNNEST(sequence(1, 100)) AS s(a) CROSS JOIN UNNEST(sequence(1, 1000)) AS t(b) ORDER BY 1
"""
SHARE = 0.3


@pytest.fixture(scope="module")
def many_rows(client: httpx.Client) -> str:
    return str(submitted(client, MANY_ROWS)["query_id"])


def expected_rows() -> Iterator[list[Any]]:
    return ([n, f"row {n}"] for n in range(1, MANY + 1))


def decoded(name: str, content: bytes) -> Iterator[list[Any]]:
    """The rows of a whole result."""
    if name == "csv":
        rows = csv.reader(io.StringIO(content.decode()))
        assert next(rows) == ["n", "text"]
        return ([int(n), text] for n, text in rows)
    if name == "ndjson":
        return (list(json.loads(line).values()) for line in content.splitlines())
    if name == "json":
        return iter(json.loads(content)["rows"])
    if name == "arrow":
        table = pa.ipc.open_stream(content).read_all()
    else:
        table = parquet.ParquetFile(io.BytesIO(content)).read()
    columns = (column.to_pylist() for column in table.columns)
    return map(list, zip(*columns, strict=True))


def assert_all_rows(rows: Iterator[list[Any]]) -> None:
    for row, expected in zip(rows, expected_rows(), strict=True):
        assert row == expected


def paged(client: PersistentClient, query_id: str) -> Iterator[list[Any]]:
    """All rows, each page read twice: nothing that was read ahead helps with the second."""
    token = None
    offset = 0
    while True:
        request = {"query_id": query_id, "paging_token": token}
        page, again = (client.json("POST", "/next", json=request) for _ in range(2))
        assert page["rows"] == again["rows"]
        assert page["row_offset"] == offset
        yield from page["rows"]
        offset += len(page["rows"])
        token = page["paging_token"]
        if token is None:
            return
        assert len(page["rows"]) == 1000


def test_pages_under_faults(proxy: FaultProxy, many_rows: str) -> None:
    faults = at_random(quick_faults, SHARE, seed=1)
    with (
        running_service(settings_for(proxy.url), limits=SHORT_PAUSES) as service,
        proxy.spoiling(faults),
    ):
        client = PersistentClient(service)

        assert_all_rows(paged(client, many_rows))

    print(f"pages: {dict(client.outcomes)}; calls of AWS {dict(proxy.calls)}")
    assert proxy.spoilt["GetObject"] > 30


@pytest.mark.parametrize("name", ["csv", "ndjson", "json", "arrow", "parquet"])
def test_streams_under_faults(proxy: FaultProxy, many_rows: str, name: str) -> None:
    faults = at_random(quick_faults, SHARE, seed=2)
    with (
        running_service(settings_for(proxy.url), limits=SHORT_PAUSES) as service,
        proxy.spoiling(faults),
    ):
        client = PersistentClient(service)
        if name == "csv":
            content = client.csv(many_rows)
        else:
            content = client.ask(lambda: calls.stream_of(name)(service, many_rows)).content

        assert_all_rows(decoded(name, content))

    print(f"{name}: {dict(client.outcomes)}")


@pytest.mark.parametrize("cut", [cut_off_at, shortened_to])
@pytest.mark.parametrize(
    ("operation", "positions"),
    [("GetObject", range(0, 280, 3)), ("GetQueryResults", range(0, 2400, 29))],
)
def test_answer_cut_anywhere(
    client: httpx.Client,
    proxy: FaultProxy,
    operation: str,
    positions: range,
    cut: Callable[[int], Fault],
) -> None:
    query_id = str(submitted(client, numbers(20))["query_id"])
    expected = calls.page(client, query_id).content
    before = proxy.spoilt[operation]
    # Athena is asked for rows when S3 does not give them.
    denied = on(OPERATIONS["GetObject"]["access denied"], "GetObject")
    with running_service(settings_for(proxy.url), limits=ENDLESS_RETRIES) as service:
        for position in positions:
            once = on(cut(position), operation, times=1)
            with proxy.spoiling(any_of([once, denied] if operation != "GetObject" else [once])):
                assert calls.page(service, query_id).content == expected, position

    assert proxy.spoilt[operation] - before == len(positions)
