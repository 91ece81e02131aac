"""What S3 makes of the bodies that clients send."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.clients import S3_BUCKET, TEN

if TYPE_CHECKING:
    from local_athena.testing import Endpoint
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.usefixtures("emptied")


def test_a_damaged_upload_leaves_the_object_as_it_was(s3: S3Client, endpoint: Endpoint) -> None:
    digest = b64encode(hashlib.md5(b"other", usedforsecurity=False).digest()).decode()

    response = httpx.put(
        f"{endpoint.url}/{S3_BUCKET}/ten", content=b"damaged", headers={"Content-MD5": digest}
    )

    assert (response.status_code, "BadDigest" in response.text) == (400, True)
    assert s3.get_object(Bucket=S3_BUCKET, Key="ten")["Body"].read() == TEN


def test_boto3_may_add_a_checksum_behind_the_body(s3: S3Client) -> None:
    content = os.urandom(300_000)

    s3.put_object(
        Bucket=S3_BUCKET, Key="streamed", Body=io.BytesIO(content), ChecksumAlgorithm="SHA256"
    )
    s3.upload_fileobj(io.BytesIO(content), S3_BUCKET, "uploaded")

    for key in ("streamed", "uploaded"):
        assert s3.get_object(Bucket=S3_BUCKET, Key=key)["Body"].read() == content


def chunked(*chunks: bytes, trailer: bytes = b"", signed: bool = False) -> bytes:
    signature = b";chunk-signature=" + b"0" * 64 if signed else b""
    body = b"".join(b"%x" % len(chunk) + signature + b"\r\n" + chunk + b"\r\n" for chunk in chunks)
    return body + b"0" + signature + b"\r\n" + trailer + b"\r\n"


@pytest.mark.parametrize("signed", [True, False])
def test_aws_chunked_bodies_are_decoded(s3: S3Client, endpoint: Endpoint, signed: bool) -> None:
    chunks = (b"line\r\n0\r\n", os.urandom(70_000), b"x")
    content = b"".join(chunks)
    checksum = b64encode(zlib.crc32(content).to_bytes(4, "big"))
    trailer = b"x-amz-checksum-crc32:" + checksum + b"\r\n"

    response = httpx.put(
        f"{endpoint.url}/{S3_BUCKET}/chunked",
        content=chunked(*chunks, trailer=trailer, signed=signed),
        headers={
            "Content-Encoding": "aws-chunked",
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": str(len(content)),
        },
    )

    assert response.status_code == 200
    assert s3.get_object(Bucket=S3_BUCKET, Key="chunked")["Body"].read() == content


@pytest.mark.parametrize(
    ("body", "length"),
    [
        (chunked(b"abc")[:-8], 3),
        (chunked(b"abc"), 4),
        (b"zz\r\nabc\r\n0\r\n\r\n", 3),
        (b"-3\r\nabc\r\n0\r\n\r\n", 3),
        (b"3\r\nabcd\r\n0\r\n\r\n", 3),
        (b"3" * 10_000, 3),
    ],
)
def test_a_broken_aws_chunked_body_is_refused(
    s3: S3Client, endpoint: Endpoint, body: bytes, length: int
) -> None:
    headers = {
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": str(length),
    }

    response = httpx.put(f"{endpoint.url}/{S3_BUCKET}/ten", content=body, headers=headers)

    assert (response.status_code, "IncompleteBody" in response.text) == (400, True)
    assert s3.get_object(Bucket=S3_BUCKET, Key="ten")["Body"].read() == TEN
