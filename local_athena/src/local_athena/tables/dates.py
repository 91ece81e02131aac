"""The dates of a partition key: the patterns of their texts, steps between them, ranges."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# The letters of java.time.format.DateTimeFormatter that make sense in a folder's name.
_FIELDS = {"y": "year", "M": "month", "d": "day", "H": "hour", "m": "minute", "s": "second"}
_PATTERN_PART = re.compile(r"([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']+")


class DatePattern:
    """A format such as `yyyy-MM-dd`."""

    def __init__(self, text: str) -> None:
        parts = self._parts(text)
        self._regex = re.compile("".join(map(_regex_of, parts)))
        self._template = "".join(map(_template_of, parts))
        # The fields from the year down to the smallest one in the pattern.
        self.smallest = max(self._regex.groupindex, key=list(_FIELDS.values()).index, default="")
        if not self.smallest:
            raise ValueError("has no date in it")

    def parse(self, text: str) -> datetime | None:
        """Read a date, or None for a text of another form."""
        match = self._regex.fullmatch(text)
        if match is None:
            return None
        fields = {name: int(digits) for name, digits in match.groupdict().items()}
        try:
            return datetime(1970, 1, 1).replace(**fields)  # type: ignore[arg-type]  # no time zone
        except ValueError:
            return None

    def format(self, moment: datetime) -> str:
        """Write a date."""
        return self._template.format(moment)

    def truncate(self, moment: datetime) -> datetime:
        """Set all parts to zero that the pattern does not contain."""
        names = list(_FIELDS.values())
        hidden = names[names.index(self.smallest) + 1 :]
        zero = {name: 1 if name in ("month", "day") else 0 for name in hidden}
        return moment.replace(microsecond=0, **zero)  # type: ignore[arg-type]  # no time zone

    @staticmethod
    def _parts(text: str) -> list[re.Match[str]]:
        parts = list(_PATTERN_PART.finditer(text))
        if "".join(part[0] for part in parts) != text:
            raise ValueError("has a quote that is not closed")
        for part in parts:
            if part[1] and part[1] not in _FIELDS:
                raise ValueError(f"has {part[0]}; use yyyy, MM, dd, HH, mm and ss")
        return parts


def _regex_of(part: re.Match[str]) -> str:
    if part[1] is None:
        return re.escape(_literal(part))
    digits = len(part[0])
    width = "[1-9]?[0-9]" if digits == 1 else f"[0-9]{{{digits}}}"
    return f"(?P<{_FIELDS[part[1]]}>{width})"


def _template_of(part: re.Match[str]) -> str:
    if part[1] is None:
        return _literal(part).replace("{", "{{").replace("}", "}}")
    return f"{{0.{_FIELDS[part[1]]}:0{len(part[0])}d}}"


def _literal(part: re.Match[str]) -> str:
    return part[0] if part[2] is None else part[2].replace("''", "'") or "'"


@dataclass(frozen=True)
class DateInterval:
    """A step between two dates; `unit` is a duration, or a number of months."""

    number: int
    unit: timedelta | int

    def reaches(self, first: datetime, moment: datetime) -> bool:
        """Whether steps from the first date arrive at the other."""
        if isinstance(self.unit, timedelta):
            return not (moment - first) % (self.number * self.unit)
        months = (moment.year - first.year) * 12 + moment.month - first.month
        return months % (self.number * self.unit) == 0

    def added_to(self, moment: datetime, sign: int) -> datetime:
        """Return the date that is later, or earlier, by this interval."""
        try:
            if isinstance(self.unit, timedelta):
                return moment + sign * self.number * self.unit
            months = moment.year * 12 + moment.month - 1 + sign * self.number * self.unit
            year, month = months // 12, months % 12 + 1
            return moment.replace(
                year=year, month=month, day=min(moment.day, monthrange(year, month)[1])
            )
        except (OverflowError, ValueError):
            return datetime.max if sign > 0 else datetime.min


# No closure: tables are sent to other processes.
DateBound = Callable[[datetime], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class DateProjection:
    """The dates of a range in steps; either end may be relative to the present."""

    pattern: DatePattern
    first: DateBound
    last: DateBound
    interval: DateInterval
    clock: Callable[[], datetime] = _utc_now

    def contains(self, value: str) -> bool:
        """Whether the value is one of the dates, as Athena writes it."""
        moment = self.pattern.parse(value)
        if moment is None:
            return False
        now = self.clock()
        first, last = (self.pattern.truncate(bound(now)) for bound in (self.first, self.last))
        return first <= moment <= last and self.interval.reaches(first, moment)

    def values(self) -> Iterator[str]:
        """List the dates from the first one on."""
        now = self.clock()
        moment, last = (self.pattern.truncate(bound(now)) for bound in (self.first, self.last))
        while moment <= last:
            yield self.pattern.format(moment)
            moment = self.interval.added_to(moment, 1)
