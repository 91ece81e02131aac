"""Functions of integers, bins and counts that DuckDB lacks, or does otherwise than Java."""

import math
from itertools import combinations

from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RANGE = range(-(2**63), 2**63)
_LONGEST_NUMBER = 64
_MOST_CHOSEN = 5
_MOST_ELEMENTS = 100_000
_ARGUMENT = "INVALID_FUNCTION_ARGUMENT"


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _masked(shift: int) -> int:
    """Java shifts by the lowest bits of the distance, also by a negative one."""
    return shift & 63


def _shift_left(value: int, shift: int, bits: int) -> int:
    return _signed(value << _masked(shift), bits) if shift < bits else 0


def _shift_right(value: int, shift: int, bits: int) -> int:
    if shift >= bits:
        return 0
    shifted = (value & ((1 << bits) - 1)) >> _masked(shift)
    # Only a shift by 0 keeps the sign of less than 64 bits.
    if shift and bits < 64 and shifted >> (bits - 1):
        raise failure("GENERIC_INTERNAL_ERROR", f"Value {shifted} exceeds the type")
    return _signed(shifted, bits)


def _shift_arithmetic(value: int, shift: int, bits: int) -> int:
    return value >> (_masked(shift) if shift < bits else bits)


def _count_bits(value: int, bits: int) -> int:
    if not 2 <= bits <= 64:
        raise ValueError(
            f"{_ARGUMENT}:Bits specified in bit_count must be between 2 and 64, got {bits}"
        )
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        text = f"{value} cannot be represented with {bits} bits"
        raise ValueError(
            f"{_ARGUMENT}:Number must be representable with the bits specified. {text}"
        )
    return (value & ((1 << bits) - 1)).bit_count()


def _check_radix(radix: int) -> None:
    if not 2 <= radix <= 36:
        raise ValueError(f"{_ARGUMENT}:Radix must be between 2 and 36")


def _from_base(text: str, radix: int) -> int:
    _check_radix(radix)
    digits = text[1:] if text[:1] in ("+", "-") else text
    try:
        # Python's int also takes blanks, underscores and prefixes.
        value = int(text, radix) if digits.isalnum() else None
    except ValueError:
        value = None
    if value is None or value not in _RANGE or digits[:2].lower() in _prefixes(radix):
        raise ValueError(f"{_ARGUMENT}:Not a valid base-{radix} number: {text}")
    return value


def _prefixes(radix: int) -> tuple[str, ...]:
    return {2: ("0b",), 8: ("0o",), 16: ("0x",)}.get(radix, ())


def _to_base(value: int, radix: int) -> str:
    _check_radix(radix)
    rest, digits = abs(value), ""
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    text = f"-{digits}" if value < 0 else digits
    if len(text) > _LONGEST_NUMBER:
        raise failure(
            "GENERIC_INTERNAL_ERROR", f"Character count exceeds length limit {_LONGEST_NUMBER}"
        )
    return text


def _find_bin(value: float, bins: list[float | None]) -> int:
    """Count the bins at or below a value; a bin of NULL counts as 0."""
    if not bins:
        raise ValueError(f"{_ARGUMENT}:Bins cannot be an empty array")
    if math.isnan(value):
        raise ValueError(f"{_ARGUMENT}:Operand cannot be NaN")
    low, high = 0, len(bins)
    while low < high:
        if (bins[low] or 0.0) > (bins[high - 1] or 0.0):
            raise ValueError(f"{_ARGUMENT}:Bin values are not sorted in ascending order")
        middle = (low + high) // 2
        found = bins[middle] or 0.0
        if not math.isfinite(found):
            text = "NaN" if math.isnan(found) else f"{'-' if found < 0 else ''}Infinity"
            raise ValueError(f"{_ARGUMENT}:Bin value must be finite, got {text}")
        low, high = (low, middle) if value < found else (middle + 1, high)
    return low


def _wilson_interval(successes: int, trials: int, score: float, sign: int) -> str:
    """Find a bound of Wilson's interval; a function of Python's cannot return NaN."""
    if successes < 0:
        raise ValueError(f"{_ARGUMENT}:number of successes must not be negative")
    if trials <= 0:
        raise ValueError(f"{_ARGUMENT}:number of trials must be positive")
    if successes > trials:
        text = "number of successes must not be larger than number of trials"
        raise ValueError(f"{_ARGUMENT}:{text}")
    if not score >= 0:
        raise ValueError(f"{_ARGUMENT}:z-score must not be negative")
    share, n = float(successes) / float(trials), float(trials)
    spread = math.sqrt(share * (1.0 - share) / n + score * score / (4.0 * n * n))
    middle = share + score * score / (2.0 * n)
    return repr((middle + sign * score * spread) / (1.0 + score * score / n))


def _combinations(count: int, size: int) -> list[list[int]]:
    """Choose places in every way, those with early places first; the first is 1."""
    if size < 0:
        raise ValueError(f"{_ARGUMENT}:combination size must not be negative: {size}")
    if size > _MOST_CHOSEN:
        raise ValueError(f"{_ARGUMENT}:combination size must not exceed {_MOST_CHOSEN}: {size}")
    if size * math.comb(count, size) > _MOST_ELEMENTS:
        raise ValueError(f"{_ARGUMENT}:combinations exceed max size")
    chosen = sorted(combinations(range(count, 0, -1), size))
    return [list(reversed(places)) for places in chosen]


_SHIFT = ["BIGINT", "BIGINT", "BIGINT"]
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_left_shift", _shift_left, _SHIFT, "BIGINT"),
    ("athena_right_shift", _shift_right, _SHIFT, "BIGINT"),
    ("athena_arithmetic_shift", _shift_arithmetic, _SHIFT, "BIGINT"),
    ("athena_bit_count", _count_bits, ["BIGINT", "BIGINT"], "BIGINT"),
    ("athena_from_base", _from_base, ["VARCHAR", "BIGINT"], "BIGINT"),
    ("athena_to_base", _to_base, ["BIGINT", "BIGINT"], "VARCHAR"),
    (
        "athena_wilson_interval",
        _wilson_interval,
        ["BIGINT", "BIGINT", "DOUBLE", "BIGINT"],
        "VARCHAR",
    ),
    ("athena_combinations", _combinations, ["BIGINT", "BIGINT"], "BIGINT[][]"),
    ("athena_bin", _find_bin, ["DOUBLE", "DOUBLE[]"], "BIGINT"),
)
