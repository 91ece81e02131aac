"""What S3 makes of the bodies that clients send."""

from __future__ import annotations

import hashlib
import io
import os
from base64 import b64encode
from typing import TYPE_CHECKING

import awswrangler
import boto3
import httpx
import pyathena
import pytest
from pyathena.filesystem.s3 import S3FileSystem

from tests.clients import S3_BUCKET, TEN

if TYPE_CHECKING:
    from collections.abc import Callable

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


CONTENT = b"line\r\n0\r\n" + bytes(range(256)) * 400


def put_bytes(session: boto3.Session) -> None:
    session.client("s3").put_object(Bucket=S3_BUCKET, Key="new", Body=CONTENT)


def upload_file(session: boto3.Session) -> None:
    session.client("s3").upload_fileobj(io.BytesIO(CONTENT), S3_BUCKET, "new")


def upload_with_awswrangler(session: boto3.Session) -> None:
    awswrangler.s3.upload(io.BytesIO(CONTENT), f"s3://{S3_BUCKET}/new", boto3_session=session)


def write_with_pyathena(session: boto3.Session) -> None:
    with (
        pyathena.connect(session=session, s3_staging_dir=f"s3://{S3_BUCKET}/") as connection,
        S3FileSystem(connection=connection).open(f"s3://{S3_BUCKET}/new", "wb") as file,
    ):
        file.write(CONTENT)


@pytest.mark.parametrize(
    "upload", [put_bytes, upload_file, upload_with_awswrangler, write_with_pyathena]
)
def test_clients_upload_with_their_default_checksums(
    upload: Callable[[boto3.Session], None],
    s3: S3Client,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)

    upload(boto3.Session("any", "any", region_name="us-east-1"))

    assert s3.get_object(Bucket=S3_BUCKET, Key="new")["Body"].read() == CONTENT


@pytest.mark.parametrize(
    "header",
    [
        {"Content-Encoding": "aws-chunked"},
        {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
    ],
    ids=["encoding", "signature"],
)
def test_an_encoded_stream_is_refused_and_not_stored(
    s3: S3Client, endpoint: Endpoint, header: dict[str, str]
) -> None:
    body = b"3\r\nabc\r\n0\r\n\r\n"

    response = httpx.put(f"{endpoint.url}/{S3_BUCKET}/ten", content=body, headers=header)

    assert (response.status_code, "NotImplemented" in response.text) == (501, True)
    assert s3.get_object(Bucket=S3_BUCKET, Key="ten")["Body"].read() == TEN
