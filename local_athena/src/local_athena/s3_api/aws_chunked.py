"""Decodes bodies in the `aws-chunked` encoding, boto3's way to send streams and trailing checksums.

Chunks of `<size in hex>[;chunk-signature=...]`, line end, data, line end, up to one of size 0, then
trailers. Only the data is kept; signatures and checksums are not verified.
"""

from collections.abc import AsyncIterator, Mapping

_LINE_END = b"\r\n"
_MAX_LINE_BYTES = 4096


class IncompleteBody(Exception):
    """A body that ends early or is no valid encoding."""


def is_aws_chunked(headers: Mapping[str, str]) -> bool:
    """Tell from the headers whether a body is encoded this way."""
    encoded = "aws-chunked" in headers.get("content-encoding", "")
    return encoded or headers.get("x-amz-content-sha256", "").startswith("STREAMING-")


async def decode_aws_chunked(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the data of an encoded body.

    Raises:
        IncompleteBody: When the body does not end with its last chunk.
    """
    reader = _Reader(blocks)
    while size := _size(await reader.line()):
        async for block in reader.take(size):
            yield block
        if await reader.line() != b"":
            raise IncompleteBody
    await reader.drain()


def _size(line: bytes) -> int:
    try:
        size = int(line.partition(b";")[0], 16)
    except ValueError as error:
        raise IncompleteBody from error
    if size < 0:
        raise IncompleteBody
    return size


class _Reader:
    """Reads lines and counted bytes from blocks of any size."""

    def __init__(self, blocks: AsyncIterator[bytes]) -> None:
        self._blocks = blocks
        self._buffer = b""

    async def line(self) -> bytes:
        while _LINE_END not in self._buffer:
            if len(self._buffer) > _MAX_LINE_BYTES:
                raise IncompleteBody
            await self._fill()
        line, _, self._buffer = self._buffer.partition(_LINE_END)
        return line

    async def take(self, size: int) -> AsyncIterator[bytes]:
        while size:
            if not self._buffer:
                await self._fill()
            block, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(block)
            yield block

    async def drain(self) -> None:
        async for _ in self._blocks:
            pass

    async def _fill(self) -> None:
        async for block in self._blocks:
            if block:
                self._buffer += block
                return
        raise IncompleteBody
