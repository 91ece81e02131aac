"""GET /results: the whole result, in every format the same as page by page."""

import base64
import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.api.test_next import numbers
from tests.api.test_status import SLOW
from tests.support.api_calls import (
    UNKNOWN_ID,
    as_tenant,
    assert_problem,
    next_page,
    submitted,
)
from tests.support.running_service import BUCKET, running_service, settings_for

PLAIN = {"Accept-Encoding": "identity"}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}
EVERY_TYPE = """
SELECT true, CAST(7 AS tinyint), CAST(-7 AS smallint), 70000, 9223372036854775807,
       CAST(1.1 AS real), 0.1e0, nan(), infinity(), CAST('12345678901234567.10' AS decimal(20,2)),
       '', 'null', 'say "hi",' || chr(10) || 'then é日🙂', '\\', date '2026-11-20', time '01:02:03',
       timestamp '2026-11-20 05:15:00.123',
       timestamp '2026-07-20 12:00:00' AT TIME ZONE 'America/New_York',
       X'00ff41', json_parse('{"b": 12345678901234567890, "a": [1.10, null]}'), ARRAY[1, 2],
       MAP(ARRAY['k'], ARRAY[1]), ROW(1, 'x'), CAST(NULL AS bigint), CAST(NULL AS varchar)
"""
NULLS = """
SELECT a, b, c, d FROM (VALUES
  (1, 'x', date '2026-01-01', X'01'), (NULL, NULL, NULL, NULL), (2, '', NULL, X'')
) AS t (a, b, c, d)
"""
STATEMENTS = {
    "every type": EVERY_TYPE,
    "nulls": NULLS,
    "one column": "SELECT x FROM (VALUES ('a'), (NULL), (''), ('b')) AS t (x)",
    "no rows": "SELECT servicename, customerid FROM events WHERE customerid = 5",
    "messages": "SELECT servicename, data, tags, createdtimestamp FROM events",
    "one name twice": "SELECT 1 AS x, 'a' AS x",
    "large": "SELECT n, 'row ' || CAST(n AS varchar) AS text, n / 7e0 AS part FROM "
    "UNNEST(sequence(1, 300)) AS a(m), UNNEST(sequence(m * 1000 - 999, m * 1000 - 833)) AS t(n)",
}


@pytest.fixture(scope="module", params=list(STATEMENTS))
def pages(request: pytest.FixtureRequest, client: httpx.Client) -> dict[str, Any]:
    """A query's pages as one."""
    query_id = submitted(client, STATEMENTS[request.param])["query_id"]
    whole = next_page(client, query_id)
    token = whole["paging_token"]
    while token:
        page = next_page(client, query_id, paging_token=token)
        whole["rows"] += page["rows"]
        token = page["paging_token"]
    return whole


def result(client: httpx.Client, query_id: str, **parameters: str) -> httpx.Response:
    response = client.get(f"/results/{query_id}", params=parameters, headers=PLAIN)
    assert response.status_code == 200, response.text
    return response


def json_rows(table: pa.Table, types: list[str]) -> Iterator[list[Any]]:
    """The rows of a table as a page would have them, by the types of the page."""
    columns = [
        [_json_value(value, kind) for value in column.to_pylist()]
        for column, kind in zip(table.columns, types, strict=True)
    ]
    return map(list, zip(*columns, strict=True))


def _json_value(value: Any, kind: str) -> Any:
    if value is None or kind in ("bigint", "integer", "varchar", "boolean"):
        return value
    if kind in ("double", "float"):
        special = {"nan": "NaN", "inf": "Infinity"}.get(str(value))
        return special or (pytest.approx(value, rel=1e-7) if kind == "float" else value)
    if kind == "timestamp":
        return value.isoformat(timespec="milliseconds")
    if kind == "varbinary":
        return base64.b64encode(value).decode()
    if kind == "json":
        return json.loads(value)
    return str(value) if isinstance(value, Decimal) or kind == "date" else value


def assert_rows(table: pa.Table, pages: dict[str, Any]) -> None:
    types = [column["type"] for column in pages["columns"]]
    assert table.column_names == [column["name"] for column in pages["columns"]]
    expected = [
        [
            datetime.fromisoformat(value).astimezone(UTC)
            if kind == "timestamp with time zone" and value
            else value
            for value, kind in zip(row, types, strict=True)
        ]
        for row in pages["rows"]
    ]
    assert list(json_rows(table, types)) == expected


