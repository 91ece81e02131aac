"""Decode Hadoop's framing of Snappy and LZ4, as Trino does.

A block begins with the length of its content. Chunks follow, each behind its own length, until
that much content is there. All lengths are four bytes, the highest first.
"""

from collections.abc import Callable, Iterator

import cramjam

from local_athena.backends.duckdb.storage.byte_source import (
    CHUNK_BYTES,
    ByteSource,
    DamagedFileError,
)

# Hadoop writes 256 KiB; Trino would take memory for any length that a file claims.
_LARGEST_CHUNK = 64 * 1024 * 1024
_LARGEST_LZ4_CHUNK = 256 * 1024 + 8
_LZ4_SIZE = _LARGEST_LZ4_CHUNK.to_bytes(4, "little")

# Decodes a chunk of a block of which so much content is missing.
_Decode = Callable[[bytes, int], bytes]


def read_snappy(source: ByteSource) -> Iterator[bytes]:
    """Decode blocks of Snappy."""
    return _read_blocks(source, _decode_snappy)


def read_lz4(source: ByteSource) -> Iterator[bytes]:
    """Decode blocks of LZ4."""
    return _read_blocks(source, _decode_lz4)


def _read_blocks(source: ByteSource, decode: _Decode) -> Iterator[bytes]:
    missing = 0
    while (length := _read_length(source)) is not None:
        if missing == 0:
            missing = length
            continue
        chunk = decode(_read_chunk(source, length), missing)
        missing -= len(chunk)
        yield from (chunk[at : at + CHUNK_BYTES] for at in range(0, len(chunk), CHUNK_BYTES))


def _read_length(source: ByteSource) -> int | None:
    """Read a length; there is none at the end of the file, also within a block."""
    data = source.read(4)
    if not data:
        return None
    if len(data) < 4:
        raise DamagedFileError("Stream is truncated")
    length = int.from_bytes(data, signed=True)
    if length < 0:
        raise DamagedFileError("Negative length of a block")
    return length


def _read_chunk(source: ByteSource, length: int) -> bytes:
    _check_length(length)
    data = source.read(length)
    if len(data) < length:
        raise DamagedFileError("Unexpected end of block data")
    return data


def _check_length(length: int) -> None:
    if length > _LARGEST_CHUNK:
        raise DamagedFileError(f"A chunk of {length} bytes is larger than {_LARGEST_CHUNK}")


def _decode_snappy(data: bytes, missing: int) -> bytes:
    try:
        length = cramjam.snappy.decompress_raw_len(data)
        if length > missing:
            raise DamagedFileError("Chunk uncompressed size is greater than block size")
        _check_length(length)
        return bytes(cramjam.snappy.decompress_raw(data))
    except cramjam.DecompressionError as error:
        raise DamagedFileError("Invalid Snappy data") from error


def _decode_lz4(data: bytes, _missing: int) -> bytes:
    content = bytearray(_LARGEST_LZ4_CHUNK)
    try:
        # Without a size before the data, the library guesses whether there is one.
        length = cramjam.lz4.decompress_block_into(_LZ4_SIZE + data, content)
    except cramjam.DecompressionError as error:
        raise DamagedFileError("Invalid LZ4 data") from error
    return bytes(memoryview(content)[:length])
