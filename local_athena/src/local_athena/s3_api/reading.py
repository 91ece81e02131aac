"""GetObject and HeadObject: preconditions, ranges, and a streamed body."""

import os
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from local_athena.s3_api.errors import S3Error
from local_athena.s3_api.object_store import ObjectInfo, ObjectStore, object_info

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Span:
    """The bytes to send: from `start` up to `end`, exclusive."""

    start: int
    end: int
    partial: bool

    @property
    def length(self) -> int:
        """The number of bytes."""
        return self.end - self.start


async def read_object(
    objects: ObjectStore, bucket: str, key: str, headers: Mapping[str, str], *, head: bool
) -> Response:
    """Serve GetObject or HeadObject."""
    file = await run_in_threadpool(objects.open, bucket, key)
    if file is None:
        raise S3Error("NoSuchKey" if objects.has_bucket(bucket) else "NoSuchBucket")
    try:
        info = object_info(key, os.fstat(file.fileno()))
        response = await _respond(file, info, headers, head=head)
    except BaseException:
        file.close()
        raise
    return response


async def _respond(
    file: BinaryIO, info: ObjectInfo, headers: Mapping[str, str], *, head: bool
) -> Response:
    if _is_unchanged(info, headers):
        file.close()
        return Response(status_code=304, headers={"ETag": info.etag})
    span = _span(headers.get("range", ""), info.size)
    status = 206 if span.partial else 200
    described = _describe(info, span)
    if head:
        file.close()
        return Response(status_code=status, headers=described)
    if span.length <= _BLOCK_BYTES:
        content = await run_in_threadpool(_read_once, file, span)
        return Response(content, status, described)
    return StreamingResponse(_blocks(file, span), status, described)


def _is_unchanged(info: ObjectInfo, headers: Mapping[str, str]) -> bool:
    if not _matches(headers.get("if-match", "*"), info.etag):
        raise S3Error("PreconditionFailed")
    return "if-none-match" in headers and _matches(headers["if-none-match"], info.etag)


def _matches(header: str, etag: str) -> bool:
    wanted = [value.strip().removeprefix("W/") for value in header.split(",")]
    return "*" in wanted or etag in wanted or etag.strip('"') in wanted


def _span(header: str, size: int) -> Span:
    match = _RANGE.fullmatch(header)
    # S3 ignores a Range that it cannot read, such as one of several parts.
    if match is None or match.groups() == ("", ""):
        return Span(0, size, partial=False)
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return Span(0, size, partial=False)
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= size:
        raise S3Error("InvalidRange")
    return Span(start, end, partial=True)


def _describe(info: ObjectInfo, span: Span) -> dict[str, str]:
    described = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(span.length),
        "Content-Type": "binary/octet-stream",
        "ETag": info.etag,
        "Last-Modified": format_datetime(info.modified_at, usegmt=True),
    }
    if span.partial:
        described["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{info.size}"
    return described


def _read_once(file: BinaryIO, span: Span) -> bytes:
    with file:
        file.seek(span.start)
        return file.read(span.length)


async def _blocks(file: BinaryIO, span: Span) -> AsyncIterator[bytes]:
    with file:
        file.seek(span.start)
        left = span.length
        while left and (block := await run_in_threadpool(file.read, min(left, _BLOCK_BYTES))):
            left -= len(block)
            yield block
