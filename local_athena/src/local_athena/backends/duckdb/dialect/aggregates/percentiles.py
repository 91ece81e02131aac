"""approx_percentile: a t-digest that merges as Trino's does, so that its estimates are the same."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_COMPRESSION = 200
# Of a digest that a worker hands on.
_HANDED_ON = 100
# How many centroids and new values are held before they are merged.
_CAPACITY = 1260
_MOST = 2**63 - 1
_ARGUMENT = "INVALID_FUNCTION_ARGUMENT"

Entry = tuple[float, float]


@dataclass
class _Digest:
    """A t-digest: its entries are centroids and, behind them, new values, each with a weight."""

    entries: list[Entry] = field(default_factory=list)
    total: float = 0.0
    least: float = math.inf
    greatest: float = -math.inf
    backwards: bool = False

    def add(self, value: float, weight: float) -> None:
        """Add a value; merges first if there is no room."""
        if len(self.entries) == _CAPACITY:
            self.merge(_COMPRESSION)
        self.entries.append((value, weight))
        self.total += weight
        self.least = min(self.least, value)
        self.greatest = max(self.greatest, value)

    def merge(self, compression: int) -> None:
        """Merge neighbours as far as the size of a centroid may grow at its quantile."""
        ordered = sorted(self.entries, key=lambda entry: entry[0], reverse=self.backwards)
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

    def estimate(self, quantile: float) -> float:
        """Estimate the value at a quantile of a merged digest."""
        target = quantile * self.total
        if len(self.entries) == 1:
            return self.entries[0][0]
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


def _digest(entries: Iterable[Entry]) -> _Digest:
    digest = _Digest()
    for value, weight in entries:
        digest.add(_finite(value), weight)
    if digest.entries:
        digest.merge(_HANDED_ON)
        digest.backwards = False
        digest.merge(_COMPRESSION)
    return digest


def _finite(value: float) -> float:
    if math.isfinite(value):
        return value
    shown = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    raise ValueError(f"{_ARGUMENT}:value must be finite; was {shown}")


def _check_percentile(percentile: float | None) -> float:
    if percentile is None:
        raise ValueError(f"{_ARGUMENT}:Percentile cannot be null")
    if not 0 <= percentile <= 1:
        raise ValueError(f"{_ARGUMENT}:Percentile must be between 0 and 1")
    return percentile


def _exact(value: int) -> float:
    if min(int(float(value)), _MOST) != value:
        raise ValueError(f"{_ARGUMENT}:no exact double representation for long: {value}")
    return float(value)


def _weigh(value: float, weight: float) -> Entry:
    if not weight >= 1:
        raise ValueError(f"{_ARGUMENT}:weight must be >= 1, was {weight}")
    return value, weight


def _estimate_all(digest: _Digest, percentiles: Sequence[float | None]) -> list[float]:
    if not digest.entries:
        return []
    return [digest.estimate(_check_percentile(percentile)) for percentile in percentiles]


def _doubles(values: Sequence[float | None], percentiles: Sequence[float | None]) -> list[float]:
    entries = ((value, 1.0) for value in values if value is not None)
    return _estimate_all(_digest(entries), percentiles)


def _bigints(values: Sequence[int | None], percentiles: Sequence[float | None]) -> list[int]:
    return _round(_doubles([v if v is None else _exact(v) for v in values], percentiles))


def _weighted_doubles(
    values: Sequence[float | None],
    weights: Sequence[float | None],
    percentiles: Sequence[float | None],
) -> list[float]:
    pairs = zip(values, weights, strict=True)
    entries = (_weigh(v, w) for v, w in pairs if v is not None and w is not None)
    return _estimate_all(_digest(entries), percentiles)


def _weighted_bigints(
    values: Sequence[int | None],
    weights: Sequence[float | None],
    percentiles: Sequence[float | None],
) -> list[int]:
    exact = [v if v is None else _exact(v) for v in values]
    return _round(_weighted_doubles(exact, weights, percentiles))


def _round(values: list[float]) -> list[int]:
    return [min(math.floor(value + 0.5), _MOST) for value in values]


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_percentiles", _doubles, ["DOUBLE[]", "DOUBLE[]"], "DOUBLE[]"),
    ("athena_bigint_percentiles", _bigints, ["BIGINT[]", "DOUBLE[]"], "BIGINT[]"),
    ("athena_weighted", _weighted_doubles, ["DOUBLE[]", "DOUBLE[]", "DOUBLE[]"], "DOUBLE[]"),
    ("athena_bigint_weighted", _weighted_bigints, ["BIGINT[]", "DOUBLE[]", "DOUBLE[]"], "BIGINT[]"),
)
