"""Warn of queries whose time range reaches records that S3 has moved to Glacier.

Athena skips archived objects silently: rows are missing from the result, and nothing fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data_hist.athena.executions import QueryStatus
from data_hist.pruning.time_range import DAY_MS, TimeRange, range_at
from data_hist.queries.model import QueryWarning
from data_hist.queries.sql_trailer import read_time_bounds
from data_hist.retention.ownership import OwnedQuery

CODE = "RANGE_PARTLY_ARCHIVED"
_WITHOUT_RESULT = (QueryStatus.FAILED, QueryStatus.CANCELLED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ArchivePolicy:
    """After how many days S3 archives records, by default and for single customers."""

    days: int
    days_of_customers: Mapping[int, int]

    def days_of(self, tenant: int) -> int:
        """Return the days after which the records of a tenant are archived."""
        return self.days_of_customers.get(tenant, self.days)

    def warnings(self, owned: OwnedQuery) -> list[QueryWarning]:
        """Warn if rows may be missing from the result of a query."""
        query = owned.query
        if query.status in _WITHOUT_RESULT:
            return []
        start_ms = int(query.submitted_at.timestamp() * 1000)
        days = self.days_of(owned.owner.tenant)
        # S3 moves objects at the midnight (UTC) after they reach that age.
        archived_ms = start_ms - start_ms % DAY_MS - days * DAY_MS
        if archived_ms <= 0:
            return []  # no record is older than 1970
        ranges = [range_at(bounds, start_ms) for bounds in read_time_bounds(query.sql)]
        missing = [part for each in ranges if (part := _archived_part(each, archived_ms))]
        return [_warning(missing, days)] if missing else []


def _archived_part(time_range: TimeRange, archived_ms: int) -> TimeRange | None:
    part = time_range.intersection(TimeRange(high=archived_ms))
    is_empty = part.low is not None and part.high is not None and part.low >= part.high
    return None if is_empty else part


def _warning(missing: list[TimeRange], days: int) -> QueryWarning:
    lows = [part.low for part in missing if part.low is not None]
    highs = [part.high for part in missing if part.high is not None]
    since = f"from {_format_time(min(lows))} " if len(lows) == len(missing) else ""
    until = _format_time(max(highs))
    return QueryWarning(
        CODE,
        f"The query asks for records that arrived {since}up to {until}, more than "
        f"{days} days before it: those are archived and may be missing from the result. A lower "
        "bound on the time leaves them out of the question.",
    )


def _format_time(moment_ms: int) -> str:
    # No record is older than 1970, and Python has no date before year 1.
    moment = _EPOCH + timedelta(milliseconds=max(moment_ms, 0))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
