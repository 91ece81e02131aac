"""Walk the folders of a source by its template, and find those that no query reads."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from data_hist.catalog.date_formats import LONGEST_SECONDS, read_date
from data_hist.catalog.discovery.findings import Finding
from data_hist.catalog.discovery.folder_spans import Leaf
from data_hist.catalog.discovery.folders import Warn, list_folder
from data_hist.catalog.discovery.limits import SampleLimits, spread
from data_hist.catalog.sources import DateLevel, EnumLevel, IntegerLevel, Level, Source

_PIECE: Final = re.compile(r"([^$]*)\$\{([^}]*)\}([^$]*)")
_RELATIVE: Final = re.compile(r"NOW(?:\s*([+-])\s*([0-9]+)\s*([A-Z]+?)S?)?")
_SHOWN: Final = 3


class Walk(NamedTuple):
    """What was found below the folder of a source."""

    leaves: tuple[Leaf, ...]
    findings: tuple[Finding, ...]


class _Step(NamedTuple):
    """Folders of one depth, or of several if the format of a date has slashes."""

    prefix: str
    suffix: str
    name: str | None
    depth: int


def walk_source(
    source: Source, root: Path, now: datetime, limits: SampleLimits, warn: Warn
) -> Walk:
    """Walk down to the folders with files.

    Args:
        source: The source.
        root: Its folder.
        now: The time that `NOW` in a range stands for, in UTC.
        limits: How many folders are listed at each depth.
        warn: Is told of folders that cannot be read.
    """
    folders = [Leaf(root, ())]
    findings: list[Finding] = []
    for step in _steps(source):
        named = [
            (name, Leaf(leaf.path / name, leaf.values))
            for leaf in spread(folders, limits.folders)
            for name in _names(leaf.path, step.depth, warn)
        ]
        values = {name: _value(step, name) for name, _ in named}
        findings += _findings(source, step, values, now)
        folders = [
            leaf if step.name is None else Leaf(leaf.path, (*leaf.values, value))
            for name, leaf in named
            if (value := values[name]) is not None
        ]
    chosen = spread(folders, limits.folders)
    return Walk(
        tuple(leaf for leaf in chosen if list_folder(leaf.path, warn).files), tuple(findings)
    )


def _steps(source: Source) -> Iterator[_Step]:
    template = source.template
    if template is None:
        template = "".join(f"{name}=${{{name}}}/" for name in source.partitions)
    for piece in filter(None, template.split("/")):
        found = _PIECE.fullmatch(piece)
        if found is None:
            yield _Step(piece, "", None, 1)
            continue
        level = source.partitions[found[2]]
        slashes = level.format.count("/") if isinstance(level, DateLevel) else 0
        yield _Step(found[1], found[3], found[2], slashes + 1)


def _names(folder: Path, depth: int, warn: Warn) -> Iterator[str]:
    for name in list_folder(folder, warn).folders:
        if depth == 1:
            yield name
        else:
            yield from (f"{name}/{rest}" for rest in _names(folder / name, depth - 1, warn))


def _value(step: _Step, name: str) -> str | None:
    """Read the value in the name of a folder; None if the name has another form."""
    if step.name is None:
        return "" if name == step.prefix else None
    is_named_so = name.startswith(step.prefix) and name.endswith(step.suffix)
    value = name[len(step.prefix) : len(name) - len(step.suffix)]
    return value if is_named_so and value else None


def _findings(
    source: Source, step: _Step, values: dict[str, str | None], now: datetime
) -> Iterator[Finding]:
    path = ("partitions", step.name) if step.name else ("template",)
    if others := sorted(name for name, value in values.items() if value is None):
        form = f"{step.prefix}${{{step.name}}}{step.suffix}" if step.name else step.prefix
        text = f"{_listed(others)} are not named {form}, so that no query reads them"
        yield Finding(path, f"{text}; rename them, or write `template` as they are")
    if step.name is None:
        return
    level = source.partitions[step.name]
    found = sorted(value for value in values.values() if value is not None)
    outside = [value for value in found if not _contains(level, value, now)]
    if outside:
        text = f"Athena does not read {_listed(outside)} ({len(outside):,} of {len(found):,})"
        yield Finding(path, f"{text}; {_advice(level, outside)}")


def _contains(level: Level, value: str, now: datetime) -> bool:
    """Whether a query looks for a folder of this value."""
    if isinstance(level, EnumLevel):
        return value in level.values
    if isinstance(level, IntegerLevel):
        return _contains_number(level, value)
    return not isinstance(level, DateLevel) or _contains_date(level, value, now)


def _contains_number(level: IntegerLevel, value: str) -> bool:
    if not re.fullmatch("-?[0-9]{1,18}", value, re.ASCII):
        return False
    number, (first, last) = int(value), level.range
    is_written_so = value == f"{number:0{level.digits or 0}d}"
    return is_written_so and first <= number <= last and (number - first) % level.interval == 0


def _contains_date(level: DateLevel, value: str, now: datetime) -> bool:
    try:
        moment = _parse(value, level)
    except ValueError:
        return False
    first, last = (_end(level, end, now) for end in level.range)
    # A day more, since the last folder begins before the end.
    return first <= moment <= last + timedelta(days=1)


def _parse(value: str, level: DateLevel) -> datetime:
    moment = read_date(value, level.format)
    if moment is None:
        raise ValueError(value)
    return moment


def _end(level: DateLevel, end: str, now: datetime) -> datetime:
    found = _RELATIVE.fullmatch(end)
    if found is None:
        return _parse(end, level)
    # Months and years count as the longest: a range is compared generously.
    seconds = LONGEST_SECONDS[found[3].lower()] * int(found[2]) if found[3] else 0
    length = timedelta(seconds=seconds)
    moment = now.replace(tzinfo=None)
    return moment - length if found[1] == "-" else moment + length


def _advice(level: Level, outside: Sequence[str]) -> str:
    if isinstance(level, EnumLevel):
        return "add them to `values`"
    if isinstance(level, DateLevel):
        dates = [value for value in outside if read_date(value, level.format)]
        begin = f"range: [{dates[0]}, {level.range[1]}]" if dates else "`format` as they have it"
        return f"write {begin}"
    numbers = [value for value in outside if value.isdecimal()]
    if isinstance(level, IntegerLevel) and numbers:
        ends = sorted([*map(int, numbers), *level.range])
        if (ends[0], ends[-1]) != level.range:
            return f"write range: [{ends[0]}, {ends[-1]}]"
        return "write `digits` and `interval` as they have them"
    return "rename them, or write projection: enum"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
