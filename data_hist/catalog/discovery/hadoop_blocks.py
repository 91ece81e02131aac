"""Decode Hadoop's framing of Snappy and LZ4: blocks of chunks, each behind its length."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, Final

import pyarrow

_MOST_BYTES: Final = 64 * 1024 * 1024


def read_snappy(file: BinaryIO) -> Iterator[bytes]:
    """Decode Snappy.

    Raises:
        EOFError, pyarrow.ArrowException: It is damaged.
    """
    return _read_blocks(file, "snappy", _length_of_snappy)


def read_lz4(file: BinaryIO) -> Iterator[bytes]:
    """Decode LZ4.

    Raises:
        EOFError, pyarrow.ArrowException: It is damaged.
    """
    return _read_blocks(file, "lz4_raw", _length_of_lz4)


def _read_blocks(file: BinaryIO, codec: str, length_of: Callable[[bytes], int]) -> Iterator[bytes]:
    for header in iter(partial(file.read, 4), b""):
        missing = int.from_bytes(header)
        while missing > 0:
            chunk = file.read(_checked(int.from_bytes(file.read(4))))
            length = _checked(length_of(chunk)) if chunk else 0
            if not 0 < length <= missing:
                raise EOFError("the blocks are not those of Hadoop")
            yield pyarrow.decompress(chunk, length, codec, asbytes=True)
            missing -= length


def _checked(length: int) -> int:
    if length > _MOST_BYTES:
        raise EOFError("the blocks are not those of Hadoop")
    return length


def _length_of_snappy(chunk: bytes) -> int:
    """Read the length of the content, which comes first, seven bits in a byte."""
    length = 0
    for number, byte in enumerate(chunk[:5]):
        length |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            break
    return length


def _length_of_lz4(chunk: bytes) -> int:
    """Add the lengths of the literals and matches."""
    place = length = 0
    while place < len(chunk):
        token = chunk[place]
        literals, place = _lz4_number(chunk, place + 1, token >> 4)
        place += literals
        length += literals
        if place < len(chunk):
            match, place = _lz4_number(chunk, place + 2, token & 15)
            length += match + 4
    return length


def _lz4_number(chunk: bytes, place: int, number: int) -> tuple[int, int]:
    """Add the bytes that follow a number of four bits that is full; return where they end."""
    if number < 15:
        return number, place
    while place < len(chunk) and chunk[place] == 255:
        number, place = number + 255, place + 1
    return number + (chunk[place] if place < len(chunk) else 0), place + 1
