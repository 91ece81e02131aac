"""A dry run says how much the query reads: as many bytes as Athena then counts, in any layout."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from data_hist.app import Limits
from data_hist.athena.polling.poller import PollLimits
from data_hist.catalog.resolve import load_catalog
from data_hist.catalog.tables import Catalog
from data_hist.queries.estimates import EstimateLimits
from data_hist.queries.limits import QueryLimits
from tests.api.archives.asking import OPERATOR
from tests.support.api_calls import as_tenant, submitted
from tests.support.foreign_archives import foreign_catalogs
from tests.support.month import month_catalog
from tests.support.running_service import running_service, settings_for

# A real Trino has no archive that S3 lists.
pytestmark = pytest.mark.whole_ranges

# Some records are of the future, whatever day it is, and no query reads those by its time.
AFTER_ALL = datetime(2029, 1, 1, tzinfo=UTC)
ASKED = 1796198400000  # 2026-12-02T08:00Z
HOUR_MS = 3_600_000


@dataclass
class Clock:
    """The time of the service, which estimates are made at another."""

    now: datetime | None = None

    def __call__(self) -> datetime:
        return self.now or datetime.now(UTC)


CLOCK = Clock()
UNHURRIED = Limits(
    queries=QueryLimits(
        # By that time, queries are old, and would be looked at seldom.
        poll=PollLimits(longest_interval_seconds=0.1),
        estimates=EstimateLimits(seconds=120),
    )
)


@pytest.fixture(scope="module")
def service(endpoint_url: str) -> Iterator[httpx.Client]:
    """Each archive as a version of its own."""
    catalogs = {"v0": load_catalog(), "month": month_catalog(), **foreign_catalogs()}
    first = {name: next(iter(each.versions.values())) for name, each in catalogs.items()}
    catalog = Catalog({name: replace(version, name=name) for name, version in first.items()})
    settings = settings_for(endpoint_url, tenant_required=True)
    with running_service(settings, clock=CLOCK, catalog=catalog, limits=UNHURRIED) as client:
        yield client


def of_version(service: httpx.Client, version: str, tenant: int = OPERATOR) -> httpx.Client:
    base = service.base_url.copy_with(path=f"/{version}/data_hist")
    return httpx.Client(base_url=base, timeout=service.timeout, headers=as_tenant(tenant))


def estimate(client: httpx.Client, sql: str, **fields: Any) -> dict[str, Any]:
    CLOCK.now = AFTER_ALL
    try:
        response = client.post("/query", json={"query": sql, "dry_run": True, **fields})
    finally:
        CLOCK.now = None
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["estimate"]
    return found


OWN = 111122223333
AN_HOUR = f"arrivaltimestamp >= {ASKED} AND arrivaltimestamp < {ASKED + HOUR_MS}"
CREATED = f"createdtimestamp BETWEEN {ASKED} AND {ASKED + HOUR_MS}"
OF_DAY = "SELECT max(data) FROM events WHERE dt = '2026-12-02'"

# What is read depends only on conditions that the service understands.
EXACT = [
    ("month", OPERATOR, f"SELECT max(tags) FROM events WHERE {where}")
    for where in (
        "true",
        AN_HOUR,
        CREATED,
        f"{CREATED} AND arrivaltimestamp < {ASKED + 2 * HOUR_MS}",
        f"arrivaltimestamp < {ASKED}",
        "dt = '2026-12-02'",
        "dt = '2026-12-02' AND hr = '08'",
        "dt = '2026-12-02' AND hr IN ('08', '09')",
        f"dt BETWEEN '2026-12-01' AND '2026-12-02' AND arrivaltimestamp < {ASKED}",
        "arrivaltimestamp < 0",
    )
] + [
    # A table that is read twice counts twice.
    (
        "month",
        11000,
        f"SELECT max(a.tags) FROM events a JOIN events b ON a.tags = b.tags "
        f"WHERE a.dt = '2026-12-02' AND b.{AN_HOUR.replace(' AND ', ' AND b.')}",
    ),
    ("month", OPERATOR, f"WITH e AS ({OF_DAY}) SELECT * FROM e UNION ALL {OF_DAY}"),
    ("days", OPERATOR, "SELECT max(page) FROM clicks"),
    ("days", OPERATOR, "SELECT max(page) FROM clicks WHERE dt = '2028-02-29'"),
    ("days", 11001, "SELECT max(page) FROM clicks WHERE clicked >= 1835481600000"),
    ("days", OPERATOR, "SELECT max(title) FROM pages"),
    ("audit", OPERATOR, "SELECT count(*) FROM audit WHERE region = 'eu' AND month = '11'"),
    ("cloudtrail", OWN, "SELECT max(user) FROM cloudtrail WHERE region = 'eu-west-1'"),
    ("cloudtrail", OWN, "SELECT max(user) FROM cloudtrail WHERE eventtime >= '2026-11-23'"),
    ("flow_logs", OWN, "SELECT max(client) FROM flows"),
    (
        "flow_logs",
        OWN,
        "SELECT max(client) FROM flows WHERE began >= timestamp '2026-11-20 23:10:00'",
    ),
    ("github_archive", OPERATOR, "SELECT max(created_at) FROM flat"),
    (
        "github_archive",
        OPERATOR,
        "SELECT max(login) FROM events WHERE time >= timestamp '2015-01-02 09:30:00'",
    ),
    (
        "github_archive",
        OPERATOR,
        "SELECT max(login) FROM events WHERE day = '2015-01-02' AND hour = 9",
    ),
    ("hive_folders", OPERATOR, "SELECT max(note) FROM orders WHERE year = 2026 AND month = 9"),
    (
        "hive_folders",
        OPERATOR,
        "SELECT max(note) FROM sales WHERE at >= timestamp '2026-10-03 02:00:00'",
    ),
    (
        "kubernetes_audit",
        OPERATOR,
        "SELECT max(username) FROM audit WHERE cluster = 'staging' "
        "AND received >= timestamp '2027-01-01 00:30:00'",
    ),
    (
        "load_balancer",
        OPERATOR,
        "SELECT max(client) FROM requests WHERE at >= timestamp '2026-12-01 00:30:00'",
    ),
]


@pytest.mark.parametrize(
    ("version", "tenant", "sql"), EXACT, ids=[f"{each[0]} {each[2]}" for each in EXACT]
)
def test_the_estimate_is_what_is_scanned(
    service: httpx.Client, version: str, tenant: int, sql: str
) -> None:
    with of_version(service, version, tenant) as client:
        statistics = submitted(client, sql)["statistics"]
        found = estimate(client, sql)

    assert found["scanned_bytes"] == statistics["scanned_bytes"]
    assert found["cost_usd"] == statistics["estimated_cost_usd"]


@pytest.mark.parametrize(
    ("version", "sql"),
    [
        ("month", "SELECT max(tags) FROM events WHERE dt >= '2026-12-02' AND hr > '20'"),
        ("month", "SELECT max(tags) FROM events WHERE substr(dt, 1, 7) = '2026-11'"),
        ("kubernetes_audit", "SELECT max(username) FROM audit WHERE cluster < 'q'"),
    ],
)
def test_the_estimate_is_more_where_other_conditions_prune(
    service: httpx.Client, version: str, sql: str
) -> None:
    with of_version(service, version) as client:
        scanned_bytes = submitted(client, sql)["statistics"]["scanned_bytes"]

        assert estimate(client, sql)["scanned_bytes"] > scanned_bytes > 0


def test_parameters_prune_as_literals_do(service: httpx.Client) -> None:
    sql = "SELECT max(tags) FROM events WHERE dt = ? AND hr = ?"
    with of_version(service, "month") as client:
        found = estimate(client, sql, parameters=["2026-12-02", "08"])

        assert found == estimate(
            client, sql.replace("dt = ?", "dt = '2026-12-02'").replace("hr = ?", "hr = '08'")
        )
        assert found["files"] == 1


DAY = "dt = '2025-11-20'"
HOUR = "arrivaltimestamp >= 1763614800000 AND arrivaltimestamp < 1763618400000"


@pytest.mark.parametrize(
    ("sql", "partitions", "files"),
    [
        ("SELECT 1", 0, 0),
        (f"SELECT 1 FROM events WHERE {DAY}", 1440, 0),
        (f"SELECT 1 FROM events WHERE {HOUR}", 240, 0),
        (f"SELECT 1 FROM events WHERE {DAY} UNION ALL SELECT 1 FROM metrics WHERE {HOUR}", 1680, 0),
        (f"SELECT 1 FROM events WHERE {DAY} UNION ALL SELECT 1 FROM metrics", None, 4),
        ("SELECT 1 FROM events", None, 20),
        (f"SELECT '{'x' * 2_500}' FROM events WHERE dt >= '2026-11-20' AND {HOUR}", 0, 0),
    ],
)
def test_partitions_and_files(
    service: httpx.Client, sql: str, partitions: int | None, files: int
) -> None:
    with of_version(service, "v0") as client:
        found = estimate(client, sql)

    assert (found["partitions"], found["files"]) == (partitions, files)
    assert found["bounded"] is (partitions is not None)
