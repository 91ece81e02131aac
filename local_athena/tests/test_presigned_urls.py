"""A presigned URL is served for as long as it says, if it was signed with the secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import boto3
import httpx
import pytest
from botocore.config import Config
from local_athena.s3_api.errors import S3Error
from local_athena.s3_api.presigned_urls import check_presigned
from starlette.requests import Request

from tests.endpoint import running_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "presigned"
SECRET = "the secret"
KEYS = ["plain.csv", "a folder/re=1/üñ+%20&?=~'().csv"]
CONTENT = b'"n"\n"1"\n'


@pytest.fixture(scope="module")
def url(small_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An endpoint that knows the secret, with objects in a bucket."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_ATHENA_SECRET_ACCESS_KEY", SECRET)
        with running_endpoint(small_archive, tmp_path_factory.mktemp("state")) as running:
            # Other endpoints that start meanwhile have none.
            patch.undo()
            s3 = client(running)
            s3.create_bucket(Bucket=BUCKET)
            for key in KEYS:
                s3.put_object(Bucket=BUCKET, Key=key, Body=CONTENT)
            yield running


def client(url: str, secret: str = SECRET, version: str = "s3v4", **options: Any) -> Any:
    config = Config(signature_version=version, s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="any",
        aws_secret_access_key=secret,
        config=config,
        **options,
    )


def presigned(url: str, key: str = KEYS[0], seconds: int = 60, **options: Any) -> str:
    parameters = options.pop("parameters", {})
    signed: str = client(url, **options).generate_presigned_url(
        "get_object", {"Bucket": BUCKET, "Key": key, **parameters}, ExpiresIn=seconds
    )
    return signed


def changed(url: str, **parameters: str | None) -> str:
    """The URL with other values in its query; None removes one."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {
        name.replace("_", "-"): value for name, value in parameters.items()
    }
    kept = {name: value for name, value in query.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))


def code_of(response: httpx.Response) -> str:
    return response.text.partition("<Code>")[2].partition("</Code>")[0]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("options", [{}, {"aws_session_token": "a/token+="}])
def test_a_url_that_boto3_signs_is_served(url: str, key: str, options: dict[str, Any]) -> None:
    response = httpx.get(presigned(url, key, **options))

    assert (response.status_code, response.content) == (200, CONTENT)


def test_it_serves_ranges(url: str) -> None:
    response = httpx.get(presigned(url), headers={"Range": "bytes=1-2"})

    assert (response.status_code, response.content) == (206, CONTENT[1:3])


def test_it_names_headers_of_the_response(url: str) -> None:
    disposition = 'attachment; filename="a b.csv"'
    parameters = {
        "ResponseContentType": "text/csv; charset=utf-8",
        "ResponseContentDisposition": disposition,
    }

    response = httpx.get(presigned(url, parameters=parameters))

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == disposition
    assert response.content == CONTENT


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"X_Amz_Expires": "61"}, 403, "SignatureDoesNotMatch"),
        ({"X_Amz_Signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
        ({"response_content_type": "text/html"}, 403, "SignatureDoesNotMatch"),
        ({"X_Amz_Signature": None}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Algorithm": "AWS4-HMAC-MD5"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Expires": "604801"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Expires": "-1"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Expires": "soon"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Date": "today"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Date": "20200101T000000Z"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_Credential": "any"}, 400, "AuthorizationQueryParametersError"),
        ({"X_Amz_SignedHeaders": "date"}, 400, "AuthorizationQueryParametersError"),
    ],
)
def test_a_changed_url_is_refused(
    url: str, change: dict[str, str | None], status: int, code: str
) -> None:
    response = httpx.get(changed(presigned(url), **change))

    assert (response.status_code, code_of(response)) == (status, code)


def test_another_object_method_or_host_needs_another_url(url: str) -> None:
    signed = presigned(url)

    for response in (
        httpx.get(signed.replace("plain.csv", "other.csv")),
        httpx.put(signed, content=b"x"),
        httpx.delete(signed),
        httpx.get(signed, headers={"Host": "other.example"}),
        httpx.get(presigned(url, secret="another")),
    ):
        assert (response.status_code, code_of(response)) == (403, "SignatureDoesNotMatch")


def test_the_older_signature_is_not_supported(url: str) -> None:
    response = httpx.get(presigned(url, version="s3"))

    assert (response.status_code, code_of(response)) == (400, "InvalidRequest")


def test_without_a_secret_any_signature_is_accepted(s3: Any, emptied: None) -> None:
    signed = s3.meta.endpoint_url
    s3.put_object(Bucket="s3-tests", Key="plain.csv", Body=CONTENT)
    url = presigned(signed).replace(BUCKET, "s3-tests")

    assert httpx.get(url).content == CONTENT
    assert code_of(httpx.get(changed(url, X_Amz_Expires="x"))) == (
        "AuthorizationQueryParametersError"
    )


@pytest.mark.parametrize(
    ("seconds_later", "refusal"),
    [
        (-901, "Request is not yet valid"),
        (-899, None),
        (0, None),
        (60, None),
        (61, "Request has expired"),
    ],
)
def test_a_url_is_valid_for_as_long_as_it_says(seconds_later: int, refusal: str | None) -> None:
    signed = urlsplit(presigned("http://127.0.0.1:1", seconds=60))
    date = dict(parse_qsl(signed.query))["X-Amz-Date"]
    signed_at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "raw_path": signed.path.encode(),
            "query_string": signed.query.encode(),
            "headers": [(b"host", signed.netloc.encode())],
        }
    )
    now = signed_at + timedelta(seconds=seconds_later)

    if refusal is None:
        check_presigned(request, SECRET, now)
        return
    with pytest.raises(S3Error, match=refusal) as refused:
        check_presigned(request, SECRET, now)
    assert (refused.value.code, refused.value.status) == ("AccessDenied", 403)
