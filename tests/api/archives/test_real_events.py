"""Real events with columns from their payload, against answers worked out without SQL."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import ask, bytes_of, scanned_bytes
from tests.support.foreign_archives import serving
from tests.support.foreign_archives.real_events import FOLDER
from tests.support.shared_files import shared_file

# There are two years between the events of one system and those of the other.
EVENTS = (
    "(SELECT * FROM events WHERE time < timestamp '2015-08-26 00:00:00' UNION ALL "
    "SELECT * FROM events WHERE time >= timestamp '2017-05-15 23:00:00') AS e"
)


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((shared_file(FOLDER) / "expected.json").read_text())
    return figures


@pytest.fixture(scope="module")
def real(expected: dict[str, Any], endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("real_events", endpoint_url) as client:
        yield client


def test_figures(real: httpx.Client, expected: dict[str, Any]) -> None:
    sql = (
        "SELECT count(*) AS count, count_if(level = 'ERROR') AS errors, "
        "min(created) AS min_created, max(created) AS max_created, "
        "max(length(message)) AS longest_message, "
        f"count_if(message LIKE '%\"%') AS quotes FROM {EVENTS}"
    )
    names = ("count", "errors", "min_created", "max_created", "longest_message", "quotes")

    assert ask(real, sql) == [[expected[name] for name in names]]


def test_figures_by_group(real: httpx.Client, expected: dict[str, Any]) -> None:
    by_service: Counter[str] = Counter()
    by_customer: Counter[str] = Counter()
    for service, tenant, count in ask(
        real, f"SELECT service, tenant, count(*) FROM {EVENTS} GROUP BY service, tenant"
    ):
        by_service[service] += count
        by_customer[str(tenant)] += count

    assert (by_service, by_customer) == (expected["by_service"], expected["by_customer"])


@pytest.mark.parametrize(
    ("where", "folders"),
    [
        (
            "time BETWEEN timestamp '2015-08-20 13:10:00' AND timestamp '2015-08-20 13:20:00'",
            ["dt=2015-08-20/hr=13"],
        ),
        (
            "time < timestamp '2015-07-30 14:30:00'",
            ["dt=2015-07-29", "dt=2015-07-30/hr=1[3456]"],
        ),
        # Nobody knows how long it takes from the creation to the arrival.
        ("created >= 1494885600000", ["dt=2017-05-16"]),
    ],
)
def test_bounds_prune(real: httpx.Client, archive: Path, where: str, folders: list[str]) -> None:
    scanned = scanned_bytes(real, f"SELECT max(message) FROM events WHERE {where}")

    assert scanned == bytes_of(archive, *(f"real-events/{folder}" for folder in folders))
