"""MurmurHash3 of many values at once: the first of the two words that its 128 bits are."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_MIXERS = (0x87C37B91114253D5, 0x4CF5AD432745937F)
_FINISHERS = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)


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


def hash_texts(texts: Sequence[str]) -> Words:
    """Hash texts, in any order."""
    by_length: defaultdict[int, list[bytes]] = defaultdict(list)
    for text in texts:
        content = text.encode()
        by_length[len(content)].append(content)
    hashes = []
    for length, contents in by_length.items():
        size = max(16, -(-length // 16) * 16)
        joined = b"".join(content.ljust(size, b"\0") for content in contents)
        words = np.frombuffer(joined, "<u8").reshape(len(contents), -1)
        hashes.append(_hash_words(words.astype(np.uint64), length))
    return np.concatenate(hashes)
