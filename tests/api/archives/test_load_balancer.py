"""Access logs of a load balancer as JSON: odd keys, microseconds, and no customer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import answer, ask, bytes_of, refusal, scanned_bytes
from tests.support.foreign_archives import serving


@pytest.fixture(scope="module")
def requests(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("load_balancer", endpoint_url) as client:
        yield client


def test_a_request_has_its_values_and_types(requests: httpx.Client) -> None:
    sql = (
        "SELECT at, time, created, client, target, seconds, status, target_status, sent_bytes "
        "FROM requests WHERE time BETWEEN '2026-11-30T03:01' AND '2026-11-30T03:03' ORDER BY time"
    )
    page = answer(requests, sql)

    assert page["rows"] == [
        [
            *("2026-11-30T03:01:00.186", "2026-11-30T03:01:00.186642Z"),
            *("2026-11-30T03:00:59.364", "192.0.2.1:2817", "10.0.0.1:80", 0.25, 200, 200, 367),
        ],
        [
            *("2026-11-30T03:02:00.186", "2026-11-30T03:02:00.186643Z"),
            *("2026-11-30T03:01:59.364", "192.0.2.2:2817", "-", -1.0, 502, None, 368),
        ],
    ]
    assert [each["type"] for each in page["columns"]][5:] == [
        *("double", "integer", "smallint", "integer")
    ]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM requests", [[50]]),
        (
            "SELECT status, count(*), count(target_status) FROM requests GROUP BY 1 ORDER BY 1",
            [[200, 40, 40], [502, 10, 0]],
        ),
        (
            "SELECT date(at) AS day, max(seconds) FROM requests GROUP BY date(at) ORDER BY day",
            [
                [f"2026-{day}", 0.25 * n]
                for day, n in zip(
                    ("11-28", "11-29", "11-30", "12-01", "12-02"), (1, 3, 4, 5, 6), strict=True
                )
            ],
        ),
        (
            "SELECT count(*) FROM requests r JOIN requests s ON r.client = s.client "
            "AND date(r.at) = date(s.at) AND r.at < s.at WHERE r.status >= 500",
            [[5]],
        ),
        ("SELECT count(*) FROM requests WHERE at > created", [[50]]),
    ],
)
def test_questions(requests: httpx.Client, sql: str, rows: list[list[Any]]) -> None:
    assert ask(requests, sql) == rows


@pytest.mark.parametrize(
    ("where", "folders"),
    [
        ("true", ["11/*", "12/*"]),
        ("time >= '2026-11-30T03:00:00.000000Z'", ["11/30", "12/*"]),
        ("at >= timestamp '2026-12-01 00:30:00'", ["11/30", "12/*"]),
        ("at >= timestamp '2026-12-01 01:30:00'", ["12/*"]),
        ("at < timestamp '2026-11-29 12:00:00'", ["11/2[89]"]),
        ("date_trunc('month', at) = timestamp '2026-12-01 00:00:00'", ["11/30", "12/*"]),
        (
            "at BETWEEN timestamp '2026-11-30 05:00:00' AND timestamp '2026-11-30 06:00:00'",
            ["11/30"],
        ),
        # Nobody knows how long after its creation a request is logged.
        ("created <= timestamp '2026-11-29 12:00:00'", ["11/*", "12/*"]),
        ("created >= timestamp '2026-12-02 12:00:00'", ["12/02"]),
    ],
)
def test_bounds_prune_days(
    requests: httpx.Client, archive: Path, where: str, folders: list[str]
) -> None:
    below = "elb/elasticloadbalancing/eu-central-1/2026"

    scanned = scanned_bytes(requests, f"SELECT max(client) FROM requests WHERE {where}")

    assert scanned == bytes_of(archive, *(f"{below}/{folder}" for folder in folders))


def test_only_the_operator_may_ask(requests: httpx.Client) -> None:
    problem = refusal(requests, "SELECT count(*) FROM requests", tenant=11001)

    assert problem["code"] == "TABLE_NOT_ALLOWED"
