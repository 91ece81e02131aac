"""Distributions of statistics: normal, beta and Student's t.

A function of Python's cannot return NaN, so the results are texts of numbers.
"""

import math
from collections.abc import Callable

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.numbers.beta_functions import regularized_beta
from local_athena.backends.duckdb.dialect.numbers.gamma_functions import erf, log_gamma
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_ABSOLUTE_ACCURACY = 1e-9
_RELATIVE_ACCURACY = 1e-14
_VALUE_ACCURACY = 1e-15
_SQUARE_ROOT_OF_2 = 1.4142135623730951


def _normal_cdf(mean: float, deviation: float, value: float) -> str:
    if not deviation > 0:
        raise invalid_argument("standardDeviation must be > 0")
    return repr(0.5 * (1 + erf((value - mean) / (deviation * _SQUARE_ROOT_OF_2))))


def _beta_cdf(a: float, b: float, value: float) -> str:
    if not 0 <= value <= 1:
        raise invalid_argument("value must be 0 >= v >= 1")
    _check_shape(a, b)
    return repr(_cumulate_beta(a, b, value))


def _check_shape(a: float, b: float) -> None:
    if not (a > 0 and b > 0):
        raise invalid_argument("a, b must be > 0")


def _cumulate_beta(a: float, b: float, value: float) -> float:
    if value in (0, 1):
        return float(value)
    if math.inf in (a, b):
        raise failure("NOT_SUPPORTED", "The embedded endpoint does not support infinite a and b")
    return regularized_beta(value, a, b)


def _inverse_beta_cdf(a: float, b: float, share: float) -> str:
    if not 0 <= share <= 1:
        raise invalid_argument("p must be 0 >= p >= 1")
    _check_shape(a, b)
    if share in (0, 1):
        return repr(float(share))
    return repr(_solve(lambda value: _cumulate_beta(a, b, value) - share))


def _solve(function: Callable[[float], float]) -> float:
    """Find where a rising function is zero between 0 and 1, by Brent's method."""
    middle = function(0.5)
    if abs(middle) <= _VALUE_ACCURACY:
        return 0.5
    low, high = (0.0, 0.5) if middle > 0 else (0.5, 1.0)
    one, other = (function(0.0), middle) if middle > 0 else (middle, function(1.0))
    for end, value in ((low, one), (high, other)):
        if abs(value) <= _VALUE_ACCURACY:
            return end
    return _approach(function, (low, one), (high, other))


def _approach(
    function: Callable[[float], float], one: tuple[float, float], other: tuple[float, float]
) -> float:
    (a, fa), (b, fb) = one, other
    c, fc = a, fa
    step = before = b - a
    while True:
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        tolerance = 2 * _RELATIVE_ACCURACY * abs(b) + _ABSOLUTE_ACCURACY
        half = 0.5 * (c - b)
        if abs(half) <= tolerance or abs(fb) <= 5e-324:
            return b
        if abs(before) < tolerance or abs(fa) <= abs(fb):
            step = before = half
        else:
            p, q = _interpolate((a, fa), (b, fb), (c, fc), half)
            last, before = before, step
            if p >= 1.5 * half * q - abs(tolerance * q) or p >= abs(0.5 * last * q):
                step = before = half
            else:
                step = p / q
        a, fa = b, fb
        b += step if abs(step) > tolerance else math.copysign(tolerance, half)
        fb = function(b)
        if (fb > 0) == (fc > 0):
            c, fc = a, fa
            step = before = b - a


def _interpolate(
    one: tuple[float, float], other: tuple[float, float], third: tuple[float, float], half: float
) -> tuple[float, float]:
    """Find a step, as a fraction of two numbers, by a line or an inverse parabola."""
    (a, fa), (b, fb), (c, fc) = one, other, third
    s = fb / fa
    if a == c:
        p, q = 2 * half * s, 1 - s
    else:
        q, r = fa / fc, fb / fc
        p = s * (2 * half * q * (q - r) - (b - a) * (r - 1))
        q = (q - 1) * (r - 1) * (s - 1)
    return (p, -q) if p > 0 else (-p, q)


def _check_freedom(freedom: float) -> None:
    if freedom < 1:
        raise invalid_argument("degrees of freedom must be greater than or equal to 1")


def _t_cdf(value: float, freedom: float) -> str:
    _check_freedom(freedom)
    if value == 0:
        return "0.5"
    if not math.isfinite(freedom):
        return "nan"
    tail = 0.5 * regularized_beta(freedom / (freedom + value * value), 0.5 * freedom, 0.5)
    return repr(tail if value < 0 else 1 - tail)


def _t_pdf(value: float, freedom: float) -> str:
    _check_freedom(freedom)
    if not math.isfinite(freedom):
        return "nan"
    half = (freedom + 1) / 2
    factor = log_gamma(half) - 0.5 * (math.log(math.pi) + math.log(freedom))
    factor -= log_gamma(freedom / 2)
    return repr(math.exp(factor - half * math.log(1 + value * value / freedom)))


_THREE = ["DOUBLE"] * 3
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_normal_cdf", _normal_cdf, _THREE, "VARCHAR"),
    ("athena_beta_cdf", _beta_cdf, _THREE, "VARCHAR"),
    ("athena_inverse_beta_cdf", _inverse_beta_cdf, _THREE, "VARCHAR"),
    ("athena_t_cdf", _t_cdf, ["DOUBLE"] * 2, "VARCHAR"),
    ("athena_t_pdf", _t_pdf, ["DOUBLE"] * 2, "VARCHAR"),
)
