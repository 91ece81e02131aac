"""Names of time zones: which ones there are, and how Athena writes each."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import available_timezones

_OFFSET = re.compile(r"([+-])(\d{1,2})(?:(?::?(\d{2}))(?::?00)?)?")
_PREFIX = re.compile(r"(?:UTC|GMT|UT)(?=[+-])")
_GREENWICH = re.compile(r"Etc/GMT([+-])(\d{1,2})")
_MOST_MINUTES = 14 * 60
_UTC = frozenset(
    {
        *("UTC", "UT", "UCT", "GMT", "GMT0", "Z", "Zulu", "Greenwich", "Universal"),
        *("Etc/UTC", "Etc/UCT", "Etc/GMT", "Etc/GMT0", "Etc/Universal"),
    }
)
# Known to the data base of time zones, and not to Trino.
_UNKNOWN = frozenset(
    {
        *("America/Coyhaique", "EST", "Etc/Greenwich", "Etc/Zulu", "Factory", "HST", "MST"),
        *("ROC", "localtime", "posixrules"),
    }
)


@cache
def _regions() -> frozenset[str]:
    return frozenset(available_timezones()) - _UNKNOWN


@lru_cache(maxsize=1024)
def resolve_zone(name: str) -> str | None:
    """Find how Athena writes a zone, `UTC`, `+05:30` or a region; None if it knows none."""
    if name in _UTC:
        return "UTC"
    greenwich = _GREENWICH.fullmatch(name)
    if greenwich:
        return _resolve_offset(("-" if greenwich[1] == "+" else "+") + greenwich[2])
    text = _PREFIX.sub("", name)
    if text[:1] in ("+", "-"):
        return _resolve_offset(text)
    return name if name in _regions() else None


@cache
def _old_names() -> Mapping[str, str]:
    """Read by which name Joda-Time knows the zones that have several."""
    lines = (Path(__file__).parent / "old_zone_names.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


@lru_cache(maxsize=1024)
def resolve_joda_zone(name: str) -> str | None:
    """Find how Athena writes a zone that Joda-Time reads by name; None if that has no such name."""
    if name in _old_names():
        return _old_names()[name]
    return resolve_zone(name) if name in available_timezones() else None


def _resolve_offset(text: str) -> str | None:
    match = _OFFSET.fullmatch(text)
    # An hour of one digit has no minutes behind it.
    if match is None or (len(match[2]) == 1 and match[3]):
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > _MOST_MINUTES or int(match[3] or 0) > 59:
        return None
    return format_offset(-minutes if match[1] == "-" else minutes) if minutes else "UTC"


def format_offset(minutes: int) -> str:
    """Write an offset from UTC such as `+05:30`."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
