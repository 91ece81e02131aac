"""Recognize what the names of the folders at one depth are: dates, numbers, a list, or anything."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from data_hist.catalog.date_formats import UNITS, parse_date_format, read_date
from data_hist.catalog.sources import DateLevel, EnumLevel, InjectedLevel, IntegerLevel, Level

# Fewer names may be of another form than one in five: they are mistakes.
_MOST_OTHERS: Final = 0.2
_MOST_ENUM_VALUES: Final = 100
_MAX_NAME_CHARS: Final = 100
_FURTHER_YEARS: Final = 5
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}|0[0-9]{1,8}", re.ASCII)
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
# Those whose names sort come first: only they prune.
_DATE_FORMATS: Final = (
    "yyyy-MM-dd",
    "yyyyMMdd",
    "yyyy-MM-dd-HH",
    "yyyyMMddHH",
    "yyyy-MM-dd'T'HH",
    "yyyy-MM-dd_HH",
    "yyyyMMdd-HH",
    "yyyyMMdd_HH",
    "yyyyMMdd'T'HH",
    "yyyy-MM-dd-HH-mm",
    "yyyyMMddHHmm",
    "yyyy-MM-dd'T'HH-mm",
    "yyyy_MM_dd",
    "yyyy.MM.dd",
    "yyyy_MM_dd_HH",
    "yyyy-MM",
    "yyyyMM",
    "yyyy_MM",
    "dd-MM-yyyy",
    "MM-dd-yyyy",
    "dd.MM.yyyy",
    "ddMMyyyy",
)
_KEYS_OF_UNITS: Final = {
    "year": re.compile("y|yy|yyyy|year", re.IGNORECASE),
    "month": re.compile("mo?|mm|mon|month", re.IGNORECASE),
    "day": re.compile("d|dd|day", re.IGNORECASE),
    "hour": re.compile("hh?|h(ou)?r", re.IGNORECASE),
    "minute": re.compile("min?|minute", re.IGNORECASE),
}
_RANGES: Final = {
    "year": (1970, 2100),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
}
_STEPS: Final = {"hour": 24, "minute": 60}


class FoundLevel(NamedTuple):
    """A level of folders.

    Attributes:
        key: What stands for it in the names, as `day` in `day=2026-11-20`, or a word for it.
        prefix: What comes before the value in each name: `day=`.
        level: What the values are.
        comment: What could not be decided.
        others: Names that no query finds.
    """

    key: str
    prefix: str
    level: Level
    comment: str = ""
    others: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """The units of the time that it tells."""
        if isinstance(self.level, DateLevel):
            return parse_date_format(self.level.format).units
        tells = self.level.tells if isinstance(self.level, IntegerLevel) else None
        return (tells,) if tells else ()


def told_by_numbers(key: str, first: int, last: int) -> str | None:
    """Return the part of the time that numbers of a key and a range are, such as `hour`."""
    unit = next((unit for unit, keys in _KEYS_OF_UNITS.items() if keys.fullmatch(key)), None)
    if unit is None:
        return None
    least, greatest = _RANGES[unit]
    return unit if least <= first <= last <= greatest else None


def recognize_level(names: Sequence[str], told: Sequence[str]) -> FoundLevel:
    """Recognize the level that folders of these names are.

    Args:
        names: The distinct names at one depth, in order.
        told: The units of the time that the levels above tell.
    """
    key, prefix = _key(names)
    if prefix in names:
        # A value is missing, as in `day=`, which no partition has.
        key, prefix = ("", "") if len(names) == 1 else (key, prefix)
    values = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    others = tuple(name for name in names if not name.startswith(prefix) or name == prefix)
    found = _time(key, prefix, [value for value in values if value], told)
    if found is None and prefix and not prefix.endswith("="):
        # What the names have in common belongs to them.
        key, prefix, values, others = "", "", list(names), ()
    found = found or _others(key, prefix, [value for value in values if value])
    return found._replace(others=(*found.others, *others))


def tells_partitions(names: Sequence[str]) -> bool:
    """Whether folders of these names are surely partitions of one table, not tables."""
    if not names:
        return False
    found = recognize_level(names, ())
    is_time = bool(found.units) and len(found.others) <= len(names) * _MOST_OTHERS
    return is_time or found.prefix.endswith("=")


def _key(names: Sequence[str]) -> tuple[str, str]:
    keys = Counter(name.partition("=")[0] for name in names if "=" in name)
    for key, count in keys.most_common(1):
        if key and 2 * count > len(names):
            return key, f"{key}="
    starts = Counter(re.split("[0-9]", name, maxsplit=1)[0] for name in names)
    for start, count in starts.most_common(1):
        if count == len(names) and re.fullmatch("[A-Za-z]+[-_.]?", start):
            return start.rstrip("-_."), start
    return "", ""


def _time(key: str, prefix: str, values: Sequence[str], told: Sequence[str]) -> FoundLevel | None:
    return _unit(key, prefix, values, told) or _date(key, prefix, values)


def _unit(key: str, prefix: str, values: Sequence[str], told: Sequence[str]) -> FoundLevel | None:
    """Recognize numbers that are a part of the time: by their key, or by the levels above."""
    unit = next((unit for unit, keys in _KEYS_OF_UNITS.items() if keys.fullmatch(key)), None)
    if not key and tuple(told) == UNITS[: len(told)]:
        unit = UNITS[len(told)]
    if unit not in _RANGES:
        return None
    first, last = _RANGES[unit]
    fitting = [each for each in values if _NUMBER.fullmatch(each) and first <= int(each) <= last]
    if not _fit(fitting, values) or (unit == "year" and any(len(each) != 4 for each in fitting)):
        return None
    digits, comment = _digits(fitting)
    if digits is None and comment:
        return None
    level = IntegerLevel.model_validate(
        {"projection": "integer"} | _numbers(unit, fitting) | _only({"digits": digits}, unit)
    )
    comment = _comment_of_unit(unit, level, comment)
    return FoundLevel(key or unit, prefix, level, comment, _rest(prefix, fitting, values))


def _only(digits: dict[str, int | None], unit: str) -> dict[str, object]:
    return {"tells": unit} | {
        name: value for name, value in digits.items() if value and unit != "year"
    }


def _numbers(unit: str, values: Sequence[str]) -> dict[str, object]:
    first, last = _RANGES[unit]
    numbers = {int(each) for each in values}
    if unit == "year":
        return {"range": [min(numbers), max(numbers) + _FURTHER_YEARS]}
    step = _step(numbers, _STEPS.get(unit, 0))
    return {"range": [first, last]} | ({"interval": step} if step > 1 else {})


def _step(numbers: set[int], count: int) -> int:
    """Return the distance of at least four numbers that are all multiples of it, without a gap."""
    steps = (step for step in range(2, count // 4 + 1) if numbers == set(range(0, count, step)))
    return next(steps, 1)


def _comment_of_unit(unit: str, level: IntegerLevel, comment: str) -> str:
    if unit == "year":
        return "Raise the end of the range in time: folders beyond it are not read."
    if level.interval > 1:
        return f"Only multiples of {level.interval} were found, and all of them."
    return comment


def _digits(values: Sequence[str]) -> tuple[int | None, str]:
    """Return how many digits zeros fill up; with a comment and None if that differs."""
    lengths = {len(each) for each in values}
    if any(each.startswith("0") and len(each) > 1 for each in values):
        return (lengths.pop(), "") if len(lengths) == 1 else (None, "Some begin with zeros.")
    if lengths == {2}:
        return (
            2,
            "Found only from 10 on. If smaller ones are written without a zero, remove digits.",
        )
    return None, ""


def _date(key: str, prefix: str, values: Sequence[str]) -> FoundLevel | None:
    for date_format in _DATE_FORMATS:
        fitting = [each for each in values if _is_date(each, date_format)]
        if _fit(fitting, values):
            found = _date_level(key, prefix, fitting, date_format)
            return found._replace(others=_rest(prefix, fitting, values))
    return None


def _date_level(key: str, prefix: str, values: Sequence[str], date_format: str) -> FoundLevel:
    first = min(values, key=lambda value: _moment(value, date_format))
    level = DateLevel(projection="date", format=date_format, range=(first, "NOW"))
    parsed = parse_date_format(date_format)
    comment = (
        "" if parsed.is_sorted else "Its names do not sort by time, so that it does not prune."
    )
    return FoundLevel(key or max(parsed.units, key=UNITS.index), prefix, level, comment)


def _is_date(value: str, date_format: str) -> bool:
    if not value.isascii() or read_date(value, date_format) is None:
        return False
    try:
        return 1970 <= _moment(value, date_format).year <= 2100
    except ValueError:
        return False


def _moment(value: str, date_format: str) -> datetime:
    return datetime.strptime(value, parse_date_format(date_format).python)


def _fit(fitting: Sequence[str], values: Sequence[str]) -> bool:
    return bool(fitting) and len(values) - len(fitting) <= len(values) * _MOST_OTHERS


def _rest(prefix: str, fitting: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    fits = set(fitting)
    return tuple(prefix + each for each in values if each not in fits)


def _others(key: str, prefix: str, values: Sequence[str]) -> FoundLevel:
    if numbers := _dense_numbers(values):
        comment = "Only these numbers were found: folders beyond the range are not read."
        return FoundLevel(key or "folder", prefix, numbers, comment)
    name = key or ("region" if all(map(_REGION.fullmatch, values)) else "folder")
    if len(values) <= _MOST_ENUM_VALUES and all(map(_is_listable, values)):
        level: Level = EnumLevel(projection="enum", values=list(values))
        return FoundLevel(name, prefix, level, "Add the names of further folders.")
    comment = f"Many names or long ones, so each query has to give one: WHERE {name} = '...'."
    others = tuple(_unlistable(prefix, values))
    return FoundLevel(name, prefix, InjectedLevel(projection="injected"), comment, others)


def _unlistable(prefix: str, values: Sequence[str]) -> Iterator[str]:
    yield from (prefix + value for value in values if "$" in value)


def _is_listable(value: str) -> bool:
    return "," not in value and "$" not in value and len(value) <= _MAX_NAME_CHARS


def _dense_numbers(values: Sequence[str]) -> IntegerLevel | None:
    """Recognize numbers without large gaps, such as those of shards."""
    if len(values) < 2 or not all(map(_NUMBER.fullmatch, values)):
        return None
    numbers = {int(each) for each in values}
    digits, comment = _digits(values)
    if (digits is None and comment) or max(numbers) - min(numbers) >= 2 * len(numbers):
        return None
    fields = {"projection": "integer", "range": [min(numbers), max(numbers)]}
    return IntegerLevel.model_validate(fields | ({"digits": digits} if digits else {}))
