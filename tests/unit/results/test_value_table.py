"""Every format holds the value that the table gives for each text of Athena."""

import asyncio
import io
import json
import math
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from data_hist.athena.executions import Column
from data_hist.errors import InvalidRequest
from data_hist.results.formats import FORMATS, RowStyle
from data_hist.results.pages import PageReader
from data_hist.results.streams import make_transform
from tests.support.result_csv import Row, csv_of
from tests.unit.results.test_pages import QUERY, FakeEngine, Inline, UnreadableObject
from tests.unit.results.value_table import AS_TEXT, REFUSED, VALUES, Value

TYPED = ["arrow", "parquet"]
HELD = [value for value in VALUES if value.arrow is not REFUSED]
TYPES = {(value.type, value.precision, value.scale): value.column for value in VALUES}


def name_of(value: Value) -> str:
    return f"{value.type}-{value.text[:60]}".replace("\0", "")


def encoded(rows: list[Row], columns: list[Column], name: str, row_format: str | None) -> bytes:
    transform = make_transform(FORMATS[name], "id", columns, style=RowStyle(row_format), gzip=False)
    content = csv_of(rows, [column.name for column in columns])
    return transform.feed(content) + transform.finish()


def table_of(rows: list[Row], columns: list[Column], name: str) -> pa.Table:
    return opened(encoded(rows, columns, name, None), name)


def opened(content: bytes, name: str) -> pa.Table:
    if name == "arrow":
        return pa.ipc.open_stream(content).read_all()
    return parquet.ParquetFile(io.BytesIO(content)).read()


def page(engine: Any, column: Column, *, objects: bool) -> str:
    reader = PageReader(engine, Inline(), Inline())
    read = reader.read(QUERY, [column], None, 1000, RowStyle("objects" if objects else "arrays"))
    return asyncio.run(read).json.decode()


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_csv_has_athenas_text(value: Value) -> None:
    rows: list[Row] = [(value.text,), (None,), ("",)]

    assert encoded(rows, [value.column], "csv", None) == csv_of(rows, ["x"])


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_json_of_streams(value: Value) -> None:
    rows: list[Row] = [(value.text,), (None,)]
    columns = [value.column]
    array, item = f"[{value.json}]", f'{{"x":{value.json}}}'

    ndjson = encoded(rows, columns, "ndjson", None).decode()
    assert ndjson == f'{item}\n{{"x":null}}\n'
    assert encoded(rows, columns, "ndjson", "arrays").decode() == f"{array}\n[null]\n"
    assert encoded(rows, columns, "json", None).decode().endswith(f'"rows":[{array},[null]]}}')
    with_objects = encoded(rows, columns, "json", "objects").decode()
    assert with_objects.endswith(f'"rows":[{item},{{"x":null}}]}}')


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_json_of_pages(value: Value) -> None:
    rows: list[Row] = [(value.text,), (None,)]
    for engine in (FakeEngine(csv_of(rows, ["x"])), UnreadableObject([("x",), *rows])):
        arrays = page(engine, value.column, objects=False)
        objects = page(engine, value.column, objects=True)

        assert arrays == f"[[{value.json}],[null]]"
        assert objects == f'[{{"x":{value.json}}},{{"x":null}}]'


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_json_is_read_by_other_readers(value: Value) -> None:
    line = encoded([(value.text,)], [value.column], "ndjson", None).decode()

    json.loads(line)
    assert line.count("\n") == 1


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("value", HELD, ids=name_of)
def test_typed_value_as_pyarrow_reads_it(value: Value, name: str) -> None:
    column = table_of([(value.text,), (None,)], [value.column], name)["x"]

    read, null = _stored(column).to_pylist()
    assert null is None
    assert_same(read, value)


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("value", HELD, ids=name_of)
def test_typed_value_as_duckdb_reads_it(value: Value, name: str, tmp_path: Any) -> None:
    content = encoded([(value.text,), (None,)], [value.column], name, None)
    with duckdb.connect() as connection:
        if name == "parquet":
            (tmp_path / "x.parquet").write_bytes(content)
            relation = connection.read_parquet(str(tmp_path / "x.parquet"))
        else:
            relation = connection.from_arrow(opened(content, name))
        stored = {"DATE": "x - DATE '1970-01-01'", "TIMESTAMP": "epoch_us(x)"}
        stored["TIMESTAMP WITH TIME ZONE"] = "epoch_us(x)"
        sql = stored.get(str(relation.types[0]), "x")
        [(read,), (null,)] = relation.project(sql).fetchall()

    assert null is None
    assert_same(read, value)


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize(
    "value", [value for value in VALUES if value.arrow is REFUSED], ids=name_of
)
def test_value_without_a_form_is_refused_and_the_way_out_told(value: Value, name: str) -> None:
    columns = [Column("n", "varchar"), value.column]

    with pytest.raises(InvalidRequest) as refusal:
        encoded([("a", value.text)], columns, name, None)

    assert f"Column 2 holds a {value.type} " in refusal.value.detail
    assert "csv, ndjson or json" in refusal.value.detail


