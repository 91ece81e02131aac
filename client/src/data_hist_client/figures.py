"""How figures are written for people."""

from datetime import UTC, datetime

from data_hist_client.documents import QueryState

_UNITS = ("kB", "MB", "GB", "TB")


def shown_bytes(count: int) -> str:
    """Write a number of bytes: 999 B, 1.2 kB, 34 GB."""
    if count < 1000:
        return f"{count} B"
    size = count / 1000
    for unit in _UNITS:
        if size < 999.5 or unit == _UNITS[-1]:
            return f"{size:.1f} {unit}" if size < 99.95 else f"{size:.0f} {unit}"
        size /= 1000
    raise AssertionError("the last unit takes every size")


def shown_cost(dollars: float) -> str:
    """Write a price: two digits that count, never less than it is."""
    if dollars == 0:
        return "$0"
    return (
        f"${dollars:.2f}"
        if dollars >= 0.1
        else f"${dollars:.2g}"
        if dollars >= 1e-4
        else "<$0.0001"
    )


def shown_seconds(milliseconds: int) -> str:
    """Write a duration: 0.35 s, 12.3 s, 4 min 05 s."""
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def shown_rows(count: int) -> str:
    """Write a number of rows."""
    return "1 row" if count == 1 else f"{count:,} rows"


def elapsed_ms(query: QueryState, now: datetime | None = None) -> int:
    """Return how long a query has taken; while it runs, by the clock here: Athena may not tell."""
    if query.has_ended:
        return query.total_ms
    waited = (now or datetime.now(UTC)) - query.submitted_at
    return max(query.total_ms, int(waited.total_seconds() * 1000))


def shown_work(query: QueryState) -> tuple[str, str, str]:
    """Write how long a query has taken, what it has read, and what that costs."""
    read = "reused" if query.reused else f"{shown_bytes(query.scanned_bytes)} read"
    return shown_seconds(elapsed_ms(query)), read, shown_cost(query.cost_usd)
