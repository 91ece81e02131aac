"""Recognize the values of a column as moments, and measure how they lie to their folders."""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from data_hist.catalog.discovery.folder_spans import Span
from data_hist.catalog.tables import TimeUnit

# 1990 to 2100, in seconds.
_FIRST: Final = 631_152_000
_LAST: Final = 4_102_444_800
_PER_SECOND: Final[dict[TimeUnit, int]] = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_ISO: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_UTC: Final = frozenset({None, "Z", "+00:00", "+0000", "-00:00"})
_TIME_WORD: Final = re.compile(
    r"time|date|stamp|epoch|when|moment|created|updated|modified|occurred|expir"
    r"|(^|[^a-z])(ts|at|since|until|start|end|begin)([^a-z]|$)|(At|On|Ts|TS)$"
)
HOUR_MS: Final = 3_600_000
_STEPS: Final = (
    *(timedelta(minutes=each) for each in (5, 15, 30)),
    *(timedelta(hours=each) for each in (1, 2, 6, 12)),
    *(timedelta(days=each) for each in (1, 2, 3, 7, 14, 30, 60, 90, 180, 365)),
)


class Measured(NamedTuple):
    """How the moments of records lie to the time of their folders, in milliseconds.

    Attributes:
        records: How many were compared.
        delay: How long before its folder the earliest lies; negative or 0 if none does.
        lead: How long after the end of its folder the latest lies; negative or 0 if none does.
        span: The longest time of a folder.
    """

    records: int
    delay: int
    lead: int
    span: int


def recognize_unit(key: str, values: Sequence[Any]) -> TimeUnit | None:
    """Return the unit of moments, if all values are ones; numbers need a key that sounds so."""
    if not values:
        return None
    if all(isinstance(value, datetime) for value in values):
        return "timestamp"
    if all(isinstance(value, str) for value in values):
        return "iso8601" if all(map(_is_iso_in_utc, values)) else None
    if not _TIME_WORD.search(key) and not _TIME_WORD.search(key.lower()):
        return None
    return unit_of_numbers(values)


def unit_of_numbers(values: Sequence[Any]) -> TimeUnit | None:
    """Return the unit in which all numbers are moments from 1990 to 2100."""
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return None
    low, high = min(values), max(values)
    for unit, factor in _PER_SECOND.items():
        if _FIRST * factor <= low and high <= _LAST * factor:
            return unit
    return None


def _is_iso_in_utc(text: str) -> bool:
    found = _ISO.fullmatch(text)
    return found is not None and found[1] in _UTC and _parsed(text) is not None


def is_iso(text: Any) -> bool:
    """Whether a value is a moment in the form of ISO 8601, of any zone."""
    return isinstance(text, str) and _ISO.fullmatch(text) is not None


def to_ms(value: Any, unit: TimeUnit) -> int | None:
    """Return a moment in milliseconds since 1970; None if the value is none."""
    if unit in _PER_SECOND:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_number = is_number and math.isfinite(value)
        return int(value * 1000 // _PER_SECOND[unit]) if is_number else None
    moment = _parsed(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def measure(values: Sequence[tuple[Any, Span | None]], unit: TimeUnit) -> Measured | None:
    """Compare moments with the time of their folders; None if no folder tells it."""
    found = list(_compared(values, unit))
    if not found:
        return None
    return Measured(
        len(found),
        max(span.start - moment for moment, span in found),
        max(moment - span.end for moment, span in found),
        max(span.end - span.start for _, span in found),
    )


def _compared(
    values: Sequence[tuple[Any, Span | None]], unit: TimeUnit
) -> Iterator[tuple[int, Span]]:
    for value, span in values:
        moment = to_ms(value, unit)
        if moment is not None and span is not None:
            yield moment, span


def round_up(milliseconds: int) -> str:
    """Write a delay of at least twice this one, such as `6h`."""
    wanted = timedelta(milliseconds=2 * milliseconds)
    step = next((step for step in _STEPS if step >= wanted), None)
    return f"{wanted.days + 1}d" if step is None else write_duration(step)


def write_duration(duration: timedelta) -> str:
    """Write whole days, hours or minutes, rounded up, as the catalog does."""
    minutes = math.ceil(duration / timedelta(minutes=1))
    for unit, length in (("d", 24 * 60), ("h", 60)):
        if minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"


def show_duration(milliseconds: int) -> str:
    """Write a measured duration for people: `42 minutes`."""
    seconds = milliseconds / 1000
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 1):.0f} seconds" if seconds >= 2 else "a second"


def is_plausible(value: Any, unit: TimeUnit) -> bool:
    """Whether a value is a moment from 1990 to 2100 in a unit."""
    moment = to_ms(value, unit)
    return moment is not None and _FIRST * 1000 <= moment <= _LAST * 1000
