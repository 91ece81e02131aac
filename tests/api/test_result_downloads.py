"""GET /results yields the same bytes compressed and in ranges."""

import gzip

import httpx
import pytest

from tests.support.api_calls import (
    PLAIN,
    assert_problem,
    result,
    submitted,
)
from tests.support.queries import numbers


@pytest.mark.parametrize("name", ["csv", "ndjson", "json", "arrow"])
def test_gzip_holds_the_same_bytes(client: httpx.Client, name: str) -> None:
    query_id = submitted(client, numbers(10_000))["query_id"]
    address = f"/results/{query_id}?format={name}&row_format=arrays"
    plain = client.get(address, headers=PLAIN)

    with client.stream("GET", address, headers={"Accept-Encoding": "br, gzip"}) as response:
        compressed = b"".join(response.iter_raw())

    assert response.headers["content-encoding"] == "gzip"
    assert not {"etag", "accept-ranges", "content-length"} & set(response.headers)
    assert len(compressed) < len(plain.content) / 2
    assert gzip.decompress(compressed) == plain.content


def test_parquet_is_compressed_already(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]

    response = client.get(
        f"/results/{query_id}?format=parquet", headers={"Accept-Encoding": "gzip"}
    )

    assert "content-encoding" not in response.headers


@pytest.mark.parametrize("encoding", ["gzip;q=0", "identity", "br", ""])
def test_gzip_needs_accept_encoding(client: httpx.Client, encoding: str) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]

    response = client.get(f"/results/{query_id}", headers={"Accept-Encoding": encoding})

    assert "content-encoding" not in response.headers


def test_interrupted_download_resumes(client: httpx.Client) -> None:
    query_id = submitted(client, numbers(2_000))["query_id"]
    whole = result(client, query_id)
    first = client.get(f"/results/{query_id}", headers=PLAIN | {"Range": "bytes=0-9999"})

    rest = client.get(
        f"/results/{query_id}",
        headers={"Range": "bytes=10000-", "If-Range": first.headers["etag"]},
    )

    size = len(whole.content)
    assert (first.status_code, rest.status_code) == (206, 206)
    assert rest.headers["content-range"] == f"bytes 10000-{size - 1}/{size}"
    assert rest.headers["content-length"] == str(size - 10_000)
    assert first.content + rest.content == whole.content


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=3-5", slice(3, 6)),
        ("bytes=-4", slice(-4, None)),
        ("bytes=-999999", slice(None)),
        ("bytes=5-999999", slice(5, None)),
        ("BYTES = 3 - 5", slice(3, 6)),
    ],
)
def test_range_of_bytes(client: httpx.Client, wanted: str, expected: slice) -> None:
    query_id = submitted(client, numbers(3))["query_id"]
    whole = result(client, query_id).content

    response = client.get(f"/results/{query_id}", headers={"Range": wanted})

    assert response.status_code == 206
    assert response.content == whole[expected]


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=5-3"},
        {"Range": "bytes=-"},
        {"Range": "bytes=0-1,3-4"},
        {"Range": "rows=0-1"},
        {"Range": "bytes=0-1", "If-Range": '"another"'},
        {"Range": "bytes=0-1", "If-Range": "Mon, 23 Nov 2026 22:00:00 GMT"},
        {"Range": "bytes=9999-", "If-Range": '"another"'},
        {"If-Range": '"another"'},
    ],
)
def test_ignored_range_gives_the_whole_result(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    query_id = submitted(client, numbers(3))["query_id"]

    response = client.get(f"/results/{query_id}", headers=PLAIN | headers)

    assert response.status_code == 200
    assert response.content == result(client, query_id).content


@pytest.mark.parametrize("wanted", ["bytes=9999-", "bytes=-0", "bytes=9999-10000"])
def test_range_past_the_end(client: httpx.Client, wanted: str) -> None:
    query_id = submitted(client, numbers(3))["query_id"]
    size = len(result(client, query_id).content)

    response = client.get(f"/results/{query_id}", headers={"Range": wanted})

    assert_problem(response, 416, "range-not-satisfiable")
    assert response.headers["content-range"] == f"bytes */{size}"


def test_ranges_are_for_csv_only(client: httpx.Client) -> None:
    query_id = submitted(client, numbers(3))["query_id"]

    response = client.get(f"/results/{query_id}?format=ndjson", headers={"Range": "bytes=0-1"})

    assert response.status_code == 200
    assert "accept-ranges" not in response.headers
