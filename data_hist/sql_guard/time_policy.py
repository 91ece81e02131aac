"""Decide whether a query may read as much time as it does: how many days, and without bounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from data_hist.catalog.tables import Table
from data_hist.errors import StatementNotAllowed
from data_hist.pruning.partitions import TableRead, are_bounded
from data_hist.pruning.time_range import DAY_MS, TimeBounds, range_at
from data_hist.sql_guard.lexer import Source
from data_hist.sql_guard.rewrite import NamedTable

# A bound that a client computed from its clock, and sends again when it repeats the request.
_SLACK_MS: Final = 10 * 60 * 1000


@dataclass(frozen=True)
class TimePolicy:
    """How much time a query may read.

    Attributes:
        max_days: The most days of a table; None for any number.
        unbounded: What happens to a query that reads a table without two ends of its time.
    """

    max_days: int | None = None
    unbounded: Literal["allow", "warn", "refuse"] = "allow"

    @property
    def needs_reads(self) -> bool:
        """Whether `check` needs to know what a query reads."""
        return self.unbounded != "allow"

    def check(
        self,
        source: Source,
        tables: Sequence[NamedTable],
        bounds: Iterable[TimeBounds],
        reads: Sequence[TableRead] | None,
    ) -> bool:
        """Return whether to warn of a query, whose tables have these bounds.

        Raises:
            StatementNotAllowed: It may not read as much.
        """
        if self.max_days is not None:
            _check_days(source, tables, bounds, self.max_days)
        if not self.needs_reads:
            return False
        unbounded = [
            named
            for named, read in zip(tables, reads or (), strict=True)
            if read.table.partitions.time_levels and not are_bounded([read])
        ]
        if unbounded and self.unbounded == "refuse":
            raise _without_bounds(source, unbounded[0])
        return bool(unbounded)


ANY_TIME: Final = TimePolicy()


def _check_days(
    source: Source, tables: Sequence[NamedTable], bounds: Iterable[TimeBounds], max_days: int
) -> None:
    """Refuse the first of the tables that covers more days than allowed."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    max_ms = max_days * DAY_MS + _SLACK_MS
    for named, each in zip(tables, bounds, strict=True):
        low, high = range_at(each, now_ms)
        if low is None or min(now_ms if high is None else high, now_ms) - low > max_ms:
            raise _too_many_days(source, named, max_days)


def _too_many_days(source: Source, named: NamedTable, max_days: int) -> StatementNotAllowed:
    detail = (
        f"At most {max_days} days of '{named.table.name}' may be read at once: bound "
        f"{_time_columns(named.table)} in the WHERE beside it, from below, and "
        "from above unless the range ends now."
    )
    return source.refusal(named.start, "TIME_RANGE_TOO_LONG", detail)


def _without_bounds(source: Source, named: NamedTable) -> StatementNotAllowed:
    detail = (
        f"All of '{named.table.name}' would be read: bound {_time_columns(named.table)} in the "
        "WHERE beside it, from below and from above."
    )
    return source.refusal(named.start, "TIME_RANGE_UNBOUNDED", detail)


def _time_columns(table: Table) -> str:
    # The others have no upper bound.
    columns = [
        name for name, time in table.time_columns.items() if time.greatest_delay_ms is not None
    ]
    return " or ".join(columns or table.time_columns)
