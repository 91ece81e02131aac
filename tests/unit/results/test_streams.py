"""Every format holds exactly the rows of the result, wherever blocks end."""

import io
import json
import subprocess
import sys
import zlib
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from data_hist.athena.executions import Column
from data_hist.errors import EngineFailed, InvalidRequest
from data_hist.results.csv import RowSplitter
from data_hist.results.formats import FORMATS, RowStyle
from data_hist.results.streams import make_transform
from tests.support.result_csv import Row, csv_of, json_value
from tests.unit.results.test_pages import VALUES

TYPED_VALUES: dict[str, st.SearchStrategy[str]] = {
    "varchar": st.text(st.sampled_from('",\n\r\\ab é日🙂'), max_size=8),
    "bigint": st.integers(-(2**63), 2**63 - 1).map(str),
    "integer": st.integers(-(2**31), 2**31 - 1).map(str),
    "boolean": st.sampled_from(["true", "false"]),
    "double": st.floats(allow_nan=False, allow_infinity=False).map(str)
    | st.sampled_from(["NaN", "Infinity", "-Infinity", "1.0E20", "-0.0"]),
    "decimal": st.decimals("-99999", "99999", places=2).map(str),
    "date": st.dates().map(str),
    "timestamp": st.datetimes().map(lambda t: t.isoformat(" ", "milliseconds")),
    "timestamp with time zone": st.sampled_from(
        ["2026-07-20 05:15:00.123 America/New_York", "2026-01-20 05:15:00.1 UTC"]
    ),
    "varbinary": st.binary(max_size=4).map(lambda data: data.hex(" ")),
    "json": st.sampled_from(['{"a":1.10}', "[1,\n2]", '{"a":\r\n"\\n"}', "null", '"x"']),
    "array": st.sampled_from(["[1, 2]", "[]"]),
}


def encoded(
    data: bytes, block: int, name: str, columns: list[Column], row_format: str = "arrays"
) -> bytes:
    gzip = block % 2 == 1
    transform = make_transform(FORMATS[name], "id", columns, style=RowStyle(row_format), gzip=gzip)
    parts = [transform.feed(data[at : at + block]) for at in range(0, len(data), block)]
    whole = b"".join([*parts, transform.finish()])
    return zlib.decompress(whole, 31) if gzip else whole


def lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.decode().split("\n")[:-1]]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_text_is_exact_in_every_format(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 3))
    rows: list[Row] = data.draw(st.lists(st.tuples(*[VALUES] * width), max_size=12))
    texts = st.text(max_size=3)
    names = tuple(data.draw(st.lists(texts, min_size=width, max_size=width, unique=True)))
    columns = [Column(name, "varchar") for name in names]
    content = csv_of(rows, names)
    block = data.draw(st.integers(1, len(content) + 1))

    as_lists = [list(row) for row in rows]
    assert encoded(content, block, "csv", columns) == content
    assert lines(encoded(content, block, "ndjson", columns)) == as_lists
    assert json.loads(encoded(content, block, "json", columns))["rows"] == as_lists
    stream = pa.ipc.open_stream(encoded(content, block, "arrow", columns)).read_all()
    file = parquet.ParquetFile(io.BytesIO(encoded(content, block, "parquet", columns))).read()
    for table in (stream, file):
        assert [
            list(row) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)
        ] == as_lists


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_json_values_are_those_of_a_page(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(TYPED_VALUES)), min_size=1, max_size=4))
    columns = [Column(f"c{number}", kind, 7, 2) for number, kind in enumerate(kinds)]
    values = st.tuples(*[st.none() | TYPED_VALUES[kind] for kind in kinds])
    rows: list[Row] = data.draw(st.lists(values, max_size=8))
    content = csv_of(rows, tuple(column.name for column in columns))
    block = data.draw(st.integers(1, len(content) + 1))
    expected = [[json_value(*value) for value in zip(row, kinds, strict=True)] for row in rows]
    names = [column.name for column in columns]

    assert lines(encoded(content, block, "ndjson", columns)) == expected
    assert lines(encoded(content, block, "ndjson", columns, "objects")) == [
        dict(zip(names, row, strict=True)) for row in expected
    ]
    assert json.loads(encoded(content, block, "json", columns))["rows"] == expected
    table = pa.ipc.open_stream(encoded(content, block, "arrow", columns)).read_all()
    for column, texts, kind in zip(table.columns, zip(*rows, strict=True), kinds, strict=False):
        assert [_text(value, kind) for value in column.to_pylist()] == [
            _text(_native(text, kind), kind) for text in texts
        ]


