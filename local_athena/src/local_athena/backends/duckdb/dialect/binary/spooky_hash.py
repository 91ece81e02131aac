"""SpookyHash V2, a hash function of Bob Jenkins's, with seed 0."""

import struct

from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_MASK = 0xFFFFFFFFFFFFFFFF
_FILLER = 0xDEADBEEFDEADBEEF
_BLOCK = 96
_LONG = 192
_SHORT_TURNS = (50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36)
_SHORT_END_TURNS = (15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63)
_TURNS = (11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46)
_END_TURNS = (44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54)


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _hash(data: bytes) -> int:
    return _hash_short(data) if len(data) < _LONG else _hash_long(data)


def _hash_short(data: bytes) -> int:
    state = [0, 0, _FILLER, _FILLER]
    whole = len(data) - len(data) % 32
    for lanes in struct.iter_unpack("<4Q", data[:whole]):
        _absorb(state, lanes[0], lanes[1])
        state[0] = (state[0] + lanes[2]) & _MASK
        state[1] = (state[1] + lanes[3]) & _MASK
    rest = data[whole:]
    if len(rest) >= 16:
        _absorb(state, *struct.unpack("<QQ", rest[:16]))
        rest = rest[16:]
    low, high = struct.unpack("<QQ", rest.ljust(16, b"\0")) if rest else (_FILLER, _FILLER)
    state[2] = (state[2] + low) & _MASK
    state[3] = (state[3] + high + (len(data) << 56)) & _MASK
    for step, bits in enumerate(_SHORT_END_TURNS):
        one, other = (step + 3) % 4, (step + 2) % 4
        state[one] ^= state[other]
        state[other] = _rotate(state[other], bits)
        state[one] = (state[one] + state[other]) & _MASK
    return state[0]


def _absorb(state: list[int], low: int, high: int) -> None:
    """Add two lanes to the state of a short text, and mix it."""
    state[2] = (state[2] + low) & _MASK
    state[3] = (state[3] + high) & _MASK
    for step, bits in enumerate(_SHORT_TURNS):
        one, other, third = (step + 2) % 4, (step + 3) % 4, step % 4
        state[one] = (_rotate(state[one], bits) + state[other]) & _MASK
        state[third] ^= state[one]


def _hash_long(data: bytes) -> int:
    state = [0, 0, _FILLER] * 4
    whole = len(data) - len(data) % _BLOCK
    for lanes in struct.iter_unpack("<12Q", data[:whole]):
        for step, bits in enumerate(_TURNS):
            before = (step + 11) % 12
            state[step] = (state[step] + lanes[step]) & _MASK
            state[(step + 2) % 12] ^= state[(step + 10) % 12]
            state[before] ^= state[step]
            state[step] = _rotate(state[step], bits)
            state[before] = (state[before] + state[(step + 1) % 12]) & _MASK
    rest = data[whole:]
    padded = rest.ljust(_BLOCK - 1, b"\0") + bytes([len(rest)])
    lanes = struct.unpack("<12Q", padded)
    state = [(one + lane) & _MASK for one, lane in zip(state, lanes, strict=True)]
    for _ in range(3):
        for step, bits in enumerate(_END_TURNS):
            before, behind = (step + 11) % 12, (step + 1) % 12
            state[before] = (state[before] + state[behind]) & _MASK
            state[(step + 2) % 12] ^= state[before]
            state[behind] = _rotate(state[behind], bits)
    return state[0]


def _spooky_hash_64(data: bytes) -> bytes:
    return _hash(data).to_bytes(8, "big")


def _spooky_hash_32(data: bytes) -> bytes:
    return _hash(data).to_bytes(8, "big")[4:]


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_spooky_hash_32", _spooky_hash_32, ["BLOB"], "BLOB"),
    ("athena_spooky_hash_64", _spooky_hash_64, ["BLOB"], "BLOB"),
)
