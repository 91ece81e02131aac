"""Real events, asked for over HTTP, against answers that were worked out without SQL."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.commands import free_port, running
from tests.support.api_calls import all_rows
from tests.support.shared_files import shared_file

MESSAGE = "json_extract_scalar(data, '$.message')"


@pytest.fixture(scope="module")
def real_events() -> Path:
    return shared_file("data/real_events")


@pytest.fixture(scope="module")
def expected(real_events: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((real_events / "expected.json").read_text())
    return figures


@pytest.fixture(scope="module")
def real(real_events: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    port = free_port()
    state = tmp_path_factory.mktemp("state")
    arguments = ["local", "--data", str(real_events), "--state", str(state), "--port", str(port)]
    base = f"http://127.0.0.1:{port}/v0/data_hist"
    with running(arguments, "Ready."), httpx.Client(base_url=base, timeout=40) as client:
        yield client


@pytest.mark.parametrize(
    ("figure", "sql"),
    [
        ("count", "SELECT count(*) FROM events"),
        (
            "partitions",
            "SELECT count(*) FROM (SELECT DISTINCT dt, hr, min FROM events)",
        ),
        (
            "errors",
            "SELECT count(*) FROM events WHERE json_extract_scalar(data, '$.level') = 'ERROR'",
        ),
        ("min_created", "SELECT min(createdtimestamp) FROM events"),
        ("max_created", "SELECT max(createdtimestamp) FROM events"),
        ("longest_message", f"SELECT max(length({MESSAGE})) FROM events"),
        ("quotes", f"SELECT count(*) FROM events WHERE {MESSAGE} LIKE '%\"%'"),
    ],
)
def test_figure(real: httpx.Client, expected: dict[str, Any], figure: str, sql: str) -> None:
    assert all_rows(real, sql) == [[expected[figure]]]


@pytest.mark.parametrize(
    ("figure", "column"),
    [("by_service", "servicename"), ("by_customer", "CAST(customerid AS varchar)")],
)
def test_figure_by_group(
    real: httpx.Client, expected: dict[str, Any], figure: str, column: str
) -> None:
    rows = all_rows(real, f"SELECT {column}, count(*) FROM events GROUP BY 1")

    assert dict(rows) == expected[figure]


def test_every_figure_has_its_test(expected: dict[str, Any]) -> None:
    assert set(expected) == {
        *("count", "partitions", "by_service", "errors", "min_created", "max_created"),
        *("by_customer", "longest_message", "quotes"),
    }


def test_every_record_comes_whole_over_pages(real: httpx.Client, expected: dict[str, Any]) -> None:
    rows = all_rows(real, "SELECT data FROM events ORDER BY createdtimestamp")

    messages = [json.loads(row[0])["message"] for row in rows]
    assert len(messages) == expected["count"]
    assert max(map(len, messages)) == expected["longest_message"]
    assert sum('"' in message for message in messages) == expected["quotes"]


def test_metrics_without_files_are_an_empty_table(real: httpx.Client) -> None:
    assert all_rows(real, "SELECT count(*) FROM metrics") == [[0]]
