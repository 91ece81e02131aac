"""Limit how many days of a table a query may read, for operators who pay for each."""

from collections.abc import Sequence
from datetime import UTC, datetime

from data_hist.errors import StatementNotAllowed
from data_hist.pruning.time_range import DAY_MS, TimeRange, span_at
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.statement import TablePlace

RULE = "TIME_RANGE_TOO_LONG"

# A bound that a client has worked out from its clock, and sends again when it repeats the request.
_SLACK_MS = 10 * 60 * 1000


def check_days(
    source: Source,
    tables: Sequence[TablePlace],
    ranges: Sequence[TimeRange],
    max_days: int,
) -> None:
    """Refuse the first table of which more days are asked for."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    most_ms = max_days * DAY_MS + _SLACK_MS
    for place, arrival in zip(tables, ranges, strict=True):
        low, high = span_at(arrival, now_ms)
        if low is None or min(now_ms if high is None else high, now_ms) - low > most_ms:
            raise _too_long(source, place, max_days)


def _too_long(source: Source, place: TablePlace, max_days: int) -> StatementNotAllowed:
    columns = [
        column.name
        for time in ("arrival", "day")
        if (column := place.table.time_column(time)) is not None
    ]
    detail = (
        f"At most {max_days} days of '{place.table.name}' may be read at once: bound "
        f"{' or '.join(columns)} in the WHERE beside it, from below, and from above unless the "
        "range ends now."
    )
    return source.refusal(place.start, RULE, detail)
