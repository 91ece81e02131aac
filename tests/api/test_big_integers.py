"""`big_integers: string` keeps bigint exact for clients whose numbers are doubles."""

import io
import json
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.support.api_calls import assert_problem, next_page, submitted

BIG = 2**63 - 1
SQL = f"""
SELECT b, i, d, j, m FROM (VALUES
  ({BIG}, 7, CAST('1.10' AS decimal(3,2)), json_parse('[{BIG}]'), MAP(ARRAY['k'], ARRAY[{BIG}])),
  (-{BIG} - 1, 8, NULL, NULL, NULL),
  (NULL, NULL, NULL, NULL, NULL)
) AS t (b, i, d, j, m)
"""
NAMES = "bidjm"
AS_STRINGS: list[list[Any]] = [
    [str(BIG), 7, "1.10", [BIG], f"{{k={BIG}}}"],
    [str(-BIG - 1), 8, None, None, None],
    [None, None, None, None, None],
]
AS_NUMBERS = [[int(row[0]) if row[0] else None, *row[1:]] for row in AS_STRINGS]
STYLES = [("string", AS_STRINGS), ("number", AS_NUMBERS), (None, AS_NUMBERS)]


@pytest.fixture(scope="module")
def query_id(client: httpx.Client) -> str:
    return str(submitted(client, SQL)["query_id"])


@pytest.mark.parametrize(("style", "rows"), STYLES)
def test_pages(
    client: httpx.Client, query_id: str, style: str | None, rows: list[list[Any]]
) -> None:
    fields = {"big_integers": style} if style else {}

    page = next_page(client, query_id, **fields)
    objects = next_page(client, query_id, row_format="objects", **fields)
    document = submitted(client, SQL, results_per_page=5, **fields)
    status = client.get(f"/status/{query_id}", params={"results_per_page": "5", **fields})

    assert page["rows"] == rows
    assert objects["rows"] == [dict(zip(NAMES, row, strict=True)) for row in rows]
    assert document["page"]["rows"] == rows
    assert status.json()["page"]["rows"] == rows
    assert [column["type"] for column in page["columns"]][:2] == ["bigint", "integer"]


@pytest.mark.parametrize(("style", "rows"), STYLES)
def test_streams(
    client: httpx.Client, query_id: str, style: str | None, rows: list[list[Any]]
) -> None:
    fields = {"big_integers": style} if style else {}
    address = f"/results/{query_id}"

    lines = client.get(address, params={"format": "ndjson", "row_format": "arrays", **fields}).text
    document = client.get(address, params={"format": "json", **fields}).json()

    assert [json.loads(line) for line in lines.splitlines()] == rows
    assert document["rows"] == rows


def test_formats_with_exact_integers_always_have_them(client: httpx.Client, query_id: str) -> None:
    def content(name: str, **fields: str) -> bytes:
        return client.get(f"/results/{query_id}", params={"format": name, **fields}).content

    assert content("csv", big_integers="string") == content("csv")
    arrow = pa.ipc.open_stream(content("arrow", big_integers="string")).read_all()
    file = parquet.read_table(io.BytesIO(content("parquet", big_integers="string")))
    for table in (arrow, file):
        assert table["b"].type == pa.int64()
        assert table["b"].to_pylist() == [BIG, -BIG - 1, None]


@pytest.mark.parametrize("wrong", ["strings", "", 1])
def test_other_values_are_refused(client: httpx.Client, query_id: str, wrong: Any) -> None:
    on_next = client.post("/next", json={"query_id": query_id, "big_integers": wrong})
    on_results = client.get(f"/results/{query_id}", params={"big_integers": wrong})

    for response in (on_next, on_results):
        assert_problem(response, 400, "invalid-request")
