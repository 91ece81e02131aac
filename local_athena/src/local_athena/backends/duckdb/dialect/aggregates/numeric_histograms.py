"""numeric_histogram: the nearest buckets are merged until there are few enough."""

import heapq
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.aggregates.summation import divide
from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

# How many values wait beside the buckets.
_BUFFER = 100
_MOST_BUCKETS = 2**31 - 1 - _BUFFER

_Bucket = tuple[float, float]


@dataclass(eq=False)
class _Entry:
    """A bucket between its neighbours while buckets are merged."""

    number: int
    value: float
    weight: float
    left: "_Entry | None" = None
    right: "_Entry | None" = None
    is_valid: bool = True

    def penalty(self) -> tuple[bool, float, int]:
        """Tell what merging with the next bucket costs; NaN is more than infinity, as in Java."""
        if self.right is None:
            return False, math.inf, self.number
        weight = self.weight + self.right.weight
        difference = self.value - self.right.value
        shares = divide(self.weight * self.right.weight, weight * weight)
        cost = weight * (difference * difference) * shares
        return math.isnan(cost), cost, self.number


def _sort_key(bucket: _Bucket) -> tuple[bool, float, bool]:
    value = bucket[0]
    return math.isnan(value), 0.0 if math.isnan(value) else value, math.copysign(1, value) > 0


def _merge_equal(buckets: Sequence[_Bucket]) -> list[_Bucket]:
    merged: list[_Bucket] = []
    for value, weight in sorted(buckets, key=_sort_key):
        if merged and merged[-1][0] == value:
            merged[-1] = (merged[-1][0], merged[-1][1] + weight)
        else:
            merged.append((value, weight))
    return merged


def _compact(buckets: Sequence[_Bucket], most: int) -> list[_Bucket]:
    merged = _merge_equal(buckets)
    return merged if len(merged) <= most else sorted(_merge_nearest(merged, most), key=_sort_key)


def _merge_nearest(buckets: Sequence[_Bucket], most: int) -> Iterator[_Bucket]:
    entries = [_Entry(number, *bucket) for number, bucket in enumerate(buckets)]
    for left, right in itertools.pairwise(entries):
        left.right, right.left = right, left
    turn = itertools.count()
    queue = [(entry.penalty(), next(turn), entry) for entry in entries]
    heapq.heapify(queue)
    count = len(entries)
    while count > most:
        entry = heapq.heappop(queue)[-1]
        if not entry.is_valid:
            continue
        if entry.right is None:
            raise failure("GENERIC_INTERNAL_ERROR", "Expected right to be != null")
        count -= 1
        merged = _join(entry, entry.right)
        heapq.heappush(queue, (merged.penalty(), next(turn), merged))
        if entry.left is not None:
            left = _replace(entry.left, merged)
            heapq.heappush(queue, (left.penalty(), next(turn), left))
    return ((entry.value, entry.weight) for _, _, entry in queue if entry.is_valid)


def _join(entry: _Entry, right: _Entry) -> _Entry:
    right.is_valid = False
    weight = entry.weight + right.weight
    total = entry.value * entry.weight + right.value * right.weight
    merged = _Entry(entry.number, divide(total, weight), weight)
    merged.right = right.right
    if merged.right is not None:
        merged.right.left = merged
    return merged


def _replace(entry: _Entry, right: _Entry) -> _Entry:
    """Replace an entry by the same one, with another neighbour and so another penalty."""
    entry.is_valid = False
    replaced = _Entry(entry.number, entry.value, entry.weight, entry.left, right)
    right.left = replaced
    if replaced.left is not None:
        replaced.left.right = replaced
    return replaced


def _histogram(rows: Sequence[Mapping[str, float | None]]) -> list[list[str]] | None:
    """Make keys and values of rows; they are texts, because NaN would become NULL."""
    most = 0
    buckets: list[_Bucket] = []
    for row in rows:
        wanted, value, weight = row["b"], row["x"], row["w"]
        if wanted is None or value is None or weight is None:
            continue
        if not most:
            most = _check_count(int(wanted))
        if len(buckets) == most + _BUFFER:
            buckets = _compact(buckets, most)
        buckets.append((value, weight))
    if not buckets:
        return None
    found = {repr(value): repr(weight) for value, weight in _compact(buckets, most)}
    return [list(found), list(found.values())]


def _check_count(wanted: int) -> int:
    if wanted < 2:
        raise invalid_argument("numeric_histogram bucket count must be greater than one")
    if wanted > _MOST_BUCKETS:
        raise failure("GENERIC_INTERNAL_ERROR", "integer overflow")
    return wanted


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    (
        "athena_numeric_histogram",
        _histogram,
        ["STRUCT(b BIGINT, x DOUBLE, w DOUBLE)[]"],
        "VARCHAR[][]",
    ),
)
