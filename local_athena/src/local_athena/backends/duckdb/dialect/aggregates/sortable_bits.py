"""Floating-point numbers as integers of the same order, as Trino's quantile digests hold them."""

import struct

_LONG, _INT = (1 << 63) - 1, (1 << 31) - 1


def double_to_bits(value: float) -> int:
    """Return the integer of a double."""
    bits: int = struct.unpack(">q", struct.pack(">d", value))[0]
    return bits ^ (bits >> 63) & _LONG


def bits_to_double(bits: int) -> float:
    """Return the double of an integer."""
    value: float = struct.unpack(">d", struct.pack(">q", bits ^ (bits >> 63) & _LONG))[0]
    return value


def real_to_bits(value: float) -> int:
    """Return the integer of a real."""
    bits: int = struct.unpack(">i", struct.pack(">f", value))[0]
    return bits ^ (bits >> 31) & _INT


def bits_to_real(bits: int) -> float:
    """Return the real of an integer, of which only the lower half counts."""
    low = (bits + (1 << 31)) % (1 << 32) - (1 << 31)
    value: float = struct.unpack(">f", struct.pack(">i", low ^ (low >> 31) & _INT))[0]
    return value
