"""S3 through boto3 and plain HTTP: objects, ranges, conditions, listings; no way out."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from base64 import b64encode
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.local_athena.clients import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

    from tests.local_athena.endpoint import Endpoint

BUCKET = "s3-tests"
TEXT = b"0123456789"


@pytest.fixture(autouse=True)
def emptied(s3: S3Client) -> Iterator[None]:
    """Each test finds the bucket with one object, `ten`."""
    s3.put_object(Bucket=BUCKET, Key="ten", Body=TEXT)
    yield
    listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    for each in listed:
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])


def test_an_object_comes_back_with_its_description(s3: S3Client) -> None:
    put = s3.put_object(Bucket=BUCKET, Key="folder/ä b+c%2F.txt", Body=b"content")

    got = s3.get_object(Bucket=BUCKET, Key="folder/ä b+c%2F.txt")
    head = s3.head_object(Bucket=BUCKET, Key="folder/ä b+c%2F.txt")

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
        ("bytes=-99", TEXT, "bytes 0-9/10"),
    ],
)
def test_a_range_is_a_part(s3: S3Client, asked: str, sent: bytes, content_range: str) -> None:
    part = s3.get_object(Bucket=BUCKET, Key="ten", Range=asked)

    assert part["Body"].read() == sent
    assert part["ContentRange"] == content_range
    assert part["ContentLength"] == len(sent)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206


@pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "bytes=5-2", "rows=0-1", "bytes=-"])
def test_a_range_that_s3_does_not_read_is_ignored(endpoint: Endpoint, asked: str) -> None:
    response = httpx.get(f"{endpoint.url}/{BUCKET}/ten", headers={"Range": asked})

    assert (response.status_code, response.content) == (200, TEXT)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_beyond_the_object_is_416(s3: S3Client, asked: str) -> None:
    response = refused(s3.get_object, Bucket=BUCKET, Key="ten", Range=asked)

    assert response["Error"]["Code"] == "InvalidRange"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 416


def test_conditions_are_held(s3: S3Client) -> None:
    etag = s3.head_object(Bucket=BUCKET, Key="ten")["ETag"]
    get = s3.get_object

    same = get(Bucket=BUCKET, Key="ten", IfMatch=etag)["Body"].read()
    changed = refused(get, Bucket=BUCKET, Key="ten", IfMatch='"other"')
    unchanged = refused(get, Bucket=BUCKET, Key="ten", IfNoneMatch=etag)
    other = get(Bucket=BUCKET, Key="ten", IfNoneMatch='"other"')["Body"].read()

    assert same == other == TEXT
    assert changed["Error"]["Code"] == "PreconditionFailed"
    assert changed["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert unchanged["ResponseMetadata"]["HTTPStatusCode"] == 304


def test_an_etag_belongs_to_one_content(s3: S3Client) -> None:
    etags = {
        s3.put_object(Bucket=BUCKET, Key="ten", Body=bytes([number]) * 10)["ETag"]
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
        ("list_objects_v2", {"Bucket": "no-such-bucket"}, "NoSuchBucket", 404),
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
    response = refused(getattr(s3, operation), **{"Bucket": BUCKET} | arguments)

    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_buckets_exist_once_they_are_used_or_made(s3: S3Client) -> None:
    s3.create_bucket(Bucket="made-bucket")

    for bucket in (BUCKET, "made-bucket", "data-hist-results"):
        assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_deleting_is_repeatable(s3: S3Client) -> None:
    for _ in range(2):
        deleted = s3.delete_object(Bucket=BUCKET, Key="ten")
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204

    assert refused(s3.get_object, Bucket=BUCKET, Key="ten")["Error"]["Code"] == "NoSuchKey"


def test_a_name_is_free_again_once_nothing_lies_below_it(s3: S3Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="name/below/it", Body=b"")
    s3.delete_object(Bucket=BUCKET, Key="name/below/it")

    s3.put_object(Bucket=BUCKET, Key="name", Body=b"free")

    assert s3.get_object(Bucket=BUCKET, Key="name")["Body"].read() == b"free"


def test_many_objects_are_deleted_in_one_call(s3: S3Client) -> None:
    keys = ["ten", "<&>.csv", "missing"]
    s3.put_object(Bucket=BUCKET, Key="<&>.csv", Body=b"")

    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})

    assert [deleted["Key"] for deleted in answer["Deleted"]] == keys
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_reader_keeps_the_object_it_opened(s3: S3Client, endpoint: Endpoint) -> None:
    large = os.urandom(1 << 20) * 8
    s3.put_object(Bucket=BUCKET, Key="large", Body=large)

    with httpx.stream("GET", f"{endpoint.url}/{BUCKET}/large") as response:
        blocks = response.iter_bytes()
        start = next(blocks)
        s3.delete_object(Bucket=BUCKET, Key="large")
        content = start + b"".join(blocks)

    assert content == large


def test_a_listing_is_in_the_order_of_the_bytes(s3: S3Client) -> None:
    keys = ["a/b", "a-b", "a/é", "a0", "b", "ten"]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())

    answer = s3.list_objects_v2(Bucket=BUCKET)

    assert [each["Key"] for each in answer["Contents"]] == sorted(keys, key=str.encode)
    assert {each["Key"]: each["Size"] for each in answer["Contents"]}["a/é"] == 4
    assert (answer["KeyCount"], answer["IsTruncated"]) == (6, False)


@pytest.mark.parametrize(
    ("arguments", "keys", "prefixes"),
    [
        ({"Prefix": "r/"}, ["r/1", "r/2", "r/s/3", "r/s/4"], []),
        ({"Prefix": "r/s"}, ["r/s/3", "r/s/4"], []),
        ({"Prefix": "r/", "Delimiter": "/"}, ["r/1", "r/2"], ["r/s/"]),
        ({"Delimiter": "/"}, ["ten"], ["r/"]),
        ({"Prefix": "r/s/", "Delimiter": "/"}, ["r/s/3", "r/s/4"], []),
        ({"StartAfter": "r/s/3"}, ["r/s/4", "ten"], []),
        ({"StartAfter": "r/s/3", "Delimiter": "/"}, ["ten"], ["r/"]),
        ({"Prefix": "nothing/"}, [], []),
        ({"MaxKeys": 0}, [], []),
    ],
)
def test_a_listing_selects_and_folds(
    s3: S3Client, arguments: dict[str, Any], keys: list[str], prefixes: list[str]
) -> None:
    for key in ("r/1", "r/2", "r/s/3", "r/s/4"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")

    answer = s3.list_objects_v2(Bucket=BUCKET, **arguments)

    assert [each["Key"] for each in answer.get("Contents", [])] == keys
    assert [each["Prefix"] for each in answer.get("CommonPrefixes", [])] == prefixes


@pytest.mark.parametrize("delimiter", ["", "/"])
def test_a_listing_comes_in_pages(s3: S3Client, delimiter: str) -> None:
    for key in ("a/1", "a/2", "b/1", "c", "d/1", "d/2"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")

    paginator = s3.get_paginator("list_objects_v2")
    pages = list(
        paginator.paginate(Bucket=BUCKET, Delimiter=delimiter, PaginationConfig={"PageSize": 2})
    )

    names = [each["Key"] for page in pages for each in page.get("Contents", [])]
    names += [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]
    expected = ["a/", "b/", "c", "d/", "ten"] if delimiter else ["a/1", "a/2", "b/1", "c"]
    assert sorted(names) == (expected if delimiter else [*expected, "d/1", "d/2", "ten"])
    assert all(page["KeyCount"] <= 2 for page in pages)


def sent_as_is(
    endpoint: Endpoint, method: str, path: str, body: bytes | None = None
) -> tuple[int, bytes]:
    """Send a path that other clients would tidy up; return the status and the content."""
    connection = HTTPConnection(urlsplit(endpoint.url).netloc)
    connection.request(method, path, body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


@pytest.mark.parametrize(
    "key",
    [
        "../../../escaped",
        "..",
        "a/../../escaped",
        "./x",
        "//x",
        "a//b",
        "folder/",
        "%2e%2e/x",
        "nul\0byte",
        "back\\slash",
        "%",
        "new\nline",
    ],
)
def test_any_key_stays_in_its_bucket(s3: S3Client, endpoint: Endpoint, key: str) -> None:
    path = f"/{BUCKET}/{quote(key, safe='')}"
    state = endpoint.settings.state
    before = {path for path in state.rglob("*") if BUCKET not in path.parts}

    put, _ = sent_as_is(endpoint, "PUT", path, b"kept")
    got = sent_as_is(endpoint, "GET", path)

    listed = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    outside = {path for path in state.rglob("*") if BUCKET not in path.parts}
    assert (put, got) == (200, (200, b"kept"))
    assert key in listed
    assert outside == before
    assert sent_as_is(endpoint, "DELETE", path)[0] == 204


@pytest.mark.parametrize(
    "path", ["/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//etc"]
)
def test_no_bucket_leads_out(endpoint: Endpoint, path: str) -> None:
    status, content = sent_as_is(endpoint, "GET", path)

    assert status == 400
    assert b"<Code>InvalidBucketName</Code>" in content


def test_a_path_that_is_no_text_is_refused(endpoint: Endpoint) -> None:
    status, content = sent_as_is(endpoint, "GET", f"/{BUCKET}/%ff")

    assert status == 400
    assert b"<Code>InvalidURI</Code>" in content


def test_a_damaged_upload_leaves_the_object_as_it_was(s3: S3Client, endpoint: Endpoint) -> None:
    digest = b64encode(hashlib.md5(b"other", usedforsecurity=False).digest()).decode()

    response = httpx.put(
        f"{endpoint.url}/{BUCKET}/ten", content=b"damaged", headers={"Content-MD5": digest}
    )

    assert (response.status_code, "BadDigest" in response.text) == (400, True)
    assert s3.get_object(Bucket=BUCKET, Key="ten")["Body"].read() == TEXT


def test_boto3_may_add_a_checksum_behind_the_body(s3: S3Client) -> None:
    content = os.urandom(300_000)

    s3.put_object(
        Bucket=BUCKET, Key="streamed", Body=io.BytesIO(content), ChecksumAlgorithm="SHA256"
    )
    s3.upload_fileobj(io.BytesIO(content), BUCKET, "uploaded")

    for key in ("streamed", "uploaded"):
        assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == content


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
        f"{endpoint.url}/{BUCKET}/chunked",
        content=chunked(*chunks, trailer=trailer, signed=signed),
        headers={
            "Content-Encoding": "aws-chunked",
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": str(len(content)),
        },
    )

    assert response.status_code == 200
    assert s3.get_object(Bucket=BUCKET, Key="chunked")["Body"].read() == content


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

    response = httpx.put(f"{endpoint.url}/{BUCKET}/ten", content=body, headers=headers)

    assert (response.status_code, "IncompleteBody" in response.text) == (400, True)
    assert s3.get_object(Bucket=BUCKET, Key="ten")["Body"].read() == TEXT