def _native(text: str | None, kind: str) -> Any:
    """Convert Athena's text to a value of the types that Arrow has."""
    if text is None or kind not in ("bigint", "integer", "boolean", "double", "decimal"):
        return text
    if kind == "boolean":
        return text == "true"
    return {"double": float, "decimal": Decimal}.get(kind, int)(text)


def _text(value: Any, kind: str) -> str | None:
    """Return text that compares equal for equal values, NaN included; zones become UTC."""
    if value is None:
        return None
    if kind == "timestamp":
        return value if isinstance(value, str) else value.isoformat(" ", "milliseconds")
    if kind == "timestamp with time zone":
        return "a moment"
    if kind == "varbinary":
        return value if isinstance(value, str) else value.hex(" ")
    return str(value)


def test_cut_at_every_byte() -> None:
    rows: list[Row] = [('é"\n日', None), ("", '"'), ('""', "🙂\r\n,"), (None, None), ("\n\n", "x")]
    content = csv_of(rows, ('a"\n', "b"))
    body = content[len(csv_of([], ('a"\n', "b"))) :]
    for cut in range(len(content) + 1):
        blocks = RowSplitter()
        parts = [blocks.feed(content[:cut]), blocks.feed(content[cut:])]
        blocks.finish()
        assert b"".join(parts) == body
        columns = [Column("a", "varchar"), Column("b", "varchar")]
        for part in filter(None, parts):
            transform = make_transform(
                FORMATS["ndjson"], "id", columns, style=RowStyle("arrays"), gzip=False
            )
            transform.feed(csv_of([], ("a", "b")))
            transform.feed(part)
            transform.finish()


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(["\n", '"', "a", ",", '\n"\n"', '"\n']), max_size=400),
    block=st.integers(1, 900),
)
def test_value_full_of_newlines_and_quotes_is_cut_in_the_same_place(
    pieces: list[str], block: int
) -> None:
    row = ("".join(pieces), "end")
    content = csv_of([row, row], ("a", "b"))
    columns = [Column("a", "varchar"), Column("b", "varchar")]

    assert lines(encoded(content, block, "ndjson", columns)) == [list(row)] * 2


def test_row_far_longer_than_a_block() -> None:
    row = ("x" * 20_000_000, '"\n' * 2_000_000, None)
    columns = [Column(name, "varchar") for name in "abc"]

    content = encoded(csv_of([row, row], ("a", "b", "c")), 2_000_000, "ndjson", columns)

    assert lines(content) == [list(row)] * 2


@pytest.mark.parametrize(
    "data", [b"", b'"a","b"', b'"a","b"\n"1"\n', b'"a","b"\n"1","2', b'"a","b"\n"1","2"\n"3"']
)
@pytest.mark.parametrize("name", ["ndjson", "json", "arrow", "parquet"])
def test_object_that_is_no_such_csv_is_the_engines_fault(data: bytes, name: str) -> None:
    columns = [Column("a", "varchar"), Column("b", "varchar")]
    with pytest.raises(EngineFailed):
        encoded(data, 4, name, columns)


def test_parquet_is_refused_when_names_are_shared_and_arrow_keeps_both() -> None:
    columns = [Column("a", "bigint"), Column("a", "varchar")]

    with pytest.raises(InvalidRequest, match="share a name"):
        make_transform(FORMATS["parquet"], "id", columns, style=RowStyle(), gzip=False)
    stream = encoded(csv_of([("1", "x")], ("a", "a")), 100, "arrow", columns)
    assert [column.to_pylist() for column in pa.ipc.open_stream(stream).read_all().columns] == [
        [1],
        ["x"],
    ]


def test_objects_are_refused_when_names_are_shared() -> None:
    columns = [Column("a", "varchar"), Column("a", "varchar")]
    for name in ("ndjson", "json"):
        with pytest.raises(InvalidRequest):
            make_transform(FORMATS[name], "id", columns, style=RowStyle("objects"), gzip=False)


def test_pyarrow_is_imported_with_the_encoders_alone() -> None:
    code = (
        "import sys; from data_hist.results.streams import load_encoders; "
        "before = 'pyarrow' in sys.modules; load_encoders(); "
        "print(before, 'pyarrow.parquet' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]
