"""Read objects and list their keys: GetObject, HeadObject and ListObjectsV2."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from local_athena.s3_api.conditions import is_unchanged
from local_athena.s3_api.errors import S3Error
from local_athena.s3_api.object_store import ObjectInfo, ObjectStore
from local_athena.s3_api.xml_documents import Listing

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
        info = await run_in_threadpool(objects.info_of, bucket, key, file)
        response = await _respond(file, info, headers, head=head)
    except BaseException:
        file.close()
        raise
    return response


async def _respond(
    file: BinaryIO, info: ObjectInfo, headers: Mapping[str, str], *, head: bool
) -> Response:
    if is_unchanged(headers, info.etag):
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


_MAX_KEYS = 1000


def list_objects(objects: ObjectStore, bucket: str, query: Mapping[str, str]) -> Listing:
    """Serve ListObjectsV2; a token is the last key or common prefix of the previous page."""
    token = query.get("continuation-token")
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    start_after = query.get("start-after", "")
    max_keys = _max_keys(query.get("max-keys", ""))
    seen = _read_token(token) if token is not None else ""
    # A start falls between keys, a token between what they fold to.
    keys = objects.keys(bucket, prefix, max(start_after, seen, key=str.encode))
    found: dict[str, bool] = {}
    for name, is_prefix in _folded(keys, prefix, delimiter):
        if len(found) > max_keys:
            break
        if name.encode() > seen.encode():
            found[name] = is_prefix
    page = list(found)[:max_keys]
    is_truncated = len(found) > len(page) > 0
    described = (objects.describe(bucket, name) for name in page if not found[name])
    return Listing(
        bucket=bucket,
        prefix=prefix,
        delimiter=delimiter,
        max_keys=max_keys,
        start_after=start_after,
        token=token,
        next_token=_issue_token(page[-1]) if is_truncated else None,
        objects=tuple(info for info in described if info is not None),
        common_prefixes=tuple(name for name in page if found[name]),
        url_encoded=query.get("encoding-type") == "url",
    )


def _folded(keys: Iterator[str], prefix: str, delimiter: str) -> Iterator[tuple[str, bool]]:
    """Fold keys to common prefixes, and tell which of the names are such."""
    for key in keys:
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        yield (key, False) if end < 0 else (key[: end + len(delimiter)], True)


def _max_keys(text: str) -> int:
    if not text:
        return _MAX_KEYS
    if not text.isdecimal():
        raise S3Error("InvalidArgument")
    return min(int(text), _MAX_KEYS)


def _issue_token(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _read_token(token: str) -> str:
    try:
        return urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise S3Error("InvalidArgument") from error
