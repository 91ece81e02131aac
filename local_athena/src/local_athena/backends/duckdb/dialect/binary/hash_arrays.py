"""Hashes of many values at once: xxHash64, and the first word of MurmurHash3's 128 bits."""

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
_Bytes = NDArray[np.uint8]

_MIXERS = (0x87C37B91114253D5, 0x4CF5AD432745937F)
_FINISHERS = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)
_PRIMES = [
    np.uint64(prime)
    for prime in (
        *(0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9),
        *(0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5),
    )
]
_STRIPE, _WORD, _HALF = 32, 8, 4


def _rotate(words: Words, count: int) -> Words:
    return words << np.uint64(count) | words >> np.uint64(64 - count)


def _mix(words: Words, count: int, first: int, second: int) -> Words:
    return _rotate(words * np.uint64(first), count) * np.uint64(second)


def _finish(words: Words) -> Words:
    for factor in _FINISHERS:
        words = (words ^ words >> np.uint64(33)) * np.uint64(factor)
    return words ^ words >> np.uint64(33)


def _hash_words(words: Words, length: int) -> Words:
    """Hash rows of bytes of one length, filled with zeros to pairs of words."""
    first = np.zeros(len(words), np.uint64)
    second = first.copy()
    one, other = _MIXERS
    for place in range(0, length // 16 * 2, 2):
        first ^= _mix(words[:, place], 31, one, other)
        first = (_rotate(first, 27) + second) * np.uint64(5) + np.uint64(0x52DCE729)
        second ^= _mix(words[:, place + 1], 33, other, one)
        second = (_rotate(second, 31) + first) * np.uint64(5) + np.uint64(0x38495AB5)
    if length % 16:
        first ^= _mix(words[:, -2], 31, one, other)
        second ^= _mix(words[:, -1], 33, other, one)
    first ^= np.uint64(length)
    second ^= np.uint64(length)
    first = first + second
    second = second + first
    return _finish(first) + _finish(second)


def hash_numbers(numbers: NDArray[np.int64]) -> Words:
    """Hash numbers of 64 bits."""
    words = np.zeros((len(numbers), 2), np.uint64)
    words[:, 0] = numbers.view(np.uint64)
    return _hash_words(words, 8)


def hash_texts(texts: Iterable[str]) -> Words:
    """Hash texts, in any order."""
    return _hash_by_length(
        (text.encode() for text in texts),
        lambda rows: _hash_words(_widen(rows, 16).view("<u8").astype(np.uint64), rows.shape[1]),
    )


def _hash_by_length(contents: Iterable[bytes], hash_rows: Callable[[_Bytes], Words]) -> Words:
    by_length: defaultdict[int, list[bytes]] = defaultdict(list)
    for content in contents:
        by_length[len(content)].append(content)
    hashes = [np.zeros(0, np.uint64)]
    for length, group in by_length.items():
        rows = np.frombuffer(b"".join(group), np.uint8).reshape(len(group), length)
        hashes.append(hash_rows(rows))
    return np.concatenate(hashes)


def _widen(rows: _Bytes, size: int) -> _Bytes:
    """Fill rows with zeros to a multiple of a size, which is not 0."""
    missing = -rows.shape[1] % size if rows.shape[1] else size
    return np.ascontiguousarray(np.pad(rows, ((0, 0), (0, missing))))


def xxhash_numbers(numbers: NDArray[np.int64]) -> Words:
    """Hash numbers of 64 bits with xxHash64."""
    words = np.ascontiguousarray(numbers).view(np.uint64)
    start = np.full(len(words), _PRIMES[4] + np.uint64(_WORD))
    return _avalanche(_mix_word(start, words))


def xxhash_contents(contents: Iterable[bytes]) -> Words:
    """Hash bytes with xxHash64, in any order."""
    return _hash_by_length(contents, _xxhash_rows)


def _xxhash_rows(rows: _Bytes) -> Words:
    length = rows.shape[1]
    words = _widen(rows, _WORD).view("<u8").astype(np.uint64)
    striped = length // _STRIPE * (_STRIPE // _WORD)
    result = _hash_stripes(words[:, :striped]) if striped else np.full(len(rows), _PRIMES[4])
    result = result + np.uint64(length)
    for place in range(striped, length // _WORD):
        result = _mix_word(result, words[:, place])
    offset = length // _WORD * _WORD
    if length - offset >= _HALF:
        half = words[:, length // _WORD] & np.uint64(0xFFFFFFFF)
        result = _rotate(result ^ half * _PRIMES[0], 23) * _PRIMES[1] + _PRIMES[2]
        offset += _HALF
    for column in rows[:, offset:].T:
        result = _rotate(result ^ column.astype(np.uint64) * _PRIMES[4], 11) * _PRIMES[0]
    return _avalanche(result)


def _hash_stripes(words: Words) -> Words:
    lanes = [np.zeros(len(words), np.uint64) for _ in range(4)]
    for place, prime in ((0, 0), (0, 1), (1, 1)):
        lanes[place] += _PRIMES[prime]
    lanes[3] -= _PRIMES[0]
    for place in range(words.shape[1]):
        lanes[place % 4] = _mix_lane(lanes[place % 4], words[:, place])
    result = np.zeros(len(words), np.uint64)
    for lane, count in zip(lanes, (1, 7, 12, 18), strict=True):
        result += _rotate(lane, count)
    for lane in lanes:
        result = (result ^ _mix_lane(np.zeros_like(lane), lane)) * _PRIMES[0] + _PRIMES[3]
    return result


def _mix_lane(lane: Words, words: Words) -> Words:
    return _rotate(lane + words * _PRIMES[1], 31) * _PRIMES[0]


def _mix_word(result: Words, words: Words) -> Words:
    mixed = result ^ _mix_lane(np.zeros_like(words), words)
    return _rotate(mixed, 27) * _PRIMES[0] + _PRIMES[3]


def _avalanche(words: Words) -> Words:
    words = (words ^ words >> np.uint64(33)) * _PRIMES[1]
    words = (words ^ words >> np.uint64(29)) * _PRIMES[2]
    return words ^ words >> np.uint64(32)
