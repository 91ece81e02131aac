"""Streams whose S3 reads fail, or whose clients are slow or disconnect."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from data_hist.athena.executions import Column
from data_hist.errors import EngineUnavailable, QueryExpired
from tests.support.api_calls import UNKNOWN_ID, assert_problem
from tests.support.fake_engine import ROW, FakeEngine, HeldResult
from tests.support.log_lines import log_lines
from tests.support.result_csv import csv_of
from tests.support.running_service import running_service, settings_for

MANY = 200_000  # of 112 bytes: about 22 MB
ENDLESS = 100_000_000
MIDDLE = MANY * len(ROW) * 3 // 4
OTHER_REQUESTS = 50
MOST_READS = 20
FORMATS = ["csv", "ndjson", "json", "arrow", "parquet"]


@contextmanager
def service(engine: FakeEngine) -> Iterator[httpx.Client]:
    settings = settings_for("http://127.0.0.1:9")
    with running_service(settings, engine=engine) as client:  # type: ignore[arg-type]  # a fake
        yield client


def failing(times: int, offset: int = MIDDLE) -> FakeEngine:
    return FakeEngine(MANY, {offset: [EngineUnavailable("S3 is away.") for _ in range(times)]})


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("name", FORMATS)
def test_failure_in_the_middle_breaks_the_response(name: str, encoding: str) -> None:
    address = f"/results/{UNKNOWN_ID}?format={name}"
    received = 0
    with (
        service(failing(99)) as client,
        client.stream("GET", address, headers={"Accept-Encoding": encoding}) as response,
    ):
        assert response.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            for chunk in response.iter_raw():
                received += len(chunk)

    assert received > 0


def test_truncated_object_breaks_the_response() -> None:
    engine = FakeEngine(MANY)
    engine.object_bytes -= 5
    with (
        service(engine) as client,
        client.stream("GET", f"/results/{UNKNOWN_ID}?format=ndjson") as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        list(response.iter_raw())


@pytest.mark.parametrize("name", FORMATS)
def test_failure_before_the_first_byte_is_a_problem(name: str) -> None:
    with service(failing(99, offset=0)) as client:
        response = client.get(f"/results/{UNKNOWN_ID}?format={name}")

    assert_problem(response, 503, "engine-unavailable")


def test_object_deleted_before_the_first_byte_is_expired() -> None:
    with service(FakeEngine(3, {0: [QueryExpired("Gone.")]})) as client:
        response = client.get(f"/results/{UNKNOWN_ID}")

    assert_problem(response, 410, "query-expired")


@pytest.mark.parametrize("name", FORMATS)
def test_slow_client_pauses_reading_and_disconnect_ends_it(name: str) -> None:
    engine = FakeEngine(ENDLESS)
    with service(engine) as client, log_lines() as lines:
        with client.stream("GET", f"/results/{UNKNOWN_ID}?format={name}") as response:
            next(response.iter_raw())
            # The object is endless: unlimited read-ahead would get far in the meantime.
            for _ in range(OTHER_REQUESTS):
                client.get("/tables")
            assert len(engine.reads) <= MOST_READS
        lines.about(response.headers["x-request-id"])

    assert len(engine.reads) <= MOST_READS


def test_every_row_comes_once() -> None:
    with service(FakeEngine(MANY)) as client:
        lines = client.get(f"/results/{UNKNOWN_ID}?format=ndjson").text.splitlines()

    rows: list[Any] = [json.loads(line) for line in lines]
    assert rows == [{"n": 12345, "text": "x" * 100}] * MANY


ZONED = (Column("n", "varchar"), Column("z", "timestamp with time zone"))
UNKNOWN_ZONE = ("x", "2026-01-01 00:00:00.000 Mars/Olympus")
KNOWN_ZONE = ("x" * 100, "2026-01-01 00:00:00.000 UTC")


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_value_that_a_format_cannot_hold_is_a_problem_before_the_first_byte(name: str) -> None:
    with service(HeldResult(csv_of([KNOWN_ZONE, UNKNOWN_ZONE], ["n", "z"]), ZONED)) as client:
        response = client.get(f"/results/{UNKNOWN_ID}?format={name}")
        read = client.get(f"/results/{UNKNOWN_ID}?format=json").json()["rows"]

    problem = assert_problem(response, 400, "invalid-request")
    assert "Column 2 holds a timestamp with time zone" in problem["detail"]
    assert [row[1] for row in read] == ["2026-01-01T00:00:00.000+00:00", UNKNOWN_ZONE[1]]


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_value_that_a_format_cannot_hold_breaks_the_response_later(name: str) -> None:
    content = csv_of([*[KNOWN_ZONE] * 40_000, UNKNOWN_ZONE], ["n", "z"])
    with (
        service(HeldResult(content, ZONED)) as client,
        client.stream("GET", f"/results/{UNKNOWN_ID}?format={name}") as response,
    ):
        assert response.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            list(response.iter_raw())


def test_page_of_huge_values_reports_how_many_rows_fit() -> None:
    cell = "x" * 16 * 1024 * 1024
    content = csv_of([(cell,)] * 6, ["c"])
    with service(HeldResult(content, (Column("c", "varchar"),))) as client:
        refused = client.post("/next", json={"query_id": UNKNOWN_ID})
        [error] = assert_problem(refused, 400, "invalid-request")["errors"]
        limit = int(re.search(r"at most (\d+)", error["detail"])[1])  # type: ignore[index]
        page = client.post("/next", json={"query_id": UNKNOWN_ID, "results_per_page": limit})

    assert error["pointer"] == "/results_per_page"
    assert page.status_code == 200
    assert page.json()["rows"] == [[cell]] * limit
