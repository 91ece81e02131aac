"""How much of its object each stream of a process may hold: the more streams, the less each."""

from collections.abc import Iterator
from contextlib import contextmanager

_MEBIBYTE = 1024 * 1024
_ALL_STREAMS_BYTES = 16 * _MEBIBYTE
# Below this a block costs more to ask for than to read.
_LEAST_BLOCK_BYTES = 256 * 1024
# One in use, and one on its way.
_LEAST_BLOCKS = 2


class ReadAheadShare:
    """What one stream may hold: as much as it has taken so far, up to its share of the whole.

    So the first bytes come soon, and many streams that begin at once do not each begin with what
    one alone may hold.
    """

    def __init__(self, shares: "ReadAheadBudget") -> None:
        self._shares = shares
        self._taken_bytes = 0

    def took(self, block_bytes: int) -> None:
        """Note that a block was taken."""
        self._taken_bytes += block_bytes

    def block_bytes(self, wanted: int) -> int:
        """The size of the next block, for a stream that would have blocks of `wanted` bytes."""
        return max(min(wanted, self._bytes // _LEAST_BLOCKS), _LEAST_BLOCK_BYTES)

    def blocks(self, block_bytes: int) -> int:
        """How many blocks of this size the stream may hold."""
        return max(self._bytes // block_bytes, _LEAST_BLOCKS)

    @property
    def _bytes(self) -> int:
        return min(self._taken_bytes, self._shares.stream_bytes())


class ReadAheadBudget:
    """Counts the streams of a process; used on one event loop."""

    def __init__(self) -> None:
        self._streams = 0

    @contextmanager
    def joined(self) -> Iterator[ReadAheadShare]:
        """Count one more stream."""
        self._streams += 1
        try:
            yield ReadAheadShare(self)
        finally:
            self._streams -= 1

    def stream_bytes(self) -> int:
        """What each of the streams may hold, if that is enough for it to go on."""
        return _ALL_STREAMS_BYTES // max(self._streams, 1)
