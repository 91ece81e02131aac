"""Describe the columns of a sample: name, key, type, time, and what could not be decided."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from data_hist.catalog.column_agreement import time_problems
from data_hist.catalog.discovery.folder_spans import Span
from data_hist.catalog.discovery.moments import (
    HOUR_MS,
    is_iso,
    measure,
    recognize_unit,
    round_up,
    show_duration,
    unit_of_numbers,
    write_duration,
)
from data_hist.catalog.discovery.names import make_name
from data_hist.catalog.discovery.samples import Sample
from data_hist.catalog.discovery.value_kinds import (
    NESTED,
    choose_type,
    count_kinds,
    describe_kinds,
    percent,
)
from data_hist.catalog.sources import Time

_MOST_COLUMNS: Final = 300
_ENOUGH_RECORDS: Final = 100
_MAX_KEY_CHARS: Final = 200
# What the SerDe and YAML take.
_KEY: Final = re.compile(r"[^\"'\\\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff]+")
_WHOLE_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True)
class FoundColumn:
    """A column of the records.

    Attributes:
        name: Its name in the catalog.
        key: The key in the records.
        type: Athena's type.
        values: Its values in the sample that are not null.
        time: What stands at `time` in the catalog.
        comments: What was found, and could not be decided.
    """

    name: str
    key: str
    type: str
    values: Sequence[Any]
    time: dict[str, str] | None = None
    comments: tuple[str, ...] = ()


def describe_columns(sample: Sample, taken: Collection[str]) -> tuple[list[FoundColumn], list[str]]:
    """Describe the columns, in the order in which they appear, and say what is left out.

    Args:
        sample: The records.
        taken: Names of levels, which no column may have.
    """
    counts = Counter(key for record in sample.records for key in record.values)
    keys = list(sample.types) if sample.format == "parquet" else list(counts)
    used = (
        {key for key, _ in counts.most_common(_MOST_COLUMNS)} if len(keys) > _MOST_COLUMNS else keys
    )
    columns: list[FoundColumn] = []
    left_out: list[str] = []
    # A key that is a name already has it, whatever comes before.
    for key in sorted(keys, key=lambda key: key != make_name(key, "column")):
        reason = _reason_to_leave_out(sample, key, key in used)
        if reason:
            left_out.append(f"{_shown(key)} ({reason})")
            continue
        others = {*taken, *(column.name for column in columns)}
        name = make_name(key, "column", others) if sample.format == "json" else key.lower()
        columns.append(describe_column(sample, key, name))
    return sorted(columns, key=lambda column: keys.index(column.key)), left_out


def _reason_to_leave_out(sample: Sample, key: str, is_used: bool) -> str:
    if not is_used:
        return f"one of more than {_MOST_COLUMNS} keys"
    if not _KEY.fullmatch(key) or len(key) > _MAX_KEY_CHARS:
        return "no name that Athena takes"
    if sample.format == "parquet" and sample.types[key] is None:
        return "of a type that Athena does not have"
    if sample.format == "parquet" and not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_-]*", key):
        return "needs a name of letters, digits, _ and - in Parquet"
    return ""


def _shown(key: str) -> str:
    return ascii(key[:_MAX_KEY_CHARS])


def describe_column(sample: Sample, key: str, name: str) -> FoundColumn:
    """Describe the column of a key; its type is the one that the sample knows, if it does."""
    found = [(record.values.get(key), record.span) for record in sample.records]
    filled = [(value, span) for value, span in found if value is not None]
    values = [value for value, _ in filled]
    column_type, comments = sample.types.get(key), []
    if column_type is None:
        column_type = choose_type(count_kinds(values))
        comments = list(_comments_on_type(values, len(found)))
    time, comment = _describe_time(key, column_type, filled, sample.is_spread)
    return FoundColumn(
        name, key, column_type, values, time, tuple(filter(None, (*comments, comment)))
    )


def _comments_on_type(values: Sequence[Any], records: int) -> Iterator[str]:
    kinds = count_kinds(values)
    if not values:
        yield "Always null."
    elif len(values) < records:
        yield f"In {percent(len(values), records)} of the records."
    if kinds.keys() & NESTED:
        yield "JSON text."
    if choose_type(kinds) == "varchar" and len(kinds) > 1:
        yield f"Mixed: {describe_kinds(kinds)}."
    if kinds.keys() == {"text"} and all(map(_WHOLE_NUMBER.fullmatch, values)):
        yield "Whole numbers, written as text."


def _describe_time(
    key: str, column_type: str, filled: Sequence[tuple[Any, Span | None]], is_spread: bool
) -> tuple[dict[str, str] | None, str]:
    """Say what stands at `time`, and what was measured."""
    values = [value for value, _ in filled]
    unit = recognize_unit(key, values)
    if unit is None or any(time_problems(Time(unit=unit), column_type)):
        return None, _comment_on_doubtful_time(values)
    found = measure(filled, unit)
    if found is None:
        return {"unit": unit}, ""
    if found.lead > HOUR_MS:
        after = show_duration(found.lead)
        return None, (
            f"No time column (unit {unit}): up to {after} after the end of the folder's time, so "
            "that bounds on it would lose records."
        )
    folders = "the folder's time"
    if found.delay <= 0 and found.records >= _ENOUGH_RECORDS and is_spread:
        delay = write_duration(timedelta(milliseconds=max(found.span, HOUR_MS)))
        return {"unit": unit, "greatest_delay": delay}, f"All {found.records:,} within {folders}."
    if found.delay <= 0:
        return {
            "unit": unit
        }, f"All {found.records:,} within {folders}: too few for a greatest_delay."
    return {"unit": unit}, (
        f"Up to {show_duration(found.delay)} before {folders}. To prune by upper bounds, add "
        f"greatest_delay: {round_up(found.delay)}, if no record is later."
    )


def _comment_on_doubtful_time(values: Sequence[Any]) -> str:
    if not values:
        return ""
    if all(map(is_iso, values)):
        return "A time, but not in UTC, so that bounds on it do not prune."
    if min(map(str, values)) != max(map(str, values)) and (unit := unit_of_numbers(values)):
        return f"If it is a time, add time: {{unit: {unit}}}."
    return ""
