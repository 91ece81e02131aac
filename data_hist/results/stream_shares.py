"""How much of its object each stream of a process may hold: the more streams, the less each."""

from collections.abc import Iterator
from contextlib import contextmanager

_MEBIBYTE = 1024 * 1024
_ALL_STREAMS_BYTES = 32 * _MEBIBYTE
# Enough to keep a connection busy that takes 40 ms to begin and then gives 100 MB/s.
_MOST_STREAM_BYTES = 8 * _MEBIBYTE
# Below this a block costs more to ask for than to read.
_LEAST_BLOCK_BYTES = 256 * 1024
# One in use, and one on its way.
_LEAST_BLOCKS = 2


class StreamShares:
    """Counts the streams of a process and divides what they may hold; used on one event loop."""

    def __init__(self) -> None:
        self._streams = 0

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Count one more stream."""
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    def block_bytes(self, wanted: int) -> int:
        """The size of a block for a stream that would have blocks of `wanted` bytes."""
        return max(min(wanted, self._share // _LEAST_BLOCKS), _LEAST_BLOCK_BYTES)

    def blocks(self, block_bytes: int) -> int:
        """How many blocks of this size a stream may hold."""
        return max(self._share // block_bytes, _LEAST_BLOCKS)

    @property
    def _share(self) -> int:
        return min(_ALL_STREAMS_BYTES // max(self._streams, 1), _MOST_STREAM_BYTES)
