"""Compare the columns of a source with a sample of its records."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from data_hist.catalog.discovery.findings import Finding
from data_hist.catalog.discovery.moments import (
    HOUR_MS,
    is_plausible,
    recognize_unit,
    round_up,
    show_duration,
    to_ms,
)
from data_hist.catalog.discovery.samples import Record, Sample
from data_hist.catalog.discovery.value_kinds import NESTED, kind_of, percent
from data_hist.catalog.sources import Source, SourceColumn, Time
from data_hist.spelling import offer, short

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_BITS: Final = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_SHOWN_KEYS: Final = 20
_MILLISECOND: Final = timedelta(milliseconds=1)


def check_records(source: Source, sample: Sample) -> Iterator[Finding]:
    """Compare keys, types and times with those of the records."""
    if sample.format != source.format:
        text = f"the files hold {sample.format}; write format: {sample.format}"
        yield Finding(("format",), text)
        return
    fold = _fold(source)
    keys = {name: fold(column.key or name) for name, column in source.columns.items()}
    records = [
        Record({fold(key): value for key, value in record.values.items()}, record.span)
        for record in sample.records
    ]
    found = Counter(key for record in records for key in record.values)
    for key in sample.types:
        found.setdefault(fold(key), 0)
    yield from _check_keys(source, keys, found, len(records))
    types = {fold(key): kind for key, kind in sample.types.items()}
    for name, column in source.columns.items():
        for finding in _check_column(column, keys[name], records, types.get(keys[name])):
            yield finding._replace(path=("columns", name, *finding.path))


def _fold(source: Source) -> Callable[[str], str]:
    """Return what maps a key to what a column is found by."""
    if source.format == "parquet":
        return str.lower
    parameters = {name.lower(): value.lower() for name, value in source.serde.items()}
    if parameters.get("case.insensitive") == "false":
        return str
    return str.lower


def _check_keys(
    source: Source, keys: dict[str, str], found: Counter[str], records: int
) -> Iterator[Finding]:
    spelled = {key.lower(): key for key in sorted(found)}
    declared = set(keys.values())
    for name, key in keys.items():
        if key in found or not records:
            continue
        path = ("columns", name)
        other = spelled.get(key.lower())
        if other is not None and other not in declared:
            declared.add(other)
            yield Finding(path, f"the records spell the key {other}; write key: {other}")
        else:
            free = [each for each in found if each not in declared]
            text = f"none of {records:,} records has the key {short(key)}{offer(key, free)}"
            yield Finding(path, text, is_note=True)
    others = [(key, count) for key, count in found.most_common() if key not in declared]
    if others:
        listed = ", ".join(
            f"{short(key)} (in {percent(count, max(records, 1))})"
            for key, count in others[:_SHOWN_KEYS]
        )
        more = f" and {len(others) - _SHOWN_KEYS:,} more" if len(others) > _SHOWN_KEYS else ""
        yield Finding(("columns",), f"no column shows the keys {listed}{more}", is_note=True)


def _check_column(
    column: SourceColumn, key: str, records: Sequence[Record], stored: str | None
) -> Iterator[Finding]:
    filled = [record for record in records if record.values.get(key) is not None]
    values = [record.values[key] for record in filled]
    if stored is not None and _kind(stored) != _kind(column.type):
        text = f"the files hold {stored}, not {column.type}; write type: {stored}"
        yield Finding(("type",), text)
        return
    unfit = Counter(kind_of(value) for value in values if not _fits(column.type, value))
    if unfit:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in unfit.most_common())
        effect = "queries of it fail" if unfit.keys() & NESTED else "they are NULL"
        text = f"{unfit.total():,} of {len(values):,} values are no {column.type} ({kinds})"
        yield Finding(("type",), f"{text}, so that {effect}; write varchar")
    elif column.time and values:
        yield from _check_time(column.time, key, filled)


def _kind(column_type: str) -> str:
    name = column_type.partition("(")[0]
    is_number = name in _BITS or name in ("double", "real", "decimal")
    return "number" if is_number else name


def _fits(column_type: str, value: Any) -> bool:
    """Whether a value of JSON becomes a value of the type, not NULL."""
    if column_type in _BITS:
        limit = 2 ** (_BITS[column_type] - 1)
        is_number = type(value) is int or (isinstance(value, str) and _INTEGER.fullmatch(value))
        return bool(is_number) and -limit <= int(value) < limit
    if column_type in ("double", "real") or column_type.startswith("decimal"):
        return _is_number(value)
    if column_type == "boolean":
        return isinstance(value, bool) or str(value).lower() in ("true", "false")
    return True


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
    return not isinstance(value, bool | dict | list)


def _check_time(time: Time, key: str, records: Sequence[Record]) -> Iterator[Finding]:
    values = [record.values[key] for record in records]
    wrong = sum(not is_plausible(value, time.unit) for value in values)
    if wrong:
        unit = recognize_unit("time", values)
        advice = f"write unit: {unit}" if unit else "remove `time`"
        text = f"{wrong:,} of {len(values):,} values are no moments in {time.unit}; {advice}"
        yield Finding(("time", "unit"), text)
        return
    found = [(to_ms(record.values[key], time.unit), record.span) for record in records]
    placed = [(at, span) for at, span in found if at is not None and span is not None]
    ahead = [at - span.end for at, span in placed if at - span.end > HOUR_MS]
    if ahead:
        text = f"{_share(ahead, placed)} lie up to {show_duration(max(ahead))} after their folder"
        yield Finding(("time",), f"{text}, where bounds lose them; remove `time`")
    if time.greatest_delay is None:
        return
    delay = time.greatest_delay // _MILLISECOND
    late = [span.start - at for at, span in placed if span.start - at > delay]
    if late:
        text = f"{_share(late, placed)} came up to {show_duration(max(late))} later than this time"
        advice = f"write greatest_delay: {round_up(max(late))}"
        yield Finding(("time", "greatest_delay"), f"{text}; {advice}")


def _share(some: Sequence[object], whole: Sequence[object]) -> str:
    return f"{len(some):,} of {len(whole):,} records"
