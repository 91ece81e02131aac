"""S3 keys: listings in order and in pages, and no way out of a bucket."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from tests.clients import S3_BUCKET

if TYPE_CHECKING:
    from local_athena.testing import Endpoint
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.usefixtures("emptied")


def test_a_listing_is_in_the_order_of_the_bytes(s3: S3Client) -> None:
    keys = ["a/b", "a-b", "a/é", "a0", "b", "ten"]
    for key in keys:
        s3.put_object(Bucket=S3_BUCKET, Key=key, Body=key.encode())

    answer = s3.list_objects_v2(Bucket=S3_BUCKET)

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
        s3.put_object(Bucket=S3_BUCKET, Key=key, Body=b"")

    answer = s3.list_objects_v2(Bucket=S3_BUCKET, **arguments)

    assert [each["Key"] for each in answer.get("Contents", [])] == keys
    assert [each["Prefix"] for each in answer.get("CommonPrefixes", [])] == prefixes


@pytest.mark.parametrize("delimiter", ["", "/"])
def test_a_listing_comes_in_pages(s3: S3Client, delimiter: str) -> None:
    for key in ("a/1", "a/2", "b/1", "c", "d/1", "d/2"):
        s3.put_object(Bucket=S3_BUCKET, Key=key, Body=b"")

    paginator = s3.get_paginator("list_objects_v2")
    pages = list(
        paginator.paginate(Bucket=S3_BUCKET, Delimiter=delimiter, PaginationConfig={"PageSize": 2})
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
    path = f"/{S3_BUCKET}/{quote(key, safe='')}"
    state = endpoint.state
    before = {path for path in state.rglob("*") if S3_BUCKET not in path.parts}

    put, _ = sent_as_is(endpoint, "PUT", path, b"kept")
    got = sent_as_is(endpoint, "GET", path)

    listed = [each["Key"] for each in s3.list_objects_v2(Bucket=S3_BUCKET)["Contents"]]
    outside = {path for path in state.rglob("*") if S3_BUCKET not in path.parts}
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
    status, content = sent_as_is(endpoint, "GET", f"/{S3_BUCKET}/%ff")

    assert status == 400
    assert b"<Code>InvalidURI</Code>" in content
