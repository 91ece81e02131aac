"""A query is warned if, and only if, it reaches records that S3 has archived."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from data_hist.athena.executions import Query, QueryStatus
from data_hist.catalog.resolve import load_catalog
from data_hist.queries.glacier_warnings import ArchivePolicy
from data_hist.queries.model import QueryWarning
from data_hist.queries.sql_trailer import append_trailer
from data_hist.retention.ownership import OwnedQuery, Owner
from data_hist.sql_guard.guard import Guard

GUARD = Guard(load_catalog().versions["v0"])
POLICY = ArchivePolicy(365, {11000: 30})
SUBMITTED = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
# What arrived before this day of 2025 has been moved.
CUTOFF_MS = int(datetime(2025, 11, 25, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000


def warnings(
    sql: str,
    tenant: int = 1,
    status: QueryStatus = QueryStatus.FINISHED,
    parameters: Sequence[object] | None = None,
) -> list[QueryWarning]:
    admitted = GUARD.admit(sql, customer_id=tenant, parameters=parameters)  # type: ignore[arg-type]
    sent = append_trailer(admitted.sql, sql, admitted.edits, admitted.time_bounds)
    query = Query("id", status, sent, "s3://bucket/key", SUBMITTED)
    return POLICY.warnings(OwnedQuery(query, Owner(tenant, 60)))


WITHIN = [
    "1",
    "1 FROM (VALUES 1) AS t(dt)",
    f"1 FROM events WHERE arrivaltimestamp >= {CUTOFF_MS}",
    f"1 FROM events WHERE createdtimestamp > {CUTOFF_MS}",
    f"1 FROM events WHERE createdtimestamp / 1000 > {CUTOFF_MS // 1000}",
    "1 FROM events WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '365' day",
    "1 FROM events WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '1' year",
    "1 FROM events WHERE date(from_unixtime(createdtimestamp / 1000)) >= date '2025-11-25'",
    "1 FROM events WHERE dt = '2025-11-25' AND hr = '00'",
    "1 FROM events WHERE dt BETWEEN '2025-11-25' AND '2026-01-01'",
    "1 FROM events WHERE dt >= date_format(current_date - interval '365' day, '%Y-%m-%d')",
    "1 FROM events WHERE dt >= date_format(now() - interval '12' month, '%Y-%m-%d')",
    "1 FROM events WHERE dt IN ('2026-01-01', '2026-02-01') OR dt = '2026-11-20'",
    "1 FROM events e, metrics m WHERE e.dt > '2026-01-01' AND m.dt = '2026-05-05'",
]
WHOLE = "up to 2025-11-25T00:00:00Z"
PAST = [
    ("1 FROM events", WHOLE),
    ("1 FROM events WHERE hr = '05'", WHOLE),
    (f"1 FROM events WHERE arrivaltimestamp < {CUTOFF_MS - DAY_MS}", "up to 2025-11-24T00:00:00Z"),
    (f"1 FROM events WHERE arrivaltimestamp >= {CUTOFF_MS - 1000}", "from 2025-11-24T23:59:59Z"),
    (f"1 FROM events WHERE createdtimestamp > {CUTOFF_MS - DAY_MS}", "from 2025-11-24T00:00:00Z"),
    (
        "1 FROM events WHERE createdtimestamp BETWEEN 1700000000000 AND 1700000000001",
        f"from 2023-11-14T22:13:20Z {WHOLE}",
    ),
    (
        "1 FROM events WHERE arrivaltimestamp BETWEEN 1700000000000 AND 1700086400000",
        "from 2023-11-14T22:13:20Z up to 2023-11-15T22:13:20Z",
    ),
    (
        "1 FROM events WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '366' day",
        f"from 2025-11-24T12:30:00Z {WHOLE}",
    ),
    ("1 FROM events WHERE dt = '2025-11-24'", f"from 2025-11-24T00:00:00Z {WHOLE}"),
    ("1 FROM events WHERE dt < '2025-01-01'", "up to 2025-01-02T00:00:00Z"),
    (
        "1 FROM events WHERE dt >= date_format(current_date - interval '366' day, '%Y-%m-%d')",
        f"from 2025-11-24T00:00:00Z {WHOLE}",
    ),
    (
        "1 FROM events WHERE dt >= date_format(now() - interval '13' month, '%Y-%m-%d')",
        f"from 2025-10-25T00:00:00Z {WHOLE}",
    ),
    ("1 FROM events WHERE arrivaltimestamp > -253402300799999", "from 1970-01-01T00:00:00Z"),
    ("1 FROM events WHERE arrivaltimestamp < -253402300799999", "up to 1970-01-01T00:00:00Z"),
    ("1 FROM events WHERE CAST(dt AS date) > current_date - interval '900' year", "from 1970-01"),
    ("1 FROM events e, metrics m WHERE e.dt > '2026-01-01'", WHOLE),
    ("1 FROM events WHERE dt = '2026-01-01' UNION SELECT 1 FROM metrics WHERE dt = '2025-01-01'",
     "from 2025-01-01T00:00:00Z up to 2025-01-02T00:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize("sql", WITHIN)
def test_a_query_of_what_s3_keeps_has_no_warning(sql: str) -> None:
    assert warnings(f"SELECT {sql}") == []


@pytest.mark.parametrize(("sql", "part"), PAST)
def test_a_query_of_older_records_is_told_which_may_be_missing(sql: str, part: str) -> None:
    (warning,) = warnings(f"SELECT {sql}")

    assert warning.code == "RANGE_PARTLY_ARCHIVED"
    assert part in warning.detail
    assert "365 days" in warning.detail
    assert ("from 20" in warning.detail) is ("from 20" in part)


def test_parameters_count() -> None:
    sql = "SELECT 1 FROM events WHERE createdtimestamp > ?"

    assert warnings(sql, parameters=[CUTOFF_MS]) == []
    assert len(warnings(sql, parameters=[CUTOFF_MS - DAY_MS])) == 1


def test_a_customer_may_have_another_age() -> None:
    sql = "SELECT 1 FROM events WHERE dt >= '2026-10-01'"

    assert warnings(sql, tenant=11001) == []
    assert "more than 30 days" in warnings(sql, tenant=11000)[0].detail


@pytest.mark.parametrize("status", list(QueryStatus))
def test_what_has_no_result_has_no_warning(status: QueryStatus) -> None:
    has_result = status not in (QueryStatus.FAILED, QueryStatus.CANCELLED)

    assert bool(warnings("SELECT 1 FROM events", status=status)) is has_result


def test_a_query_without_notes_has_no_warning() -> None:
    query = Query("id", QueryStatus.FINISHED, "SELECT 1", "s3://bucket/key", SUBMITTED)

    assert POLICY.warnings(OwnedQuery(query, Owner(1, 60))) == []


def test_an_archive_that_keeps_everything_has_no_warning() -> None:
    admitted = GUARD.admit("SELECT 1 FROM events", customer_id=None, parameters=None)
    sent = append_trailer(admitted.sql, "", admitted.edits, admitted.time_bounds)
    query = Query("id", QueryStatus.FINISHED, sent, "s3://bucket/key", SUBMITTED)
    owned = OwnedQuery(query, Owner(1, 60))

    assert ArchivePolicy(365, {}).warnings(owned)
    assert not ArchivePolicy(36_500, {}).warnings(owned)
