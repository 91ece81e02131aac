"""What S3 has moved to Glacier, where Athena does not look, and which queries to warn of it.

Athena leaves archived objects out without a word: the result is short, and nothing failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data_hist.athena.model import QueryStatus
from data_hist.pruning.time_range import DAY_MS, Span, span_at
from data_hist.queries.model import OwnedQuery, QueryWarning

CODE = "RANGE_PARTLY_ARCHIVED"
_WITHOUT_RESULT = (QueryStatus.FAILED, QueryStatus.CANCELLED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ArchivePolicy:
    """How many days S3 keeps records in reach of Athena, also for single customers."""

    days: int
    days_of_customers: Mapping[int, int]

    def warnings(self, owned: OwnedQuery) -> list[QueryWarning]:
        """What the caller should know about the result of a query."""
        query = owned.query
        if query.status in _WITHOUT_RESULT:
            return []
        start_ms = int(query.submitted_at.timestamp() * 1000)
        days = self.days_of_customers.get(owned.owner.tenant, self.days)
        # S3 moves objects at the midnight (UTC) after they have reached their age.
        archived_ms = start_ms - start_ms % DAY_MS - days * DAY_MS
        if archived_ms <= 0:
            return []  # there are no records from before 1970
        spans = [span_at(time_range, start_ms) for time_range in query.time_ranges]
        missing = [part for span in spans if (part := _archived_part(span, archived_ms))]
        return [_warning(missing, days)] if missing else []


def _archived_part(span: Span, archived_ms: int) -> Span | None:
    part = span.both(Span(high=archived_ms))
    is_empty = part.low is not None and part.high is not None and part.low >= part.high
    return None if is_empty else part


def _warning(missing: list[Span], days: int) -> QueryWarning:
    lows = [span.low for span in missing if span.low is not None]
    highs = [span.high for span in missing if span.high is not None]
    since = f"from {_text(min(lows))} " if len(lows) == len(missing) else ""
    return QueryWarning(
        CODE,
        f"The query asks for records that arrived {since}up to {_text(max(highs))}, more than "
        f"{days} days before it: those are archived and may be missing from the result. A lower "
        "bound on arrivaltimestamp, createdtimestamp or dt leaves them out of the question.",
    )


def _text(moment_ms: int) -> str:
    # There is no archive from before, and no date from long before.
    moment = _EPOCH + timedelta(milliseconds=max(moment_ms, 0))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
