"""Beta functions, step by step as Apache Commons Math computes them."""

import math
from functools import lru_cache

from local_athena.backends.duckdb.dialect.numbers.gamma_functions import (
    continued_fraction,
    gamma,
    log1p,
    log_gamma,
    log_gamma_1p,
)

_HALF_LOG_2_PI = 0.9189385332046727
# Of delta, what Stirling's formula lacks, after Didonato and Morris.
_DELTA = (
    *(0.833333333333333333333333333333e-01, -0.277777777777777777777777752282e-04),
    *(0.793650793650793650791732130419e-07, -0.595238095238095232389839236182e-09),
    *(0.841750841750832853294451671990e-11, -0.191752691751854612334149171243e-12),
    *(0.641025640510325475730918472625e-14, -0.295506514125338232839867823991e-15),
    *(0.179643716359402238723287696452e-16, -0.139228964661627791231203060395e-17),
    *(0.133802855014020915603275339093e-18, -0.154246009867966094273710216533e-19),
    *(0.197701992980957427278370133333e-20, -0.234065664793997056856992426667e-21),
    0.171348014966398575409015466667e-22,
)


def regularized_beta(x: float, a: float, b: float) -> float:
    """Find the regularized beta function, NaN outside of its domain."""
    if not (0 <= x <= 1 and a > 0 and b > 0):
        return math.nan
    if x > (a + 1) / (2 + b + a) and 1 - x <= (b + 1) / (2 + b + a):
        return 1 - regularized_beta(1 - x, b, a)

    def numerator(n: int) -> float:
        if n % 2 == 0:
            m = n / 2
            return (m * (b - m) * x) / ((a + (2 * m) - 1) * (a + (2 * m)))
        m = (n - 1.0) / 2.0
        return -((a + m) * (a + b + m) * x) / ((a + (2 * m)) * (a + (2 * m) + 1.0))

    head = a * math.log(x) if x > 0 else -math.inf
    tail = b * log1p(-x) if x < 1 else -math.inf
    scale = math.exp(head + tail - math.log(a) - log_beta(a, b))
    return scale * 1.0 / continued_fraction(lambda _: 1.0, numerator, 1e-14)


@lru_cache(maxsize=1024)
def log_beta(p: float, q: float) -> float:
    """Find the logarithm of the beta function of numbers above 0."""
    a, b = min(p, q), max(p, q)
    if a >= 10.0:
        return _log_beta_of_large(a, b)
    if a > 2.0:
        return _log_beta_reduced(a, b)
    if a >= 1.0 and b > 2.0 and b < 10.0:
        product, b = _reduce(b, a)
        return math.log(product) + (log_gamma(a) + (log_gamma(b) - _log_gamma_sum(a, b)))
    if b >= 10.0:
        return log_gamma(a) + _log_gamma_minus_sum(a, b)
    if a >= 1.0:
        return log_gamma(a) + log_gamma(b) - _log_gamma_sum(a, b)
    return math.log(gamma(a) * gamma(b) / gamma(a + b))


def _reduce(b: float, a: float) -> tuple[float, float]:
    product = 1.0
    while b > 2.0:
        b -= 1.0
        product *= b / (a + b)
    return product, b


def _log_beta_of_large(a: float, b: float) -> float:
    w = _sum_of_deltas(a, b)
    h = a / b
    u = -(a - 0.5) * math.log(h / (1.0 + h))
    v = b * log1p(h)
    start = (-0.5 * math.log(b) + _HALF_LOG_2_PI) + w
    return (start - u) - v if u <= v else (start - v) - u


def _log_beta_reduced(a: float, b: float) -> float:
    """Find the logarithm for a lesser number from 2 to 10, made less than 2."""
    product = 1.0
    if b > 1000.0:
        count = math.floor(a - 1.0)
        for _ in range(count):
            a -= 1.0
            product *= a / (1.0 + a / b)
        rest = log_gamma(a) + _log_gamma_minus_sum(a, b)
        return (math.log(product) - count * math.log(b)) + rest
    while a > 2.0:
        a -= 1.0
        h = a / b
        product *= h / (1.0 + h)
    if b >= 10.0:
        return math.log(product) + log_gamma(a) + _log_gamma_minus_sum(a, b)
    other, b = _reduce(b, a)
    rest = log_gamma(a) + (log_gamma(b) - _log_gamma_sum(a, b))
    return math.log(product) + math.log(other) + rest


def _log_gamma_sum(a: float, b: float) -> float:
    """Find the logarithm of gamma(a + b), for both from 1 to 2."""
    x = (a - 1.0) + (b - 1.0)
    if x <= 0.5:
        return log_gamma_1p(1.0 + x)
    if x <= 1.5:
        return log_gamma_1p(x) + log1p(x)
    return log_gamma_1p(x - 1.0) + math.log(x * (1.0 + x))


def _log_gamma_minus_sum(a: float, b: float) -> float:
    """Find the logarithm of gamma(b) / gamma(a + b), for b from 10."""
    if a <= b:
        d, w = b + (a - 0.5), _delta_minus_sum(a, b)
    else:
        d, w = a + (b - 0.5), _delta_minus_sum(b, a)
    u = d * log1p(a / b)
    v = a * (math.log(b) - 1.0)
    return (w - u) - v if u <= v else (w - v) - u


def _delta_minus_sum(a: float, b: float) -> float:
    h = a / b
    p, q = h / (1.0 + h), 1.0 / (1.0 + h)
    sums = [1.0]
    for _ in _DELTA[1:]:
        sums.append(1.0 + (q + q * q * sums[-1]))
    t = (10.0 / b) * (10.0 / b)
    w = _DELTA[-1] * sums[-1]
    for delta, each in zip(_DELTA[-2::-1], sums[-2::-1], strict=True):
        w = t * w + delta * each
    return w * p / b


def _sum_of_deltas(a: float, b: float) -> float:
    t = (10.0 / a) * (10.0 / a)
    z = _DELTA[-1]
    for delta in _DELTA[-2::-1]:
        z = t * z + delta
    return z / a + _delta_minus_sum(a, b)
