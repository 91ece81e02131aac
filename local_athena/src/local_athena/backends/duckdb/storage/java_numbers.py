"""Parse and print numbers as Java does, and as the OpenX SerDe uses Java."""

import re
from decimal import Decimal
from functools import lru_cache

WHITE_SPACE = "".join(map(chr, range(33)))
"""What Java trims."""

_INTEGER = re.compile(r"[+-]?\d+")
_HEX_INTEGER = re.compile(r"0[xX]([0-9a-fA-F][^\W_]*)")
_OCTAL_INTEGER = re.compile(r"0([0-8]\d*)")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,10})?")
_SCALES = range(-(2**31), 2**31)
_DIGITS_OF_BIGINT = 20


@lru_cache(4096)
def canonical_word(word: str) -> str | None:
    """Print a boolean or number as Java prints it, or return None for another word."""
    if word.lower() in ("true", "false"):
        return word.lower()
    integer = parse_bigint(word)
    if integer is not None:
        return str(integer)
    number = parse_decimal(word)
    return None if number is None else str(abs(number) if number.is_zero() else number)


def parse_bigint(text: str) -> int | None:
    """Parse a decimal, hexadecimal (`0x1f`) or octal (`017`) integer of 64 bits."""
    if found := _HEX_INTEGER.fullmatch(text):
        number = _parse_digits(found[1], 16)
    elif (found := _OCTAL_INTEGER.fullmatch(text)) is not None:
        number = _parse_digits(found[1], 8)
    else:
        number = int(text) if _INTEGER.fullmatch(text) else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _parse_digits(digits: str, base: int) -> int | None:
    try:
        return int(digits, base)
    except ValueError:
        return None


def parse_decimal(text: str) -> Decimal | None:
    """Parse a number as Java's BigDecimal does."""
    if not _DECIMAL.fullmatch(text):
        return None
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent in _SCALES else None


def parse_integer(text: str) -> int | None:
    """Parse a number of 64 bits, cutting its fraction."""
    integer = parse_bigint(text)
    if integer is not None:
        return integer
    number = parse_decimal(text)
    if number is None or number.adjusted() >= _DIGITS_OF_BIGINT:
        return None
    cut = int(number) if number.adjusted() >= 0 else 0
    return cut if -(2**63) <= cut < 2**63 else None
