"""Sums, means and moments of floating-point numbers, added in Trino's order and by its formulas."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_TOLERANCE = 1e-13


def divide(dividend: float, divisor: float) -> float:
    """Divide as IEEE 754 does."""
    if divisor:
        return dividend / divisor
    return math.nan if not dividend or math.isnan(dividend) else math.copysign(math.inf, dividend)


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


class _State(ABC):
    """What rows were aggregated to."""

    count = 0

    @abstractmethod
    def add(self, first: float, second: float) -> None:
        """Add the arguments of a row."""

    @abstractmethod
    def merge(self, other: Self) -> None:
        """Add a state that is not empty."""


class _Sum(_State):
    total = 0.0

    def add(self, first: float, second: float) -> None:
        del second
        self.count += 1
        self.total += first

    def merge(self, other: Self) -> None:
        self.count += other.count
        self.total += other.total


class _LogarithmSum(_Sum):
    def add(self, first: float, second: float) -> None:
        logarithm = math.log(first) if first > 0 else (math.nan if first else -math.inf)
        super().add(math.nan if first < 0 else logarithm, second)


class _Variance(_State):
    mean = squares = 0.0

    def add(self, first: float, second: float) -> None:
        del second
        self.count += 1
        delta = first - self.mean
        self.mean += delta / self.count
        self.squares += delta * (first - self.mean)

    def merge(self, other: Self) -> None:
        count = self.count + other.count
        delta = other.mean - self.mean
        self.squares += other.squares + delta * delta * other.count * self.count / count
        self.mean = (other.count * other.mean + self.count * self.mean) / count
        self.count = count


class _Pairs(_State):
    mean_x = mean_y = products = squares_x = squares_y = 0.0

    def add(self, first: float, second: float) -> None:
        self.count += 1
        delta_x, delta_y = second - self.mean_x, first - self.mean_y
        self.mean_x += delta_x / self.count
        self.mean_y += delta_y / self.count
        self.products += delta_x * (first - self.mean_y)
        self.squares_x += delta_x * (second - self.mean_x)
        self.squares_y += delta_y * (first - self.mean_y)

    def merge(self, other: Self) -> None:
        both, count = self.count * other.count, self.count + other.count
        delta_x, delta_y = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        added = delta_x * delta_y * self.count * other.count / count
        self.products = self.products + other.products + added
        self.squares_x = self.squares_x + other.squares_x + both * (delta_x * delta_x) / count
        self.squares_y = self.squares_y + other.squares_y + both * (delta_y * delta_y) / count
        self.mean_x += delta_x * other.count / count
        self.mean_y += delta_y * other.count / count
        self.count = count


class _Moments(_State):
    mean = second = third = fourth = 0.0

    def add(self, first: float, second: float) -> None:
        del second
        before = self.count
        self.count = count = before + 1
        delta = first - self.mean
        step = delta / count
        squared = step * step
        added = delta * step * before
        self.mean += step
        self.fourth += (
            added * squared * (count * count - 3 * count + 3)
            + 6 * squared * self.second
            - 4 * step * self.third
        )
        self.third += added * step * (count - 2) - 3 * step * self.second
        self.second += added

    def merge(self, other: Self) -> None:
        one, two = self.count, other.count
        count = float(one + two)
        delta = other.mean - self.mean
        squared = delta * delta
        self.fourth += (
            other.fourth
            + squared * squared * one * two * (one * one - one * two + two * two) / count**3
            + 6 * squared * (one * one * other.second + two * two * self.second) / count**2
            + 4 * delta * (one * other.third - two * self.third) / count
        )
        self.third += (
            other.third
            + delta * squared * one * two * (one - two) / count**2
            + 3 * delta * (one * other.second - two * self.second) / count
        )
        self.second += other.second + squared * one * two / count
        self.mean = (one * self.mean + two * other.mean) / count
        self.count = one + two


def _slope(state: _Pairs) -> float:
    return divide(state.products, state.squares_x)


def _skewness(state: _Moments) -> float:
    power = state.second * _root(state.second)
    return divide(math.sqrt(state.count) * state.third, power)


def _kurtosis(state: _Moments) -> float:
    n, rest = state.count, (state.count - 2) * (state.count - 3)
    scaled = divide((n - 1) * n * (n + 1) / rest * state.fourth, state.second * state.second)
    return scaled - 3 * ((n - 1) * (n - 1)) / rest


def _exponential(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


# The state, how many rows there must be, and the result; with a finite one only, of some.
_Aggregate = tuple[type[Any], int, Callable[[Any], float]]
_AGGREGATES: dict[str, _Aggregate] = {
    "sum": (_Sum, 1, lambda state: state.total),
    "avg": (_Sum, 1, lambda state: state.total / state.count),
    "geometric_mean": (_LogarithmSum, 1, lambda state: _exponential(state.total / state.count)),
    "var_pop": (_Variance, 1, lambda state: state.squares / state.count),
    "var_samp": (_Variance, 2, lambda state: state.squares / (state.count - 1)),
    "stddev_pop": (_Variance, 1, lambda state: _root(state.squares / state.count)),
    "stddev_samp": (_Variance, 2, lambda state: _root(state.squares / (state.count - 1))),
    "skewness": (_Moments, 3, _skewness),
    "kurtosis": (_Moments, 4, _kurtosis),
    "covar_pop": (_Pairs, 1, lambda state: state.products / state.count),
    "covar_samp": (_Pairs, 2, lambda state: state.products / (state.count - 1)),
    "corr": (
        _Pairs,
        1,
        lambda state: divide(
            divide(state.products, _root(state.squares_x)), _root(state.squares_y)
        ),
    ),
    "regr_slope": (_Pairs, 1, _slope),
    "regr_intercept": (_Pairs, 1, lambda state: state.mean_y - _slope(state) * state.mean_x),
}
_AGGREGATES |= {
    alias: _AGGREGATES[f"{alias}_samp" if alias == "stddev" else "var_samp"]
    for alias in ("stddev", "variance")
}
_FINITE = frozenset({"corr", "regr_slope", "regr_intercept"})


def _aggregate_numbers(name: str, values: Sequence[float | None], steps: int) -> str | None:
    return _aggregate(name, [(value, value) for value in values if value is not None], steps)


def _aggregate_pairs(name: str, pairs: Sequence[Sequence[float | None]], steps: int) -> str | None:
    return _aggregate(name, [pair for pair in pairs if None not in pair], steps)


def _aggregate(name: str, rows: Sequence[Any], steps: int) -> str | None:
    """Aggregate rows in one or two steps, or with 0, in as many as Trino likes if all agree."""
    state_of, least, finish = _AGGREGATES[name]
    if len(rows) < least:
        return None
    results = [finish(state) for state in _states(state_of, rows, steps)]
    if not all(map(_are_alike, results[1:], results)):
        text = f"The embedded endpoint does not support {name} of values whose order matters here"
        raise failure("NOT_SUPPORTED", text + ": aggregate ordinary values, or decimals")
    if name in _FINITE and not math.isfinite(results[0]):
        return None
    return repr(results[0])


def _are_alike(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_TOLERANCE) or (math.isnan(one) and math.isnan(other))


def _states(state_of: type[_State], rows: Sequence[Any], steps: int) -> Iterator[_State]:
    if steps:
        state = _add_up(state_of, rows)
        yield state if steps == 1 else _merge(state_of, [state])
        return
    for ordered in (rows, rows[::-1], sorted(rows)):
        state = _add_up(state_of, ordered)
        yield state
        yield _merge(state_of, [state])
        yield _merge(state_of, [_add_up(state_of, [row]) for row in ordered])


def _add_up(state_of: type[_State], rows: Sequence[Any]) -> _State:
    state = state_of()
    for row in rows:
        state.add(*row)
    return state


def _merge(state_of: type[_State], parts: Sequence[_State]) -> _State:
    state = state_of()
    for part in parts:
        state.merge(part)
    return state


# A text, because a function of Python's that returns NaN returns NULL.
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_add_numbers", _aggregate_numbers, ["VARCHAR", "DOUBLE[]", "INTEGER"], "VARCHAR"),
    ("athena_add_pairs", _aggregate_pairs, ["VARCHAR", "DOUBLE[][]", "INTEGER"], "VARCHAR"),
)
