"""The objects in the result bucket: read for callers, listed and deleted by the sweeper."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import ClientError

from data_hist.athena.executions import require_member
from data_hist.athena.transport import CONFIG, create_session, translated_errors
from data_hist.errors import EngineFailed, EngineUnavailable, ResultUnreadable
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_log = logging.getLogger(__name__)

_RANGE_PAST_END = "InvalidRange"
# Nobody waits for a sweep, so that botocore may retry.
_SWEEP_CONFIG = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 3}))
# The ETag of a multipart upload ends with the number of parts; one with a single part starts and
# ends at the same time.
_MULTIPART_ETAG = re.compile(r'-(?!1"?$)[0-9]+"?$', re.ASCII)

BATCH = 1000
"""How many objects S3 lists, and deletes, in one call."""


@dataclass(frozen=True)
class ObjectVersion:
    """The size of a result object, and the ETag that changes with its content."""

    object_bytes: int
    etag: str


@dataclass(frozen=True)
class ObjectRange:
    """Some bytes of a result object, and the size of the whole object."""

    data: bytes
    object_bytes: int
    etag: str | None


@dataclass(frozen=True)
class StoredObject:
    """A listed object; `modified_at` is the start of its upload if it was uploaded `in_parts`."""

    key: str
    object_bytes: int
    modified_at: datetime
    in_parts: bool


def describe_object(s3: "S3Client", location: str) -> ObjectVersion:
    """Describe a result object.

    Raises:
        QueryExpired: The object does not exist any more.
        ResultUnreadable: It cannot be read.
    """
    url = urlsplit(location)
    with _object_errors():
        response = s3.head_object(Bucket=url.netloc, Key=url.path.removeprefix("/"))
    return ObjectVersion(
        require_member(response, "ContentLength", int), require_member(response, "ETag", str)
    )


def read_object(
    s3: "S3Client", location: str, start: int, size: int, etag: str | None
) -> ObjectRange:
    """Read up to `size` bytes of a result object from the byte at `start`.

    Raises:
        QueryExpired: The object does not exist any more.
        ResultUnreadable: It cannot be read.
        EngineFailed: The response is truncated, or of another version than `etag`.
    """
    url = urlsplit(location)
    condition: dict[str, Any] = {"IfMatch": etag} if etag else {}
    with _object_errors():
        try:
            response = s3.get_object(
                Bucket=url.netloc,
                Key=url.path.removeprefix("/"),
                Range=f"bytes={start}-{start + size - 1}",
                **condition,
            )
            data = response["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == _RANGE_PAST_END:
                return ObjectRange(b"", start, etag)
            raise
    sent_range, _, total = response.get("ContentRange", "").partition("/")
    if sent_range != f"bytes {start}-{start + len(data) - 1}" or not total.isdecimal():
        raise EngineFailed("The response with the result object is truncated.")
    if etag and response.get("ETag") != etag:
        raise EngineFailed("The result object has changed while it was read.")
    return ObjectRange(data, int(total), response.get("ETag"))


@contextmanager
def _object_errors() -> Iterator[None]:
    """Translate errors as `translated_errors` does, but let callers try another way to read."""
    try:
        with translated_errors():
            yield
    except EngineUnavailable as error:
        unreadable = ResultUnreadable(
            "The result object cannot be read at the moment.",
            retry_after_seconds=error.retry_after_seconds,
        )
        unreadable.transient = error.transient
        raise unreadable from error


class ResultBucket:
    """The bucket that holds the results. Thread-safe.

    Every method raises `EngineUnavailable`, `EngineFailed` or `Throttled` if S3 fails.
    """

    def __init__(self, settings: Settings) -> None:
        self._s3: S3Client = create_session(settings).client(
            "s3", endpoint_url=settings.endpoint_url, config=_SWEEP_CONFIG
        )
        self._bucket = settings.result_bucket

    def pages(self, prefix: str) -> Iterator[list[StoredObject]]:
        """List the objects below a prefix, up to 1,000 at a time."""
        paginator = self._s3.get_paginator("list_objects_v2")
        pages = iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix))
        while True:
            with translated_errors():
                page = next(pages, None)
            if page is None:
                return
            yield [
                StoredObject(
                    entry["Key"],
                    entry["Size"],
                    entry["LastModified"],
                    in_parts=_MULTIPART_ETAG.search(entry["ETag"]) is not None,
                )
                for entry in page.get("Contents", [])
            ]

    def delete(self, keys: Sequence[str]) -> set[str]:
        """Delete up to 1,000 objects in one call, and return the keys that S3 did not delete.

        An object that did not exist counts as deleted.
        """
        with translated_errors():
            response = self._s3.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        refusals = response.get("Errors", [])
        for code in sorted({refusal.get("Code", "") for refusal in refusals}):
            _log.warning("S3 did not delete some results: %s", code)
        return {refusal["Key"] for refusal in refusals}
