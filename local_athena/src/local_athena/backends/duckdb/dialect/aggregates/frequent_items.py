"""approx_most_frequent: counters for some items, of which the least goes to a new one."""

from collections.abc import Mapping, Sequence
from typing import Any

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_MOST = 2**31 - 1
# Of an array in Java.
_MOST_BUCKETS = _MOST - 2

Item = int | str


class _StreamSummary:
    """Items in buckets of equal counts, each in the order in which they came to it."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._counts: dict[Item, int] = {}
        self._buckets: dict[int, dict[Item, None]] = {}

    def offer(self, item: Item, increment: int = 1) -> None:
        """Count an item."""
        count = self._counts.get(item)
        if count is None:
            count = 0 if len(self._counts) < self._capacity else self._drop_least()
        else:
            self._leave(item, count)
        self._counts[item] = count + increment
        self._buckets.setdefault(count + increment, {})[item] = None

    def find_top(self, most: int) -> list[tuple[Item, int]]:
        """List the most frequent items."""
        ordered = (
            (item, count)
            for count in sorted(self._buckets, reverse=True)
            for item in self._buckets[count]
        )
        return [pair for pair, _ in zip(ordered, range(most), strict=False)]

    def _drop_least(self) -> int:
        if not self._buckets:
            raise failure("GENERIC_INTERNAL_ERROR", "There is no counter")
        least = min(self._buckets)
        dropped = next(iter(self._buckets[least]))
        del self._counts[dropped]
        self._leave(dropped, least)
        return least

    def _leave(self, item: Item, count: int) -> None:
        bucket = self._buckets[count]
        del bucket[item]
        if not bucket:
            del self._buckets[count]


def _find_frequent(
    rows: Sequence[Mapping[str, Any]], is_merged: bool
) -> dict[str, list[Any]] | None:
    summary: _StreamSummary | None = None
    most = capacity = 0
    for row in rows:
        if None in row.values():
            continue
        if summary is None:
            most, capacity = _check(row["b"], row["c"])
            summary = _StreamSummary(capacity)
        summary.offer(row["x"])
    if summary is None:
        return None
    top = summary.find_top(most)
    if is_merged:
        merged = _StreamSummary(capacity)
        for item, count in top:
            merged.offer(item, count)
        top = merged.find_top(most)
    return {"k": [item for item, _ in top], "v": [count for _, count in top]}


def _check(most: int, capacity: int) -> tuple[int, int]:
    if most < 2:
        raise invalid_argument("approx_most_frequent bucket count must be greater than one")
    if max(most, capacity) > _MOST:
        raise failure("GENERIC_INTERNAL_ERROR", "integer overflow")
    if most > _MOST_BUCKETS:
        raise failure("GENERIC_INTERNAL_ERROR", "Requested array size exceeds VM limit")
    return most, capacity


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = tuple(
    (
        f"athena_most_frequent_{name}",
        _find_frequent,
        [f"STRUCT(b BIGINT, x {kind}, c BIGINT)[]", "BOOLEAN"],
        f"STRUCT(k {kind}[], v BIGINT[])",
    )
    for name, kind in (("bigint", "BIGINT"), ("varchar", "VARCHAR"))
)
