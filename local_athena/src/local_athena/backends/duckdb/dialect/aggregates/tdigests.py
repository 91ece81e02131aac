"""Trino's t-digest, which merges neighbouring values as far as their quantile allows."""

import math
import struct
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from local_athena.backends.duckdb.dialect.aggregates.java_sorting import quick_sort
from local_athena.backends.duckdb.dialect.failures import invalid_argument

COMPRESSION = 100
# While values are added, and when values are asked for.
_FINE_COMPRESSION = 2 * COMPRESSION
# How many centroids and new values are held before they are merged.
_CAPACITY = 6 * (_FINE_COMPRESSION + 10)
_HEADER = struct.Struct("<bddddi")

Entry = tuple[float, float]


@dataclass
class TDigest:
    """A t-digest: its entries are centroids and, behind them, new values, each with a weight."""

    entries: list[Entry] = field(default_factory=list)
    total: float = 0.0
    least: float = math.inf
    greatest: float = -math.inf
    backwards: bool = False
    is_unmerged: bool = False

    @classmethod
    def read(cls, data: bytes) -> "TDigest":
        """Read a digest that `write` wrote.

        Raises:
            ValueError: The bytes are no digest.
        """
        try:
            tag, least, greatest, _, total, count = _HEADER.unpack_from(data)
            numbers = struct.unpack_from(f"<{2 * count}d", data, _HEADER.size)
        except struct.error as error:
            raise invalid_argument("Invalid format") from error
        if tag:
            raise invalid_argument("Invalid format")
        entries = list(zip(numbers[:count], numbers[count:], strict=True))
        return cls(entries, total, least, greatest)

    def write(self) -> bytes:
        """Merge with a coarser compression, and write the digest as Trino serializes it."""
        self._merge(COMPRESSION)
        header = _HEADER.pack(
            *(0, self.least, self.greatest, COMPRESSION, self.total), len(self.entries)
        )
        numbers = [*(mean for mean, _ in self.entries), *(weight for _, weight in self.entries)]
        return header + struct.pack(f"<{len(numbers)}d", *numbers)

    def add(self, value: float, weight: float = 1.0) -> None:
        """Add a finite value; merges first if there is no room."""
        if len(self.entries) == _CAPACITY:
            self._merge(_FINE_COMPRESSION)
        self.entries.append((value, weight))
        self.total += weight
        self.least = min(self.least, value)
        self.greatest = max(self.greatest, value)
        self.is_unmerged = True

    def merge_with(self, other: "TDigest") -> None:
        """Add what another digest holds."""
        self.entries += other.entries
        self.total += other.total
        self.least = min(self.least, other.least)
        self.greatest = max(self.greatest, other.greatest)
        self.is_unmerged = True

    def as_merged(self) -> "TDigest":
        """Return what Trino makes of a partial result on its own: written and read."""
        return TDigest.read(self.write())

    def _merge(self, compression: int) -> None:
        """Merge neighbours as far as the size of a centroid may grow at its quantile."""
        if not self.entries:
            return
        ordered = _sort(self.entries)
        if self.backwards:
            ordered.reverse()
        factor = (4 * math.log(self.total / compression) + 24) / compression
        merged: list[Entry] = []
        mean, weight = ordered[0]
        before, allowed = 0.0, 0.0
        for value, added in ordered[1:]:
            grown = weight + added
            quantile = min((before + grown) / self.total, 1)
            most = self.total * min(allowed, quantile * (1 - quantile) * factor)
            if grown <= most:
                mean += (value - mean) * added / grown
                weight = grown
                continue
            merged.append((mean, weight))
            before += weight
            reached = before / self.total
            allowed = reached * (1 - reached) * factor
            mean, weight = value, added
        merged.append((mean, weight))
        self.entries = merged[::-1] if self.backwards else merged
        self.backwards = not self.backwards

    def estimate_all(self, quantiles: Sequence[float]) -> list[float]:
        """Estimate the values at quantiles between 0 and 1."""
        if not self.entries:
            return [math.nan] * len(quantiles)
        if self.is_unmerged and quantiles:
            self._merge(_FINE_COMPRESSION)
            self.is_unmerged = False
        return [self._estimate(quantile) for quantile in quantiles]

    def _estimate(self, quantile: float) -> float:
        if len(self.entries) == 1:
            return self.entries[0][0]
        target = quantile * self.total
        if math.isnan(target):
            return math.nan
        first, weight = self.entries[0]
        if target < 1:
            return self.least
        if target < weight / 2:
            return self.least + (target - 1) / (weight / 2 - 1) * (first - self.least)
        if self.total - target <= max(1, self.entries[-1][1] / 2):
            return self._estimate_end(self.total - target)
        return self._estimate_between(target)

    def _estimate_end(self, rest: float) -> float:
        mean, weight = self.entries[-1]
        if rest < 1 or weight <= 2:
            return self.greatest
        return self.greatest + (rest - 1) / (weight / 2 - 1) * (mean - self.greatest)

    def _estimate_between(self, target: float) -> float:
        ends = accumulate(weight for _, weight in self.entries)
        middles = [end - weight / 2 for end, (_, weight) in zip(ends, self.entries, strict=True)]
        place = bisect_right(middles, target) - 1
        (mean, weight), (following, next_weight) = self.entries[place : place + 2]
        offset = target - middles[place]
        if weight == 1 and offset < 0.5:
            return mean
        if next_weight == 1 and offset >= weight / 2:
            return following
        length = (weight + next_weight) / 2
        if weight == 1:
            offset, length = offset - 0.5, next_weight / 2
        elif next_weight == 1:
            length = weight / 2
        return mean + offset / length * (following - mean)


def _sort(entries: Sequence[Entry]) -> list[Entry]:
    """Sort entries by their means, those with equal ones in the order of Trino's quick sort."""
    ordered = sorted(entries, key=_key)
    pairs = pairwise(ordered)
    if all(one[1] == other[1] or _key(one) != _key(other) for one, other in pairs):
        return ordered
    keys = list(map(_key, entries))
    places = list(range(len(entries)))
    quick_sort(places, lambda a, b: (keys[a] > keys[b]) - (keys[a] < keys[b]), inserts=True)
    return [entries[place] for place in places]


def _key(entry: Entry) -> tuple[float, float]:
    # Of zeros, the negative one comes first.
    return entry[0], math.copysign(1, entry[0])
