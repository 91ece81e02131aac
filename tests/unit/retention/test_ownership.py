"""A location names its owner and retention, and nothing else passes for one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.athena.executions import Query, QueryStatus
from data_hist.errors import QueryExpired, QueryNotFound
from data_hist.retention.ownership import Owner, ResultLocations, TenantIsolation

LOCATIONS = ResultLocations("bucket", "data_hist")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ISOLATION = TenantIsolation(LOCATIONS, lambda: NOW)


@given(st.builds(Owner, st.integers(1, 9_999_999_999), st.integers(1, 43_200)))
def test_owner_is_read_back_from_the_location(owner: Owner) -> None:
    assert LOCATIONS.owner_of("id", f"{LOCATIONS.for_owner(owner)}id.csv") == owner


@pytest.mark.parametrize(
    "location",
    [
        "",
        "s3://bucket/data_hist/retention=1/tenant=1/other.csv",
        "s3://bucket/data_hist/retention=1/tenant=1/id.txt",
        "s3://bucket/data_hist/retention=1/tenant=1/id.csv.metadata",
        "s3://bucket/data_hist/retention=1/tenant=1/dry-run/id.csv",
        "s3://bucket/data_hist/retention=1/tenant=x/id.csv",
        "s3://bucket/data_hist/retention=\u0661/tenant=1/id.csv",
        "s3://bucket/data_hist/retention=1/id.csv",
        "s3://bucket/data_histx/retention=1/tenant=1/id.csv",
        "s3://bucket/other/retention=1/tenant=1/id.csv",
        "s3://bucket2/data_hist/retention=1/tenant=1/id.csv",
        "s3://bucket/x/data_hist/retention=1/tenant=1/id.csv",
        "S3://bucket/data_hist/retention=1/tenant=1/id.csv",
        "s3://bucket/data_hist/retention=1/tenant=1/id.csv\n",
    ],
)
def test_any_other_location_is_not_ours(location: str) -> None:
    assert LOCATIONS.owner_of("id", location) is None


def test_what_a_dry_run_leaves_is_nobodys() -> None:
    location = LOCATIONS.for_validation(Owner(1, 60)) + "id.csv"

    assert LOCATIONS.owner_of("id", location) is None


def query(completed_at: datetime | None, retention_minutes: int = 60) -> Query:
    return Query(
        query_id="id",
        status=QueryStatus.FINISHED if completed_at else QueryStatus.RUNNING,
        sql="SELECT 1",
        output_location=LOCATIONS.for_owner(Owner(11000, retention_minutes)) + "id.csv",
        submitted_at=NOW - timedelta(days=2),
        completed_at=completed_at,
    )


@pytest.mark.parametrize(
    ("age", "kept"),
    [
        (timedelta(minutes=59, seconds=59), True),
        (timedelta(minutes=60), False),
        (timedelta(minutes=61), False),
    ],
)
def test_retention_counts_from_the_end_of_the_query(age: timedelta, kept: bool) -> None:
    ended = query(NOW - age)

    if kept:
        assert ISOLATION.require_owned(ended, 11000).expires_at == NOW - age + timedelta(minutes=60)
    else:
        with pytest.raises(QueryExpired):
            ISOLATION.require_owned(ended, 11000)
    assert (ISOLATION.owned_or_none(ended, 11000) is not None) is kept


def test_query_that_has_not_ended_does_not_expire() -> None:
    assert ISOLATION.require_owned(query(None, 1), 11000).expires_at is None


def reusing(written_ago: timedelta | None, location: str = "id.csv") -> Query:
    """A query that has just ended with the result of the query `other`."""
    written_at = None if written_ago is None else NOW - written_ago
    return replace(
        query(NOW),
        output_location=LOCATIONS.for_owner(Owner(11000, 60)) + location,
        reused_query_id="other",
        reused_result_at=written_at,
    )


def test_a_reused_result_expires_with_the_query_that_wrote_it() -> None:
    owned = ISOLATION.require_owned(reusing(timedelta(minutes=20), "other.csv"), 11000)

    assert owned.expires_at == NOW + timedelta(minutes=40)
    assert ISOLATION.owned_or_none(owned.query, 11001) is None


@pytest.mark.parametrize("written_ago", [timedelta(minutes=60), None])
def test_a_reused_result_past_its_retention_or_of_unknown_age_has_expired(
    written_ago: timedelta | None,
) -> None:
    with pytest.raises(QueryExpired):
        ISOLATION.require_owned(reusing(written_ago, "other.csv"), 11000)


@pytest.mark.parametrize("location", ["id.csv", "third.csv", "sample/other.csv"])
def test_a_reused_result_is_only_where_its_query_wrote_it(location: str) -> None:
    with pytest.raises(QueryNotFound):
        ISOLATION.require_owned(reusing(timedelta(0), location), 11000)


@pytest.mark.parametrize("tenant", [1, 11001])
def test_another_tenants_query_does_not_exist(tenant: int) -> None:
    with pytest.raises(QueryNotFound):
        ISOLATION.require_owned(query(None), tenant)
    assert ISOLATION.owned_or_none(query(None), tenant) is None
