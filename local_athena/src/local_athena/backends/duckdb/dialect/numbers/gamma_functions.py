"""Gamma and error functions, step by step as Apache Commons Math computes them.

Their last digits matter: what a distribution answers in its tails is a difference of them.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from functools import lru_cache, reduce

from local_athena.backends.duckdb.dialect.failures import failure

_SMALL = 1e-50
_PRECISE = Context(prec=60)
_NEGLIGIBLE = 1e-20
_LANCZOS_G = 607 / 128
_LANCZOS = (
    *(0.99999999999999709182, 57.156235665862923517, -59.597960355475491248),
    *(14.136097974741747174, -0.49191381609762019978, 0.33994649984811888699e-4),
    *(0.46523628927048575665e-4, -0.98374475304879564677e-4, 0.15808870322491248884e-3),
    *(-0.21026444172410488319e-3, 0.21743961811521264320e-3, -0.16431810653676389022e-3),
    *(0.84418223983852743293e-4, -0.26190838401581408670e-4, 0.36899182659531622704e-5),
)
_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)
# Of 1 / gamma(1 + x) - 1, after Didonato and Morris: the highest power comes first.
_A = (0.624730830116465516210e-08, 0.611609510448141581788e-08)
_B = (
    *(0.195755836614639731882e-09, -0.607761895722825260739e-07, 0.992641840672773722196e-06),
    *(-0.643045481779353022248e-05, -0.851419432440314906588e-05, 0.493944979382446875238e-03),
    *(0.266205348428949217746e-01, 0.203610414066806987300e00, 1.0),
)
_P = (
    *(0.4343529937408594255178e-14, -0.1249441572276366213222e-12, 0.1572833027710446286995e-11),
    *(0.4686843322948848031080e-10, 0.6820161668496170657918e-09, 0.6871674113067198736152e-08),
    0.6116095104481415817861e-08,
)
_Q = (
    *(0.2692369466186361192876e-03, 0.4956830093825887312020e-02, 0.5464213086042296536016e-01),
    *(0.3056961078365221025009e00, 1.0),
)
_C = (
    *(-0.205633841697760710345015413002057e-06, 0.113302723198169588237412962033074e-05),
    *(-0.125049348214267065734535947383309e-05, -0.201348547807882386556893914210218e-04),
    *(0.128050282388116186153198626328164e-03, -0.215241674114950972815729963053648e-03),
    *(-0.116516759185906511211397108401839e-02, 0.721894324666309954239501034044657e-02),
    *(-0.962197152787697356211492167234820e-02, -0.421977345555443367482083012891874e-01),
    *(0.166538611382291489501700795102105e00, -0.420026350340952355290039348754298e-01),
    -0.655878071520253881077019515145390e00,
)
_C_BELOW = -0.422784335098467139393487909917598e00
_C_ABOVE = 0.577215664901532860606512090082402e00
_Coefficient = Callable[[int], float]


def log1p(x: float) -> float:
    """Find the logarithm of 1 + x, rounded correctly, which C's own is not."""
    return x if abs(x) < _NEGLIGIBLE else float(_PRECISE.ln(_PRECISE.add(1, Decimal(x))))


def _polynomial(coefficients: Sequence[float], x: float) -> float:
    return reduce(lambda value, coefficient: coefficient + x * value, coefficients)


def continued_fraction(a: _Coefficient, b: _Coefficient, epsilon: float) -> float:
    """Evaluate a continued fraction by Lentz's algorithm, or fail if it does not converge."""
    value = a(0)
    if abs(value) <= _SMALL:
        value = _SMALL
    lower, upper = 0.0, value
    for n in range(1, 10_000_000):
        numerator, denominator = b(n), a(n)
        lower = denominator + numerator * lower
        lower = 1 / (_SMALL if abs(lower) <= _SMALL else lower)
        upper = denominator + numerator / upper
        upper = _SMALL if abs(upper) <= _SMALL else upper
        step = upper * lower
        value *= step
        if not math.isfinite(value):
            break
        if abs(step - 1.0) < epsilon:
            return value
    raise failure("GENERIC_INTERNAL_ERROR", "illegal state: Continued fraction diverged")


def _inverse_gamma_1p_m1(x: float) -> float:
    t = x if x <= 0.5 else (x - 0.5) - 0.5
    if t < 0.0:
        start = t * (_polynomial(_A, t) / _polynomial(_B, t))
        c = _polynomial((_C[0] + start, *_C[1:], _C_BELOW), t)
        return t * c / x if x > 0.5 else x * ((c + 0.5) + 0.5)
    start = (_polynomial(_P, t) / _polynomial(_Q, t)) * t
    c = _polynomial((_C[0] + start, *_C[1:], _C_ABOVE), t)
    return (t / x) * ((c - 0.5) - 0.5) if x > 0.5 else x * c


def log_gamma_1p(x: float) -> float:
    """Find the logarithm of gamma(1 + x), for x from -0.5 to 1.5."""
    return -log1p(_inverse_gamma_1p_m1(x))


def lanczos(x: float) -> float:
    """Evaluate Lanczos' approximation."""
    total = 0.0
    for index in range(len(_LANCZOS) - 1, 0, -1):
        total += _LANCZOS[index] / (x + index)
    return total + _LANCZOS[0]


@lru_cache(maxsize=1024)
def log_gamma(x: float) -> float:
    """Find the logarithm of gamma(x), for x above 0."""
    if x < 0.5:
        return log_gamma_1p(x) - math.log(x)
    if x <= 2.5:
        return log_gamma_1p((x - 0.5) - 0.5)
    if x <= 8.0:
        count = math.floor(x - 1.5)
        product = 1.0
        for index in range(1, count + 1):
            product *= x - index
        return log_gamma_1p(x - (count + 1)) + math.log(product)
    shifted = x + _LANCZOS_G + 0.5
    return ((x + 0.5) * math.log(shifted)) - shifted + _HALF_LOG_2_PI + math.log(lanczos(x) / x)


def gamma(x: float) -> float:
    """Evaluate the gamma function, for x from above 0 to 20."""
    if x < 1.0:
        return 1.0 / (x * (1.0 + _inverse_gamma_1p_m1(x)))
    product, rest = 1.0, x
    while rest > 2.5:
        rest -= 1.0
        product *= rest
    return product / (1.0 + _inverse_gamma_1p_m1(rest - 1.0))


def erf(x: float) -> float:
    """Find the error function, by the regularized gamma function of 1/2."""
    if abs(x) > 40:
        return 1.0 if x > 0 else -1.0
    value = _regularized_gamma_half(x * x)
    return -value if x < 0 else value


def _regularized_gamma_half(x: float) -> float:
    if math.isnan(x) or x == 0.0:
        return x
    scale = math.exp(-x + (0.5 * math.log(x)) - log_gamma(0.5))
    if x >= 1.5:
        fraction = continued_fraction(
            lambda n: ((2.0 * n) + 1.0) - 0.5 + x, lambda n: n * (0.5 - n), 1e-15
        )
        return 1.0 - scale * (1.0 / fraction)
    n, part = 0.0, 2.0
    total = part
    while abs(part / total) > 1e-15 and n < 10_000:
        n += 1.0
        part *= x / (0.5 + n)
        total += part
    return scale * total
