"""Variances, covariances and moments, as they overflow where Trino merges partial results."""

import math
from collections.abc import Iterable

from local_athena.backends.duckdb.dialect.aggregates.partial_results import is_merged
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed

_VARIANCES = ("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp")
_COVARIANCES = ("covar_pop", "covar_samp")
_REGRESSIONS = ("corr", "regr_intercept", "regr_slope")
# Which power of its mean a moment is merged by.
_POWERS = {**dict.fromkeys(_VARIANCES, 2), "skewness": 3, "kurtosis": 4}


def _merge(translator: Translator, call: Call) -> Typed:
    """Add what merging a partial result into an empty one adds: no rows times powers of the mean.

    That is 0, or NaN where the power overflows.
    """
    values = translator.translate_arguments(call)
    found = apply_signature(translator, call, values)
    if not is_merged(translator, call):
        return found
    added = apply_clauses(translator, call, f"0 * ({_merged_powers(call.name, values)})")
    sql = f"{found.sql} + {added}"
    if call.name in _REGRESSIONS:
        sql = f"athena_finite({sql})"
    return Typed(f"CAST({sql} AS {found.type.duckdb})", found.type)


def _merged_powers(name: str, values: list[Typed]) -> str:
    if name in _POWERS:
        mean = f"<<avg(CAST({values[0].sql} AS DOUBLE))>>"
        return " * ".join([mean] * _POWERS[name])
    x, y = (
        f"<<avg(CASE WHEN {other.sql} IS NOT NULL THEN CAST({value.sql} AS DOUBLE) END)>>"
        for value, other in (values, values[::-1])
    )
    pairs = {
        **dict.fromkeys(_COVARIANCES, f"{x} * {y}"),
        "corr": f"{x} * {y} + {x} * {x} + {y} * {y}",
    }
    return pairs.get(name, f"{x} * {y} + {y} * {y}")


def _collect_moments(values: Iterable[float | None]) -> tuple[int, float, float, float]:
    """Count values and sum the powers 2 to 4 of their differences from the mean."""
    count, mean, second, third, fourth = 0, 0.0, 0.0, 0.0, 0.0
    for value in values:
        if value is None:
            continue
        before, count = count, count + 1
        delta = value - mean
        step = delta / count
        squared = step * step
        added = delta * step * before
        mean += step
        fourth += (
            added * squared * (count * count - 3 * count + 3)
            + 6 * squared * second
            - 4 * step * third
        )
        third += added * step * (count - 2) - 3 * step * second
        second += added
    return count, second, third, fourth


def divide(dividend: float, divisor: float) -> float:
    """Divide as IEEE 754 does."""
    if divisor:
        return dividend / divisor
    return math.nan if not dividend or math.isnan(dividend) else math.copysign(math.inf, dividend)


def _skewness(values: list[float | None]) -> str | None:
    count, second, third, _ = _collect_moments(values)
    if count < 3:
        return None
    power = second * math.sqrt(second) if second >= 0 else math.nan
    return repr(divide(math.sqrt(count) * third, power))


def _kurtosis(values: list[float | None]) -> str | None:
    n, second, _, fourth = _collect_moments(values)
    if n < 4:
        return None
    rest = (n - 2) * (n - 3)
    scaled = divide((n - 1) * n * (n + 1) / rest * fourth, second * second)
    return repr(scaled - 3 * ((n - 1) * (n - 1)) / rest)


FUNCTIONS: dict[str, FunctionHandler] = dict.fromkeys(
    (*_POWERS, *_COVARIANCES, *_REGRESSIONS), _merge
)
# Texts, because a function of Python's that returns NaN returns NULL.
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_skewness", _skewness, ["DOUBLE[]"], "VARCHAR"),
    ("athena_kurtosis", _kurtosis, ["DOUBLE[]"], "VARCHAR"),
)