def test_csv_is_the_object_as_athena_wrote_it(
    client: httpx.Client, endpoint_url: str, pages: dict[str, Any]
) -> None:
    key = f"/{BUCKET}/data_hist/retention=1440/tenant=1/{pages['query_id']}.csv"
    stored = httpx.get(endpoint_url + key)

    response = result(client, pages["query_id"])

    assert response.content == stored.content
    assert response.headers["content-length"] == str(len(stored.content))
    assert response.headers["etag"] == stored.headers["etag"]
    assert response.headers["accept-ranges"] == "bytes"


def test_ndjson_has_a_line_for_each_row(client: httpx.Client, pages: dict[str, Any]) -> None:
    text = result(client, pages["query_id"], format="ndjson", row_format="arrays").text

    assert text == "" or text.endswith("\n")
    assert [json.loads(line) for line in text.split("\n")[:-1]] == pages["rows"]


def test_ndjson_has_objects_unless_names_are_shared(
    client: httpx.Client, pages: dict[str, Any]
) -> None:
    names = [column["name"] for column in pages["columns"]]
    response = client.get(f"/results/{pages['query_id']}?format=ndjson")

    if len(set(names)) < len(names):
        assert_problem(response, 400, "invalid-request")
    else:
        rows = [json.loads(line) for line in response.text.split("\n")[:-1]]
        assert rows == [dict(zip(names, row, strict=True)) for row in pages["rows"]]


def test_json_is_one_document(client: httpx.Client, pages: dict[str, Any]) -> None:
    document = result(client, pages["query_id"], format="json").json()

    assert document == {name: pages[name] for name in ("query_id", "columns", "rows")}


def test_arrow_has_types(client: httpx.Client, pages: dict[str, Any]) -> None:
    content = result(client, pages["query_id"], format="arrow").content

    assert_rows(pa.ipc.open_stream(content).read_all(), pages)


def test_parquet_has_types(client: httpx.Client, pages: dict[str, Any]) -> None:
    names = [column["name"] for column in pages["columns"]]
    if len(set(names)) < len(names):
        response = client.get(f"/results/{pages['query_id']}?format=parquet")
        problem = assert_problem(response, 400, "invalid-request")
        assert "share a name" in problem["detail"]
        return
    content = result(client, pages["query_id"], format="parquet").content

    assert_rows(parquet.ParquetFile(io.BytesIO(content)).read(), pages)


def test_arrow_types_are_those_of_athena(client: httpx.Client) -> None:
    query_id = submitted(client, EVERY_TYPE)["query_id"]

    schema = pa.ipc.open_stream(result(client, query_id, format="arrow").content).schema

    assert [str(field.type) for field in schema] == [
        *("bool", "int8", "int16", "int32", "int64", "float", "double", "double", "double"),
        *("decimal128(20, 2)", "string", "string", "string", "string", "date32[day]", "string"),
        *("timestamp[us]", "timestamp[us, tz=UTC]", "binary", "string", "string", "string"),
        *("string", "int64", "string"),
    ]


ODD = """
SELECT json_array_get('["a"]', 0) AS j, date '9999-12-31' + interval '1' day AS d,
       timestamp '-0044-03-15 12:00:00' AS t,
       CAST('1800-01-01 00:00:00 America/New_York' AS timestamp with time zone) AS z,
       timestamp '2026-11-01 06:30:00 UTC' AT TIME ZONE 'America/New_York' AS twice
"""
ODD_ROW = {
    "j": "a",
    "d": "+10000-01-01",
    "t": "-0044-03-15T12:00:00.000",
    "z": "1800-01-01T04:56:02.000+00:00",
    # The text names the zone only, so that the first of both times is taken.
    "twice": "2026-11-01T01:30:00.000-04:00",
}


