"""GET /results returns the same rows in every format as POST /next does."""

import base64
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.support.api_calls import (
    PLAIN,
    assert_problem,
    next_page,
    result,
    submitted,
)
from tests.support.queries import EVERY_TYPE, MEDIA_TYPES, NULLS
from tests.support.running_service import BUCKET

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
    """Return all pages of a query as one."""
    query_id = submitted(client, STATEMENTS[request.param])["query_id"]
    whole = next_page(client, query_id)
    token = whole["paging_token"]
    while token:
        page = next_page(client, query_id, paging_token=token)
        whole["rows"] += page["rows"]
        token = page["paging_token"]
    return whole


def json_rows(table: pa.Table, types: list[str]) -> Iterator[list[Any]]:
    """Return the rows of a table as a page has them, by the types of the page."""
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
    # The text names only the zone, so the earlier of both instants is used.
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
def test_each_format_has_its_headers(client: httpx.Client, name: str) -> None:
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


def test_format_takes_precedence_over_accept(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1 AS x")["query_id"]

    response = client.get(f"/results/{query_id}?format=csv", headers={"Accept": "image/png"})

    assert response.headers["content-type"] == MEDIA_TYPES["csv"]
