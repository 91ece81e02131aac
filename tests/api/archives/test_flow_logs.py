"""VPC flow logs: Parquet in Hive's hourly folders, levels with hyphens, times in seconds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import OPERATOR, answer, ask, bytes_of, scanned_bytes
from tests.support.foreign_archives import serving

OWN, OTHER = 111122223333, 444455556666
# Of 2026-11-20, and of the day after.
EVENING, NIGHT = "month=11/day=20/hour=2[0123]", "month=11/day=21/hour=0[0123]"


@pytest.fixture(scope="module")
def flows(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("flow_logs", endpoint_url) as client:
        yield client


def test_a_flow_has_its_values_and_types(flows: httpx.Client) -> None:
    sql = (
        'SELECT began, "end", account, region, client, server, port, bytes, action, status '
        "FROM flows WHERE began >= timestamp '2026-11-20 23:30:00' "
        "AND began < timestamp '2026-11-21 00:00:00' ORDER BY began"
    )
    page = answer(flows, sql, OWN)

    place = [str(OWN), "us-east-1"]
    assert page["rows"] == [
        [
            *("2026-11-20T23:30:00.000", 1_795_217_459, *place),
            *("198.51.100.9", "10.0.0.5", 22, 24_000, "REJECT", "OK"),
        ],
        ["2026-11-20T23:50:00.000", 1_795_218_659, *place, *[None] * 5, "NODATA"],
    ]
    assert [each["type"] for each in page["columns"]][:2] == ["timestamp", "bigint"]
    assert page["columns"][6]["type"] == "integer"


@pytest.mark.parametrize(
    ("sql", "tenant", "rows"),
    [
        ("SELECT count(*), count(action) FROM flows", OPERATOR, [[80, 64]]),
        ("SELECT count(*), max(account) FROM flows", OWN, [[40, str(OWN)]]),
        ("SELECT count(*) FROM flows", 5, [[0]]),
        (
            "SELECT action, sum(bytes) AS total FROM flows WHERE port IN (22, 443) "
            "GROUP BY action ORDER BY action",
            OTHER,
            [["ACCEPT", 200_000], ["REJECT", 200_000]],
        ),
        (
            "SELECT a.account, count(*) FROM flows a JOIN flow_logs b "
            'ON a."end" = b."end" AND a.account <> b."aws-account-id" '
            "WHERE a.action = 'REJECT' GROUP BY 1 ORDER BY 1",
            OPERATOR,
            [[str(OWN), 16], [str(OTHER), 16]],
        ),
        (
            'SELECT DISTINCT "aws-service", year, month FROM flow_logs '
            "WHERE \"aws-region\" = 'us-east-1'",
            OWN,
            [["vpcflowlogs", "2026", "11"]],
        ),
    ],
)
def test_questions(flows: httpx.Client, sql: str, tenant: int, rows: list[list[Any]]) -> None:
    assert ask(flows, sql, tenant) == rows


# A sum is compared, since Trino skips Parquet files by the least and greatest value of a column.
@pytest.mark.parametrize(
    ("where", "folders"),
    [
        ("true", [EVENING, NIGHT]),
        (
            "began >= timestamp '2026-11-20 23:10:00'",
            ["month=11/day=20/hour=2[23]", NIGHT],
        ),
        # The record may come 20 minutes later, and clocks may differ by an hour.
        (
            "began < timestamp '2026-11-20 22:30:00'",
            ["month=11/day=20/hour=2[0123]", "month=11/day=21/hour=00"],
        ),
        (
            '"end" + 0 BETWEEN 1795219200 AND 1795221000',  # midnight, and half an hour later
            ["month=11/day=20/hour=23", "month=11/day=21/hour=0[012]"],
        ),
        (
            "from_unixtime(\"end\") > timestamp '2026-11-21 02:30:00'",
            ["month=11/day=21/hour=0[123]"],
        ),
        ("date(began) >= date '2026-11-21'", ["month=11/day=20/hour=23", NIGHT]),
        ("began = timestamp '2026-11-20 21:10:00'", ["month=11/day=20/hour=2[0123]"]),
    ],
)
def test_bounds_prune_hours(
    flows: httpx.Client, archive: Path, where: str, folders: list[str]
) -> None:
    sql = f"SELECT max(client) FROM flows WHERE {where} AND account = '{OWN}'"
    below = f"AWSLogs/aws-account-id={OWN}/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026"

    expected = bytes_of(archive, *(f"{below}/{folder}" for folder in folders))
    assert scanned_bytes(flows, sql) == expected
