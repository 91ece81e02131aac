"""S3 objects through boto3 and plain HTTP: contents, ranges, conditions, errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.clients import S3_BUCKET, TEN, refused

if TYPE_CHECKING:
    from local_athena.testing import Endpoint
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.usefixtures("emptied")


def test_an_object_comes_back_with_its_description(s3: S3Client) -> None:
    put = s3.put_object(Bucket=S3_BUCKET, Key="folder/ä b+c%2F.txt", Body=b"content")

    got = s3.get_object(Bucket=S3_BUCKET, Key="folder/ä b+c%2F.txt")
    head = s3.head_object(Bucket=S3_BUCKET, Key="folder/ä b+c%2F.txt")

    assert got["Body"].read() == b"content"
    assert got["ETag"] == head["ETag"] == put["ETag"]
    assert got["ContentLength"] == head["ContentLength"] == 7
    assert got["LastModified"] == head["LastModified"]


@pytest.mark.parametrize(
    ("asked", "sent", "content_range"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=7-99", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", TEN, "bytes 0-9/10"),
    ],
)
def test_a_range_is_a_part(s3: S3Client, asked: str, sent: bytes, content_range: str) -> None:
    part = s3.get_object(Bucket=S3_BUCKET, Key="ten", Range=asked)

    assert part["Body"].read() == sent
    assert part["ContentRange"] == content_range
    assert part["ContentLength"] == len(sent)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206


@pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "bytes=5-2", "rows=0-1", "bytes=-"])
def test_a_range_that_s3_does_not_read_is_ignored(endpoint: Endpoint, asked: str) -> None:
    response = httpx.get(f"{endpoint.url}/{S3_BUCKET}/ten", headers={"Range": asked})

    assert (response.status_code, response.content) == (200, TEN)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_beyond_the_object_is_416(s3: S3Client, asked: str) -> None:
    response = refused(s3.get_object, Bucket=S3_BUCKET, Key="ten", Range=asked)

    assert response["Error"]["Code"] == "InvalidRange"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 416


def test_conditions_are_held(s3: S3Client) -> None:
    etag = s3.head_object(Bucket=S3_BUCKET, Key="ten")["ETag"]
    get = s3.get_object

    same = get(Bucket=S3_BUCKET, Key="ten", IfMatch=etag)["Body"].read()
    changed = refused(get, Bucket=S3_BUCKET, Key="ten", IfMatch='"other"')
    unchanged = refused(get, Bucket=S3_BUCKET, Key="ten", IfNoneMatch=etag)
    other = get(Bucket=S3_BUCKET, Key="ten", IfNoneMatch='"other"')["Body"].read()

    assert same == other == TEN
    assert changed["Error"]["Code"] == "PreconditionFailed"
    assert changed["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert unchanged["ResponseMetadata"]["HTTPStatusCode"] == 304


def test_an_etag_belongs_to_one_content(s3: S3Client) -> None:
    etags = {
        s3.put_object(Bucket=S3_BUCKET, Key="ten", Body=bytes([number]) * 10)["ETag"]
        for number in range(20)
    }

    assert len(etags) == 20


@pytest.mark.parametrize(
    ("operation", "arguments", "code", "status"),
    [
        ("get_object", {"Key": "missing"}, "NoSuchKey", 404),
        ("get_object", {"Key": "ten/below"}, "NoSuchKey", 404),
        ("get_object", {"Bucket": "no-such-bucket", "Key": "x"}, "NoSuchBucket", 404),
        ("get_object", {"Key": "k" * 300}, "NoSuchKey", 404),
        ("put_object", {"Key": "k" * 300, "Body": b""}, "KeyTooLongError", 400),
        ("put_object", {"Key": "%/" * 513, "Body": b""}, "KeyTooLongError", 400),
        ("put_object", {"Bucket": "no-such-bucket", "Key": "x"}, "NoSuchBucket", 404),
        ("list_objects_v2", {"Bucket": "no-such-bucket"}, "NoSuchBucket", 404),
        ("list_objects", {}, "NotImplemented", 501),
        ("head_object", {"Key": "missing"}, "404", 404),
        ("head_bucket", {"Bucket": "no-such-bucket"}, "404", 404),
        ("put_object", {"Key": "ten/below", "Body": b""}, "KeyTooLongError", 400),
        ("create_multipart_upload", {"Key": "x"}, "NotImplemented", 501),
        ("get_bucket_lifecycle_configuration", {}, "NotImplemented", 501),
    ],
)
def test_errors_are_those_of_s3(
    s3: S3Client, operation: str, arguments: dict[str, Any], code: str, status: int
) -> None:
    response = refused(getattr(s3, operation), **{"Bucket": S3_BUCKET} | arguments)

    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{S3_BUCKET}?accelerate"),
        ("GET", f"{S3_BUCKET}?list-type=2&a-parameter-of-tomorrow"),
        ("PUT", f"{S3_BUCKET}?website"),
        ("DELETE", f"{S3_BUCKET}?analytics"),
        ("POST", f"{S3_BUCKET}?restore"),
        ("GET", f"{S3_BUCKET}/ten?attributes"),
        ("HEAD", f"{S3_BUCKET}/ten?partNumber=1"),
        ("PUT", f"{S3_BUCKET}/ten?annotation"),
        ("DELETE", f"{S3_BUCKET}/ten?tagging"),
        ("POST", f"{S3_BUCKET}/ten?select&select-type=2"),
    ],
)
def test_a_resource_below_an_object_or_bucket_is_not_implemented(
    s3: S3Client, endpoint: Endpoint, method: str, path: str
) -> None:
    response = httpx.request(method, f"{endpoint.url}/{path}")

    assert response.status_code == 501
    assert s3.get_object(Bucket=S3_BUCKET, Key="ten")["Body"].read() == TEN


def test_a_bucket_is_in_the_default_region(s3: S3Client) -> None:
    assert s3.get_bucket_location(Bucket=S3_BUCKET)["LocationConstraint"] is None


def test_no_upload_creates_a_bucket(s3: S3Client) -> None:
    refused(s3.put_object, Bucket="not-made", Key="x", Body=b"")

    assert refused(s3.head_bucket, Bucket="not-made")["Error"]["Code"] == "404"


def test_buckets_exist_once_they_are_made(s3: S3Client) -> None:
    s3.create_bucket(Bucket="made-bucket")

    for bucket in (S3_BUCKET, "made-bucket", "data-hist-results"):
        assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_deleting_is_repeatable(s3: S3Client) -> None:
    for _ in range(2):
        deleted = s3.delete_object(Bucket=S3_BUCKET, Key="ten")
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204

    assert refused(s3.get_object, Bucket=S3_BUCKET, Key="ten")["Error"]["Code"] == "NoSuchKey"


def test_a_name_is_free_again_once_nothing_lies_below_it(s3: S3Client) -> None:
    s3.put_object(Bucket=S3_BUCKET, Key="name/below/it", Body=b"")
    s3.delete_object(Bucket=S3_BUCKET, Key="name/below/it")

    s3.put_object(Bucket=S3_BUCKET, Key="name", Body=b"free")

    assert s3.get_object(Bucket=S3_BUCKET, Key="name")["Body"].read() == b"free"


def test_many_objects_are_deleted_in_one_call(s3: S3Client) -> None:
    keys = ["ten", "<&>.csv", "missing"]
    s3.put_object(Bucket=S3_BUCKET, Key="<&>.csv", Body=b"")

    answer = s3.delete_objects(Bucket=S3_BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})

    assert [deleted["Key"] for deleted in answer["Deleted"]] == keys
    assert s3.list_objects_v2(Bucket=S3_BUCKET)["KeyCount"] == 0


def test_a_reader_keeps_the_object_it_opened(s3: S3Client, endpoint: Endpoint) -> None:
    large = os.urandom(1 << 20) * 8
    s3.put_object(Bucket=S3_BUCKET, Key="large", Body=large)

    with httpx.stream("GET", f"{endpoint.url}/{S3_BUCKET}/large") as response:
        blocks = response.iter_bytes()
        start = next(blocks)
        s3.delete_object(Bucket=S3_BUCKET, Key="large")
        content = start + b"".join(blocks)

    assert content == large
