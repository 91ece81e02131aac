"""Reading a compressed file piece by piece, and what every decoder says of a damaged one."""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import IO, Final

# More in one piece would cost page faults for a file of a few kilobytes.
_PIECE_BYTES = 1 << 16
OPENING_BYTES: Final = 1024
"""What Trino reads of a file's content when it opens it."""
CHUNK_BYTES: Final = 65_535
"""The most content in one chunk, so that decoding needs little memory whatever a file holds."""


class DamagedFileError(Exception):
    """A file is not what its name says, or not all of it; the text says what is wrong."""


def chunk_sizes() -> Iterator[int]:
    """Limit each chunk of a stream: the first to what Trino reads at first."""
    return chain([OPENING_BYTES], repeat(CHUNK_BYTES))


class ByteSource:
    """The bytes of a file, from which decoders take what they need."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._pushed_back = b""

    def read_piece(self) -> bytes:
        """Read some bytes; none at the end of the file."""
        if self._pushed_back:
            piece, self._pushed_back = self._pushed_back, b""
            return piece
        return self._file.read(_PIECE_BYTES)

    def read(self, size: int) -> bytes:
        """Read so many bytes, or what is left; memory is taken only for bytes that there are."""
        pieces = []
        while size > 0 and (piece := self.read_piece()):
            pieces.append(piece[:size])
            self._pushed_back = piece[size:]
            size -= len(pieces[-1])
        return b"".join(pieces)

    def push_back(self, data: bytes) -> None:
        """Return bytes that were read last and not used."""
        self._pushed_back = data + self._pushed_back
