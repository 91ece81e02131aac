"""Hash functions of bytes: cryptographic ones, CRC-32, xxHash64, MurmurHash3, and checksums."""

import hashlib
import hmac
import math
import struct
import zlib

from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_MASK = 0xFFFFFFFFFFFFFFFF
_PRIMES = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)
# Of MurmurHash3 with 128 bits for machines of 64 bits.
_MURMUR = (0x87C37B91114253D5, 0x4CF5AD432745937F)
_EMPTY_KEY = "INVALID_FUNCTION_ARGUMENT:Empty key"


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _crc32(data: bytes) -> int:
    return zlib.crc32(data)


def _hmac(algorithm: str, data: bytes, key: bytes) -> bytes:
    if not key:
        raise ValueError(_EMPTY_KEY)
    return hmac.new(key, data, algorithm).digest()


def _rotate_left(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _mix_lane(accumulator: int, lane: int) -> int:
    mixed = (accumulator + lane * _PRIMES[1]) & _MASK
    return (_rotate_left(mixed, 31) * _PRIMES[0]) & _MASK


def _xxhash64(data: bytes) -> bytes:
    return hash_xx(data).to_bytes(8, "big")


def _hash_halves(data: bytes) -> int:
    """Hash 16 bytes as Trino does the types that it holds in two numbers."""
    return hash_xx(data[:8]) ^ hash_xx(data[8:])


def _xxhash64_halves(data: bytes) -> bytes:
    return _hash_halves(data).to_bytes(8, "big")


def hash_xx(data: bytes) -> int:
    """Hash with xxHash of 64 bits and seed 0."""
    accumulator, offset = _accumulate_stripes(data)
    accumulator = (accumulator + len(data)) & _MASK
    while offset + 8 <= len(data):
        lane = int.from_bytes(data[offset : offset + 8], "little")
        accumulator ^= _mix_lane(0, lane)
        accumulator = (_rotate_left(accumulator, 27) * _PRIMES[0] + _PRIMES[3]) & _MASK
        offset += 8
    if offset + 4 <= len(data):
        lane = int.from_bytes(data[offset : offset + 4], "little")
        accumulator ^= (lane * _PRIMES[0]) & _MASK
        accumulator = (_rotate_left(accumulator, 23) * _PRIMES[1] + _PRIMES[2]) & _MASK
        offset += 4
    for byte in data[offset:]:
        accumulator ^= (byte * _PRIMES[4]) & _MASK
        accumulator = (_rotate_left(accumulator, 11) * _PRIMES[0]) & _MASK
    return _avalanche(accumulator)


def _accumulate_stripes(data: bytes) -> tuple[int, int]:
    """Accumulate all stripes of 32 bytes, and tell where they end."""
    if len(data) < 32:
        return _PRIMES[4], 0
    lanes = [(_PRIMES[0] + _PRIMES[1]) & _MASK, _PRIMES[1], 0, -_PRIMES[0] & _MASK]
    offset = 0
    while offset + 32 <= len(data):
        for index in range(4):
            start = offset + 8 * index
            lane = int.from_bytes(data[start : start + 8], "little")
            lanes[index] = _mix_lane(lanes[index], lane)
        offset += 32
    turns = zip(lanes, (1, 7, 12, 18), strict=True)
    accumulator = sum(_rotate_left(lane, bits) for lane, bits in turns) & _MASK
    for lane in lanes:
        accumulator ^= _mix_lane(0, lane)
        accumulator = (accumulator * _PRIMES[0] + _PRIMES[3]) & _MASK
    return accumulator, offset


def _avalanche(value: int) -> int:
    value = ((value ^ (value >> 33)) * _PRIMES[1]) & _MASK
    value = ((value ^ (value >> 29)) * _PRIMES[2]) & _MASK
    return value ^ (value >> 32)


def _checked(data: bytes) -> int:
    """Hash one value for checksum, which adds the hashes of all."""
    return hash_xx(data) * _PRIMES[0] & _MASK


def _checked_halves(data: bytes) -> int:
    return _hash_halves(data) * _PRIMES[0] & _MASK


def _checked_bigint(value: int) -> int:
    return _checked(struct.pack("<q", value))


def _checked_double(value: float) -> int:
    return _checked(struct.pack("<d", _one_of_equals(value)))


def _checked_real(value: float) -> int:
    (bits,) = struct.unpack("<i", struct.pack("<f", _one_of_equals(value)))
    return _checked_bigint(bits)


def _one_of_equals(value: float) -> float:
    return abs(value) if value == 0 or math.isnan(value) else value


def _sum_checksum(total: int) -> bytes:
    return (total & _MASK).to_bytes(8, "little")


def _murmur3(data: bytes) -> bytes:
    """Hash with MurmurHash3 of 128 bits and seed 0."""
    one = other = 0
    whole = len(data) - len(data) % 16
    for lane, following in struct.iter_unpack("<QQ", data[:whole]):
        one ^= _mix_murmur(lane, 31, _MURMUR[0], _MURMUR[1])
        one = ((_rotate_left(one, 27) + other) * 5 + 0x52DCE729) & _MASK
        other ^= _mix_murmur(following, 33, _MURMUR[1], _MURMUR[0])
        other = ((_rotate_left(other, 31) + one) * 5 + 0x38495AB5) & _MASK
    lane, following = struct.unpack("<QQ", data[whole:].ljust(16, b"\0"))
    one ^= _mix_murmur(lane, 31, _MURMUR[0], _MURMUR[1]) ^ len(data)
    other ^= _mix_murmur(following, 33, _MURMUR[1], _MURMUR[0]) ^ len(data)
    one = (one + other) & _MASK
    other = (other + one) & _MASK
    one, other = _finish_murmur(one), _finish_murmur(other)
    one = (one + other) & _MASK
    return struct.pack("<QQ", one, (other + one) & _MASK)


def _mix_murmur(lane: int, bits: int, first: int, second: int) -> int:
    return (_rotate_left((lane * first) & _MASK, bits) * second) & _MASK


def _finish_murmur(value: int) -> int:
    value = ((value ^ (value >> 33)) * 0xFF51AFD7ED558CCD) & _MASK
    value = ((value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53) & _MASK
    return value ^ (value >> 33)


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_sha512", _sha512, ["BLOB"], "BLOB"),
    ("athena_crc32", _crc32, ["BLOB"], "BIGINT"),
    ("athena_hmac", _hmac, ["VARCHAR", "BLOB", "BLOB"], "BLOB"),
    ("athena_xxhash64", _xxhash64, ["BLOB"], "BLOB"),
    ("athena_xxhash64_halves", _xxhash64_halves, ["BLOB"], "BLOB"),
    ("athena_murmur3", _murmur3, ["BLOB"], "BLOB"),
    ("athena_checked", _checked, ["BLOB"], "HUGEINT"),
    ("athena_checked_halves", _checked_halves, ["BLOB"], "HUGEINT"),
    ("athena_checked_bigint", _checked_bigint, ["BIGINT"], "HUGEINT"),
    ("athena_checked_double", _checked_double, ["DOUBLE"], "HUGEINT"),
    ("athena_checked_real", _checked_real, ["FLOAT"], "HUGEINT"),
    ("athena_checksum", _sum_checksum, ["HUGEINT"], "BLOB"),
)
