"""How many days of a table a query may read, for operators who pay for each of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from data_hist.errors import StatementNotAllowed
from data_hist.guard.rules import offset
from data_hist.guard.scope import TableReference
from data_hist.guard.source import Source
from data_hist.time_range import DAY_MS, TimeRange, span_at

RULE = "TIME_RANGE_TOO_LONG"


def check_days(
    source: Source,
    references: Sequence[TableReference],
    ranges: Sequence[TimeRange],
    max_days: int,
) -> None:
    """Refuse the first reference to a table that asks for more days."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    for reference, arrival in zip(references, ranges, strict=True):
        low, high = span_at(arrival, now_ms)
        if low is None or min(now_ms if high is None else high, now_ms) - low > max_days * DAY_MS:
            raise _too_long(source, reference, max_days)


def _too_long(source: Source, reference: TableReference, max_days: int) -> StatementNotAllowed:
    columns = [
        column.name
        for time in ("arrival", "day")
        if (column := reference.table.time_column(time)) is not None
    ]
    detail = (
        f"At most {max_days} days of '{reference.table.name}' may be read at once: bound "
        f"{' or '.join(columns)} in the WHERE beside it, from below, and from above unless the "
        "range ends now."
    )
    return source.refusal(offset(reference.parts[0]), RULE, detail)
