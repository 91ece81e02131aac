"""Audit logs of Kubernetes: nested objects, hours in four folders, over the turn of a year."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import answer, ask, bytes_of, scanned_bytes
from tests.support.foreign_archives import serving

OLD, NEW = "2026/12/31/2[123]", "2027/01/01/0[012]"


@pytest.fixture(scope="module")
def audit(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("kubernetes_audit", endpoint_url) as client:
        yield client


def test_an_event_has_its_values_and_types(audit: httpx.Client) -> None:
    sql = (
        "SELECT received, requestreceivedtimestamp, cluster, verb, username, first_group, object, "
        "name, api, priority, status, ips, annotations FROM audit "
        "WHERE verb = 'create' AND cluster = 'prod' AND priority = 2 "
        "AND received < timestamp '2026-12-31 22:00:00'"
    )
    page = answer(audit, sql)

    written = {"resource": "pods", "namespace": "prod", "apiVersion": "v1", "name": "web-2"}
    assert page["rows"] == [
        [
            *("2026-12-31T21:20:00.123", "2026-12-31T21:20:00.123458Z", "prod", "create"),
            *("system:serviceaccount:ci:bot", "system:authenticated", written, "web-2", "v1", 2),
            *("{code=200}", "[10.0.0.1, 10.253.132.107]"),
            "{authorization.k8s.io/decision=allow}",
        ]
    ]
    types = {each["name"]: each["type"] for each in page["columns"]}
    assert (types["object"], types["priority"]) == ("json", "bigint")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM audit", [[2 * sum(range(4, 10))]]),
        (
            "SELECT username, count(*) AS n FROM audit GROUP BY username ORDER BY n",
            [["kubernetes-admin", 16], ["system:serviceaccount:ci:bot", 62]],
        ),
        ("SELECT count(name), count(priority), max(priority) FROM audit", [[18, 18, 6]]),
        (
            "SELECT verb, count_if(status.code = 403) FROM audit GROUP BY verb ORDER BY verb",
            [["create", 0], ["delete", 16], ["get", 0], ["list", 0]],
        ),
        (
            "SELECT count(*) FROM audit WHERE annotations['authorization.k8s.io/decision'] = "
            "'forbid' AND cardinality(ips) = 2",
            [[16]],
        ),
        (
            # Timestamps are in milliseconds, so that events of the same one meet.
            "SELECT count(*) FROM audit p JOIN audit s ON p.received = s.received "
            "AND p.cluster = 'prod' AND s.cluster = 'staging' WHERE p.verb = 'delete'",
            [[10]],
        ),
        (
            "SELECT DISTINCT json_extract_scalar(object, '$.namespace') FROM audit "
            "WHERE received >= timestamp '2027-01-01 00:00:00' ORDER BY 1",
            [["prod"], ["staging"]],
        ),
    ],
)
def test_questions(audit: httpx.Client, sql: str, rows: list[list[Any]]) -> None:
    assert ask(audit, sql) == rows


@pytest.mark.parametrize(
    ("where", "folders"),
    [
        ("true", [OLD, NEW]),
        ("requestreceivedtimestamp >= '2027-01-01T01:30:00.000000Z'", ["2027/01/01/0[012]"]),
        ("received >= timestamp '2027-01-01 00:30:00'", ["2026/12/31/23", NEW]),
        ("received < timestamp '2026-12-31 21:30:00'", ["2026/12/31/2[123]"]),
        (
            "received BETWEEN timestamp '2026-12-31 23:30:00' AND timestamp '2026-12-31 23:40:00'",
            ["2026/12/31/2[23]", "2027/01/01/0[01]"],
        ),
        ("year(received) = 2027", [OLD, NEW]),
        (
            "received >= timestamp '2027-01-01 00:00:00' + interval '90' minute",
            ["2027/01/01/0[012]"],
        ),
    ],
)
def test_bounds_prune_hours(
    audit: httpx.Client, archive: Path, where: str, folders: list[str]
) -> None:
    sql = f"SELECT max(username) FROM audit WHERE {where} AND cluster = 'staging'"

    expected = bytes_of(archive, *(f"k8s/staging/audit/{folder}" for folder in folders))
    assert scanned_bytes(audit, sql) == expected
