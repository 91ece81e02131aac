"""A query about an hour does not scan a month."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.support.api_calls import all_rows, as_tenant, assert_problem, submitted
from tests.support.archive_files import record, write_records
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for

DAYS = 30
HOUR_MINUTES = 60
CUSTOMER = 11000
FIRST = datetime(2026, 11, 20, 5, tzinfo=UTC)
ASKED = FIRST + timedelta(days=12, hours=3)
HOUR_MS = 3_600_000


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@pytest.fixture(scope="module")
def month_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An archive of thirty days with a record in each hour."""
    root = tmp_path_factory.mktemp("month")
    minutes = range(0, DAYS * 24 * HOUR_MINUTES, HOUR_MINUTES)
    write_records(root, "events", (record(minute, CUSTOMER) for minute in minutes))
    with running_endpoint(root, tmp_path_factory.mktemp("state")) as url:
        yield url


@pytest.fixture(scope="module")
def month(month_url: str) -> Iterator[httpx.Client]:
    with running_service(settings_for(month_url)) as client:
        yield client


@pytest.mark.parametrize(
    "where",
    [
        f"arrivaltimestamp >= {milliseconds(ASKED)} "
        f"AND arrivaltimestamp < {milliseconds(ASKED) + HOUR_MS}",
        "from_unixtime(arrivaltimestamp / 1000) BETWEEN timestamp '2026-12-02 08:00:00' "
        "AND timestamp '2026-12-02 08:59:59'",
        f"createdtimestamp BETWEEN {milliseconds(ASKED) - 1000} AND {milliseconds(ASKED) + 1000} "
        f"AND arrivaltimestamp < {milliseconds(ASKED) + HOUR_MS}",
    ],
)
def test_an_hour_of_thirty_days_scans_a_tenth_at_most(month: httpx.Client, where: str) -> None:
    everything = submitted(month, "SELECT count(*) FROM events")["statistics"]["scanned_bytes"]

    hour = submitted(month, f"SELECT count(*) FROM events WHERE {where}")

    scanned = hour["statistics"]["scanned_bytes"]
    print(f"scanned {scanned:,} of {everything:,} bytes ({everything / scanned:.0f} times less)")
    assert 0 < scanned < everything / 10
    assert all_rows(month, f"SELECT dt, hr FROM events WHERE {where}") == [["2026-12-02", "08"]]


def test_the_position_of_an_error_is_in_the_callers_text(month: httpx.Client) -> None:
    sql = f"SELECT 1 FROM events\nWHERE arrivaltimestamp > {milliseconds(ASKED)} AND nope = 1"

    response = month.post("/query", json={"query": sql, "wait_seconds": 30})

    problem = assert_problem(response, 422, "invalid-sql")
    assert (problem["line"], problem["column"]) == (2, sql.index("nope") - sql.index("\n"))


def test_a_limit_on_days_refuses_unbounded_queries(month_url: str) -> None:
    settings = settings_for(month_url, max_query_days=7, tenant_required=True)
    bounded = f"SELECT count(*) FROM events WHERE dt BETWEEN '{FIRST:%Y-%m-%d}' AND '2026-11-21'"
    with running_service(settings) as client:
        headers = as_tenant(CUSTOMER)
        refused = client.post("/query", json={"query": "SELECT 1 FROM events"}, headers=headers)
        allowed = submitted(client, bounded, headers=headers)

    problem = assert_problem(refused, 422, "statement-not-allowed")
    assert (problem["code"], problem["line"], problem["column"]) == ("TIME_RANGE_TOO_LONG", 1, 15)
    assert "arrivaltimestamp or dt" in problem["detail"]
    assert allowed["status"] == "FINISHED"
