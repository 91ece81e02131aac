"""CloudTrail: dates of three folders, fixed folders between levels, tenants by their folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import answer, ask, bytes_of, refusal, scanned_bytes
from tests.support.api_calls import as_tenant
from tests.support.foreign_archives import serving

OWN, OTHER = 111122223333, 444455556666


@pytest.fixture(scope="module")
def trail(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("cloudtrail", endpoint_url) as client:
        yield client


def test_a_call_has_its_values_and_types(trail: httpx.Client) -> None:
    sql = (
        "SELECT time, eventtime, account, region, service, action, user, mfa, instance_type, "
        "instances, error, readonly FROM cloudtrail "
        "WHERE action = 'RunInstances' AND instances = 22 AND region = 'us-east-1'"
    )
    page = answer(trail, sql, OWN)

    assert page["rows"] == [
        [
            *("2026-11-22T12:00:00.000", "2026-11-22T12:00:00Z", str(OWN), "us-east-1"),
            *("ec2.amazonaws.com", "RunInstances", "deploy", False, "m5.large", 22, None, False),
        ]
    ]
    types = {each["name"]: each["type"] for each in page["columns"]}
    assert (types["time"], types["mfa"], types["instances"]) == ("timestamp", "boolean", "integer")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*), count(DISTINCT account) FROM cloudtrail", [[25, 1]]),
        (
            "SELECT user, count(*) AS calls FROM cloudtrail GROUP BY user ORDER BY calls DESC",
            [["deploy", 15], ["Mary_Major", 10]],
        ),
        ("SELECT sum(instances), count(instance_type) FROM cloudtrail", [[220, 10]]),
        (
            "SELECT DISTINCT t.action, t.error FROM cloudtrail t WHERE t.error IS NOT NULL",
            [["DeleteTrail", "AccessDenied"]],
        ),
        (
            "SELECT count(*) FROM cloudtrail a JOIN cloudtrail b "
            "ON a.region = b.region AND a.user = b.user AND a.time < b.time "
            "WHERE a.action = 'DeleteTrail' AND b.action = 'RunInstances'",
            [[15]],
        ),
        (
            "SELECT date(time) AS day, count(*) FROM cloudtrail GROUP BY 1 ORDER BY day LIMIT 2",
            [["2026-11-19", 1], ["2026-11-20", 5]],
        ),
    ],
)
def test_a_tenant_asks_about_its_account(
    trail: httpx.Client, sql: str, rows: list[list[Any]]
) -> None:
    assert ask(trail, sql, OWN) == rows


@pytest.mark.parametrize(
    ("where", "folders"),
    [
        ("true", "*/*/*/*"),
        ("region = 'eu-west-1'", "eu-west-1/*/*/*"),
        ("eventtime >= '2026-11-23'", "*/2026/11/2[234]"),
        ("eventtime >= '2026-11-23T06:00:00Z'", "*/2026/11/2[34]"),
        ("time >= timestamp '2026-11-23 06:00:00'", "*/2026/11/2[34]"),
        ("time < timestamp '2026-11-21 12:00:00'", "*/2026/11/2[01]"),
        # Within the hour of the greatest delay and one for the clocks, it may be the next day.
        ("time < timestamp '2026-11-21 23:00:00'", "*/2026/11/2[012]"),
        ("date(time) = date '2026-11-22' AND region = 'us-east-1'", "us-east-1/2026/11/2[123]"),
        (
            "time BETWEEN timestamp '2026-11-22 06:00:00' AND timestamp '2026-11-22 07:00:00'",
            "*/2026/11/22",
        ),
    ],
)
def test_bounds_prune_the_folders_of_the_tenant(
    trail: httpx.Client, archive: Path, where: str, folders: str
) -> None:
    sql = f"SELECT max(user) FROM cloudtrail WHERE {where}"
    expected = bytes_of(archive, f"AWSLogs/{OWN}/CloudTrail/{folders}")

    assert scanned_bytes(trail, sql, OWN) == expected


def test_the_operator_has_to_name_an_account(trail: httpx.Client, archive: Path) -> None:
    sql = "SELECT count(*) FROM cloudtrail"
    named = f"{sql} WHERE account IN ('{OWN}', '{OTHER}') AND eventtime >= '2026-11-24T02:00'"

    assert ask(trail, named) == [[8]]
    assert scanned_bytes(trail, named) == bytes_of(archive, "AWSLogs/*/CloudTrail/*/2026/11/24")
    # Athena's code, and Trino's.
    codes = {"CONSTRAINT_VIOLATION", "INVALID_COLUMN_PROPERTY"}
    assert refusal(trail, sql)["code"] in codes


@pytest.mark.parametrize(("tenant", "required"), [(1, ["account"]), (OWN, [])])
def test_required_columns_are_those_that_the_caller_has_to_name(
    trail: httpx.Client, tenant: int, required: list[str]
) -> None:
    table = trail.get("/tables/cloudtrail", headers=as_tenant(tenant)).json()

    assert table["required_columns"] == required


def test_a_tenant_sees_no_other_account(trail: httpx.Client) -> None:
    for where in (f"account = '{OTHER}'", f"account IN ('{OWN}', '{OTHER}')", "true"):
        sql = f"SELECT count(DISTINCT account), max(account) FROM cloudtrail WHERE {where}"
        assert ask(trail, sql, OWN) in ([[0, None]], [[1, str(OWN)]])


def test_a_column_that_may_not_be_queried_is_unreachable(trail: httpx.Client) -> None:
    assert refusal(trail, "SELECT sourceipaddress FROM cloudtrail", OWN)["status"] == 422
    assert all(
        each["name"] != "sourceipaddress"
        for each in trail.get("/tables/cloudtrail", headers=as_tenant(1)).json()["columns"]
    )