def test_odd_values_are_read_in_every_format(client: httpx.Client) -> None:
    query_id = submitted(client, ODD)["query_id"]

    assert next_page(client, query_id, row_format="objects")["rows"] == [ODD_ROW]
    assert json.loads(result(client, query_id, format="ndjson").text) == ODD_ROW
    assert result(client, query_id, format="json").json()["rows"] == [list(ODD_ROW.values())]
    arrow = pa.ipc.open_stream(result(client, query_id, format="arrow").content).read_all()
    file = parquet.read_table(io.BytesIO(result(client, query_id, format="parquet").content))
    for table in (arrow, file):
        assert table["j"].to_pylist() == ["a"]
        assert table["d"].cast(pa.int32()).to_pylist() == [2_932_897]
        assert table["t"].cast(pa.int64()).to_pylist() == [-63_549_316_800_000_000]
        assert table["z"].to_pylist() == [datetime(1800, 1, 1, 4, 56, 2, tzinfo=UTC)]
        assert table["twice"].to_pylist() == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_each_format_tells_what_it_is(client: httpx.Client, name: str) -> None:
    query_id = submitted(client, "SELECT 1 AS x")["query_id"]

    by_name = result(client, query_id, format=name)
    by_accept = client.get(
        f"/results/{query_id}", headers=PLAIN | {"Accept": by_name.headers["content-type"]}
    )

    for response in (by_name, by_accept):
        assert response.headers["content-type"] == MEDIA_TYPES[name]
        assert response.headers["content-disposition"] == (
            f'attachment; filename="{query_id}.{name}"'
        )
        assert response.headers["vary"] == "Accept, Accept-Encoding"
    assert by_name.content == by_accept.content


@pytest.mark.parametrize("name", ["csv", "ndjson", "json", "arrow"])
def test_gzip_is_the_same_compressed(client: httpx.Client, name: str) -> None:
    query_id = submitted(client, numbers(30_000))["query_id"]
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
def test_gzip_is_for_those_who_take_it(client: httpx.Client, encoding: str) -> None:
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
def test_range_that_does_not_count_is_the_whole(
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


def test_ranges_are_of_csv_only(client: httpx.Client) -> None:
    query_id = submitted(client, numbers(3))["query_id"]

    response = client.get(f"/results/{query_id}?format=ndjson", headers={"Range": "bytes=0-1"})

    assert response.status_code == 200
    assert "accept-ranges" not in response.headers


def test_format_goes_before_accept(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1 AS x")["query_id"]

    response = client.get(f"/results/{query_id}?format=csv", headers={"Accept": "image/png"})

    assert response.headers["content-type"] == MEDIA_TYPES["csv"]


def test_no_acceptable_format(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1 AS x")["query_id"]

    response = client.get(f"/results/{query_id}", headers={"Accept": "image/png, text/csv;q=0"})

    assert_problem(response, 406, "not-acceptable")


@pytest.mark.parametrize("parameters", ["format=xml", "format=", "row_format=x", "rows=1"])
def test_request_outside_the_contract(client: httpx.Client, parameters: str) -> None:
    response = client.get(f"/results/{UNKNOWN_ID}?{parameters}")

    assert_problem(response, 400, "invalid-request")


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_query_that_there_is_not(client: httpx.Client, name: str) -> None:
    response = client.get(f"/results/{UNKNOWN_ID}?format={name}")

    assert_problem(response, 404, "query-not-found")


def test_another_tenants_result_does_not_exist(tenants: httpx.Client) -> None:
    query_id = submitted(tenants, "SELECT 1", headers=as_tenant(11000))["query_id"]
    address = f"/results/{query_id}"

    assert tenants.get(address, headers=as_tenant(11000)).status_code == 200
    for other in (1, 11001):
        assert_problem(tenants.get(address, headers=as_tenant(other)), 404, "query-not-found")
    assert_problem(tenants.get(address), 401, "unauthenticated")


def test_query_that_has_not_finished(client: httpx.Client) -> None:
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]

    response = client.get(f"/results/{query_id}")

    assert_problem(response, 409, "query-not-finished")
    assert int(response.headers["retry-after"]) >= 1
    client.delete(f"/query/{query_id}")
    assert_problem(client.get(f"/results/{query_id}"), 409, "query-not-successful")


def test_result_past_its_retention(client: httpx.Client, endpoint_url: str) -> None:
    document = submitted(client, "SELECT 1", retention_minutes=1)
    later = datetime.fromisoformat(document["completed_at"]) + timedelta(minutes=2)

    with running_service(settings_for(endpoint_url), clock=lambda: later) as then:
        response = then.get(f"/results/{document['query_id']}")

    assert_problem(response, 410, "query-expired")


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_result_object_that_is_gone(client: httpx.Client, endpoint_url: str, name: str) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    key = f"/{BUCKET}/data_hist/retention=1440/tenant=1/{query_id}.csv"
    assert httpx.delete(endpoint_url + key).status_code == 204

    response = client.get(f"/results/{query_id}?format={name}")

    assert assert_problem(response, 410, "query-expired")["query_id"] == query_id
