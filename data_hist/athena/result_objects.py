"""Reading result objects on S3: one call each, whose answer is checked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from data_hist.athena.errors import reading_object
from data_hist.athena.executions import member
from data_hist.errors import EngineFailed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_RANGE_PAST_THE_END = "InvalidRange"


@dataclass(frozen=True)
class ObjectVersion:
    """A result object as it stands: its size, and the ETag that changes when its bytes do."""

    object_bytes: int
    etag: str


@dataclass(frozen=True)
class ObjectRange:
    """Some bytes of a result object, and the size of the whole of it."""

    data: bytes
    object_bytes: int
    etag: str | None


def describe_object(s3: "S3Client", location: str) -> ObjectVersion:
    """Describe a result object.

    Raises:
        QueryExpired: The object is gone.
        ResultUnreadable: It cannot be read.
    """
    url = urlsplit(location)
    with reading_object():
        answer = s3.head_object(Bucket=url.netloc, Key=url.path.removeprefix("/"))
    return ObjectVersion(member(answer, "ContentLength", int), member(answer, "ETag", str))


def read_object(
    s3: "S3Client", location: str, start: int, size: int, etag: str | None
) -> ObjectRange:
    """Read up to `size` bytes of a result object from the byte at `start`.

    Raises:
        QueryExpired: The object is gone.
        ResultUnreadable: It cannot be read.
        EngineFailed: The answer is not what was asked for, or of another version.
    """
    url = urlsplit(location)
    condition: dict[str, Any] = {"IfMatch": etag} if etag else {}
    with reading_object():
        try:
            answer = s3.get_object(
                Bucket=url.netloc,
                Key=url.path.removeprefix("/"),
                Range=f"bytes={start}-{start + size - 1}",
                **condition,
            )
            data = answer["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == _RANGE_PAST_THE_END:
                return ObjectRange(b"", start, etag)
            raise
    given, _, total = answer.get("ContentRange", "").partition("/")
    if given != f"bytes {start}-{start + len(data) - 1}" or not total.isdecimal():
        raise EngineFailed("The result object was cut short on its way.")
    if etag and answer.get("ETag") != etag:
        raise EngineFailed("The result object is another than it was.")
    return ObjectRange(data, int(total), answer.get("ETag"))
