"""Conditional writes and deletions on S3: what holds, what is refused, and who wins.

The answers of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

from __future__ import annotations

import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.clients import S3_BUCKET, TEN, refused

if TYPE_CHECKING:
    from local_athena.testing import Endpoint
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.usefixtures("emptied")

ETAG_OF_TEN = f'"{hashlib.md5(TEN, usedforsecurity=False).hexdigest()}"'
WRITERS = 12


def kept(s3: S3Client, key: str = "ten") -> bytes | None:
    """What an object holds now, None without one."""
    try:
        return s3.get_object(Bucket=S3_BUCKET, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None


def test_the_etag_of_a_small_object_is_that_of_its_bytes(s3: S3Client) -> None:
    def etag(size: int) -> str:
        return s3.put_object(Bucket=S3_BUCKET, Key="sized", Body=b"x" * size)["ETag"]

    listed = s3.list_objects_v2(Bucket=S3_BUCKET, Prefix="ten")["Contents"][0]["ETag"]

    assert s3.head_object(Bucket=S3_BUCKET, Key="ten")["ETag"] == listed == ETAG_OF_TEN
    assert etag(1 << 18) == etag(1 << 18)
    assert etag((1 << 18) + 1) != etag((1 << 18) + 1)


@pytest.mark.parametrize(
    ("key", "condition"),
    [
        ("new", {"IfNoneMatch": "*"}),
        ("ten", {"IfMatch": ETAG_OF_TEN}),
        ("ten", {"IfMatch": ETAG_OF_TEN.strip('"')}),
    ],
)
def test_a_write_happens_if_its_condition_holds(
    s3: S3Client, key: str, condition: dict[str, Any]
) -> None:
    put = s3.put_object(Bucket=S3_BUCKET, Key=key, Body=b"written", **condition)

    assert kept(s3, key) == b"written"
    assert s3.head_object(Bucket=S3_BUCKET, Key=key)["ETag"] == put["ETag"] != ETAG_OF_TEN


@pytest.mark.parametrize(
    ("key", "condition", "code", "status"),
    [
        ("ten", {"IfNoneMatch": "*"}, "PreconditionFailed", 412),
        ("ten", {"IfMatch": '"other"'}, "PreconditionFailed", 412),
        ("new", {"IfMatch": ETAG_OF_TEN}, "NoSuchKey", 404),
        ("ten", {"IfNoneMatch": ETAG_OF_TEN}, "NotImplemented", 501),
        ("ten", {"IfMatch": "*"}, "NotImplemented", 501),
        ("ten", {"IfMatch": ETAG_OF_TEN, "IfNoneMatch": "*"}, "NotImplemented", 501),
    ],
)
def test_a_write_is_refused_otherwise(
    s3: S3Client, key: str, condition: dict[str, Any], code: str, status: int
) -> None:
    before = kept(s3, key)

    response = refused(s3.put_object, Bucket=S3_BUCKET, Key=key, Body=b"written", **condition)

    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert kept(s3, key) == before


@pytest.mark.parametrize("etag", [ETAG_OF_TEN, "*"])
def test_a_deletion_happens_if_its_condition_holds(s3: S3Client, etag: str) -> None:
    s3.delete_object(Bucket=S3_BUCKET, Key="ten", IfMatch=etag)

    assert kept(s3) is None


@pytest.mark.parametrize(
    ("key", "etag", "code", "status"),
    [
        ("ten", '"other"', "PreconditionFailed", 412),
        ("new", ETAG_OF_TEN, "NoSuchKey", 404),
        ("new", "*", "NoSuchKey", 404),
        ("ten/below", "*", "NoSuchKey", 404),
    ],
)
def test_a_deletion_is_refused_otherwise(
    s3: S3Client, key: str, etag: str, code: str, status: int
) -> None:
    response = refused(s3.delete_object, Bucket=S3_BUCKET, Key=key, IfMatch=etag)

    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert kept(s3) == TEN


def test_a_deletion_has_no_other_condition(endpoint: Endpoint, s3: S3Client) -> None:
    response = httpx.delete(
        f"{endpoint.url}/{S3_BUCKET}/ten", headers={"If-None-Match": ETAG_OF_TEN}
    )

    assert (response.status_code, kept(s3)) == (501, TEN)


@pytest.mark.parametrize(
    ("key", "condition"), [("new", {"IfNoneMatch": "*"}), ("ten", {"IfMatch": ETAG_OF_TEN})]
)
def test_one_of_many_writers_wins(s3: S3Client, key: str, condition: dict[str, Any]) -> None:
    def write(number: int) -> int | str:
        try:
            s3.put_object(Bucket=S3_BUCKET, Key=key, Body=b"%d" % number, **condition)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return number

    with ThreadPoolExecutor(WRITERS) as threads:
        outcomes = list(threads.map(write, range(WRITERS)))

    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert outcomes.count("PreconditionFailed") == WRITERS - 1
    assert kept(s3, key) == b"%d" % winner


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("If-None-Match: *", b"HTTP/1.1 409 Conflict"),
        (f"If-Match: {ETAG_OF_TEN}", b"HTTP/1.1 404 Not Found"),
        ("X-None: none", b"HTTP/1.1 200 OK"),
    ],
)
def test_a_deletion_during_a_conditional_write_is_a_conflict(
    s3: S3Client, endpoint: Endpoint, condition: str, answer: bytes
) -> None:
    url = urlsplit(endpoint.url)
    head = (
        f"PUT /{S3_BUCKET}/ten HTTP/1.1\r\nHost: s3\r\nContent-Length: 3\r\n"
        f"Expect: 100-continue\r\n{condition}\r\n\r\n"
    )
    with socket.create_connection((url.hostname or "", url.port or 0), timeout=60) as connection:
        connection.sendall(head.encode())
        # The endpoint says so once it waits for the body.
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        s3.delete_object(Bucket=S3_BUCKET, Key="ten")
        connection.sendall(b"new")

        assert connection.recv(1000).startswith(answer)
