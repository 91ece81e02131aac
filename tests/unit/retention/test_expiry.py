"""A result expires by its own location, and by nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from data_hist.retention.ownership import ResultLocations

LOCATIONS = ResultLocations("results", "data_hist")
WRITTEN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "age_minutes", "expired"),
    [
        ("data_hist/retention=60/tenant=1/id.csv", 61, True),
        ("data_hist/retention=60/tenant=1/id.csv", 60, False),
        ("data_hist/retention=60/tenant=1/id.csv.metadata", 61, True),
        ("data_hist/retention=60/tenant=1/dry-run/id.txt", 61, True),
        ("data_hist/retention=43200/tenant=11000/id.csv", 43_200, False),
        ("data_hist/retention=43200/tenant=11000/id.csv", 43_201, True),
        ("data_hist/retention=60/id.csv", 99_999, False),
        ("data_hist/retention=60/tenant=1/", 99_999, False),
        ("data_hist/retention=sixty/tenant=1/id.csv", 99_999, False),
        ("data_hist/retention=\u0666/tenant=1/id.csv", 99_999, False),
        ("data_hist/other/retention=60/tenant=1/id.csv", 99_999, False),
        ("data_histx/retention=60/tenant=1/id.csv", 99_999, False),
        ("x/data_hist/retention=60/tenant=1/id.csv", 99_999, False),
        ("id.csv", 99_999, False),
    ],
)
def test_a_result_expires_by_its_own_location(key: str, age_minutes: int, expired: bool) -> None:
    now = WRITTEN + timedelta(minutes=age_minutes)

    assert LOCATIONS.is_expired(key, WRITTEN, now, in_parts=False) is expired


@pytest.mark.parametrize(("age_minutes", "expired"), [(299, False), (300, True)])
def test_an_upload_in_parts_may_have_begun_long_before_its_query_ended(
    age_minutes: int, expired: bool
) -> None:
    key, now = "data_hist/retention=60/tenant=1/id.csv", WRITTEN + timedelta(minutes=age_minutes)

    assert LOCATIONS.is_expired(key, WRITTEN, now, in_parts=True) is expired