@pytest.mark.parametrize("kind", ["varchar", "json"])
def test_a_cell_of_sixteen_megabytes(kind: str) -> None:
    column = Column("x", kind)
    text = f'"{"x" * 16 * 2**20}"'
    rows: list[Row] = [(text,), ("1",)]
    cell = json.loads(text) if kind == "json" else text
    after = 1 if kind == "json" else "1"

    assert encoded(rows, [column], "csv", None) == csv_of(rows, ["x"])
    lines = encoded(rows, [column], "ndjson", "arrays").splitlines()
    assert [json.loads(line) for line in lines] == [[cell], [after]]
    document = json.loads(encoded(rows, [column], "json", None))
    assert document["rows"] == [[cell], [after]]
    for name in TYPED:
        assert table_of(rows, [column], name)["x"].to_pylist() == [text, "1"]


@pytest.mark.parametrize("column", TYPES.values(), ids=str)
def test_a_column_of_nulls(column: Column) -> None:
    rows: list[Row] = [(None,), (None,)]

    assert encoded(rows, [column], "csv", None) == b'"x"\n\n\n'
    assert encoded(rows, [column], "ndjson", "arrays") == b"[null]\n[null]\n"
    for name in TYPED:
        assert table_of(rows, [column], name)["x"].to_pylist() == [None, None]


@pytest.mark.parametrize("column", TYPES.values(), ids=str)
@pytest.mark.parametrize("name", TYPED)
def test_a_result_without_rows_has_the_same_types(column: Column, name: str) -> None:
    assert table_of([], [column], name).schema == table_of([(None,)], [column], name).schema


@pytest.mark.parametrize("name", TYPED)
def test_values_beside_an_odd_one_stay_what_they_are(name: str) -> None:
    columns = [Column("n", "bigint"), Column("d", "date"), Column("x", "timestamp")]
    rows: list[Row] = [
        ("1", "2026-01-01", "+12345-01-01 00:00:00.000"),
        (None, "+12345-01-01", "2026-01-01 00:00:00.000"),
    ]

    table = table_of(rows, columns, name)

    assert [str(field.type) for field in table.schema] == ["int64", "date32[day]", "timestamp[us]"]
    assert table["n"].to_pylist() == [1, None]
    assert _stored(table["d"]).to_pylist() == [20454, 3_789_391]


@pytest.mark.parametrize("name", TYPED)
def test_odd_values_in_later_blocks(name: str) -> None:
    columns = [Column("x", "timestamp"), Column("fine", "timestamp")]
    blocks: list[Row] = [
        (None, "2026-01-01 00:00:00.000000001"),
        ("2026-01-01 00:00:00.000", None),
        ("+12345-01-01 00:00:00.000", "2026-01-01 00:00:00.000000002"),
    ]
    transform = make_transform(FORMATS[name], "id", columns, style=RowStyle(), gzip=False)
    parts = [transform.feed(csv_of([row], [])[1:]) for row in [("x", "fine"), *blocks]]

    table = opened(b"".join([*parts, transform.finish()]), name)
    assert table["fine"].to_pylist() == [row[1] for row in blocks]
    assert _stored(table["x"]).to_pylist()[2] == 3_789_391 * 86_400_000_000


@pytest.mark.parametrize("name", ["ndjson", *TYPED])
def test_bytes_that_are_not_utf_8_are_replaced(name: str) -> None:
    columns = [Column("n", "bigint"), Column("x", "varchar")]
    transform = make_transform(FORMATS[name], "id", columns, style=RowStyle(), gzip=False)

    content = transform.feed(b'"n","x"\n"1","a\xff\xe2\x82"\n') + transform.finish()

    rows = [json.loads(content)] if name == "ndjson" else opened(content, name).to_pylist()
    assert rows == [{"n": 1, "x": "a\ufffd\ufffd"}]


def _stored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the numbers that dates and times are stored as."""
    if pa.types.is_date(column.type):
        return column.cast(pa.int32())
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def assert_same(read: Any, value: Value) -> None:
    if value.arrow is AS_TEXT:
        assert read == value.text
    elif isinstance(value.arrow, float):
        assert (math.isnan(read) and math.isnan(value.arrow)) or read == value.arrow
        assert math.copysign(1, read) == math.copysign(1, value.arrow) or math.isnan(read)
    elif value.type == "decimal":
        assert f"{read:f}" == value.arrow
    else:
        assert read == value.arrow
