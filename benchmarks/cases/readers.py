"""Measure reading and writing rows by itself: with the chosen libraries and with others."""

import csv
import gzip
import io
import json
import time
import zlib
from collections.abc import Callable

import msgspec
import orjson
import polars
import pyarrow as pa

from benchmarks.bench import Bench
from benchmarks.data import COLUMNS, DataSet
from benchmarks.report import Measurements, Section, number
from data_hist.athena.executions import Column
from data_hist.results.arrow_rows import ArrowEncoder, ArrowRows, ParquetEncoder
from data_hist.results.csv import RowSplitter, parse_rows
from data_hist.results.json_rows import JsonEncoder, NdjsonEncoder

_BLOCK_BYTES = 1024 * 1024
_TURNS = 5
_NAMES = [name for name, _ in COLUMNS]
_COLUMNS = [Column(name, kind) for name, kind in COLUMNS]
_STRINGS = [pa.string()] * len(COLUMNS)
_POLARS = {"bigint": polars.Int64, "double": polars.Float64, "boolean": polars.Boolean}

Way = Callable[[bytes], object]


def _json_types() -> list[pa.DataType]:
    types = {"bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
    return [types.get(kind, pa.string()) for _, kind in COLUMNS]


def _orjson_dicts(rows: bytes) -> bytes:
    lists = [column.to_pylist() for column in parse_rows(rows, _json_types()).columns]
    return b"\n".join(
        orjson.dumps(dict(zip(_NAMES, row, strict=True))) for row in zip(*lists, strict=True)
    )


def _msgspec_dicts(rows: bytes) -> bytes:
    lists = [column.to_pylist() for column in parse_rows(rows, _json_types()).columns]
    documents = [dict(zip(_NAMES, row, strict=True)) for row in zip(*lists, strict=True)]
    return msgspec.json.Encoder().encode_lines(documents)


def _standard_library(rows: bytes) -> str:
    # Less than the others do: NULL becomes the empty string, and numbers stay text.
    reader = csv.reader(io.StringIO(rows.decode(), newline=""))
    return "\n".join(json.dumps(dict(zip(_NAMES, row, strict=True))) for row in reader)


def _standard_library_rows(rows: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(rows.decode(), newline="")))


def _polars_frame(rows: bytes) -> polars.DataFrame:
    schema = {name: _POLARS.get(kind, polars.String) for name, kind in COLUMNS}
    return polars.read_csv(rows, has_header=False, schema=schema)


def _polars_ndjson(rows: bytes) -> bytes:
    sink = io.BytesIO()
    _polars_frame(rows).write_ndjson(sink)
    return sink.getvalue()


def _header_read() -> RowSplitter:
    blocks = RowSplitter()
    blocks.feed(b'"header"\n')
    return blocks


_CHOSEN = "chosen"
_READERS: dict[str, tuple[str, Way]] = {
    "find where the rows end: count quotes": (_CHOSEN, lambda rows: _header_read().feed(rows)),
    "read: pyarrow, types of Arrow": (_CHOSEN, lambda rows: ArrowRows(_COLUMNS).table(rows)),
    "the same again (control)": ("", lambda rows: ArrowRows(_COLUMNS).table(rows)),
    "read: pyarrow, types of JSON": (_CHOSEN, lambda rows: parse_rows(rows, _json_types())),
    "read: pyarrow, text": ("", lambda rows: parse_rows(rows, _STRINGS)),
    "read: polars": ("", _polars_frame),
    "read: csv of the standard library": ("", _standard_library_rows),
    "NDJSON: msgspec structs": (
        _CHOSEN,
        lambda rows: NdjsonEncoder(_COLUMNS, objects=True).rows(rows),
    ),
    "NDJSON: msgspec dicts": ("", _msgspec_dicts),
    "NDJSON: orjson, a dict for each row": ("", _orjson_dicts),
    "NDJSON: polars": ("", _polars_ndjson),
    "NDJSON: csv and json of the standard library": ("", _standard_library),
    "JSON: msgspec arrays": (
        _CHOSEN,
        lambda rows: JsonEncoder("", _COLUMNS, objects=False).rows(rows),
    ),
    "Arrow: a record batch": (_CHOSEN, lambda rows: ArrowEncoder(_COLUMNS).rows(rows)),
    "Parquet: a row group, zstd": (_CHOSEN, lambda rows: ParquetEncoder(_COLUMNS).rows(rows)),
    "CSV: gzip, level 1": (_CHOSEN, lambda rows: zlib.compress(rows, 1)),
    "CSV: gzip, level 6": ("", lambda rows: gzip.compress(rows, 6)),
}
_REFERENCE = "NDJSON: msgspec structs"


def run(bench: Bench) -> Section:
    """Measure each candidate on a block of rows, in each repeat."""
    sample = DataSet().sample
    block = _header_read().feed(sample[:_BLOCK_BYTES])
    rows = parse_rows(block, _STRINGS).num_rows
    found = Measurements()
    for _ in range(bench.repeats):
        for name, (_, way) in _READERS.items():
            way(block)
            turns = bench.count(_TURNS)
            started = time.process_time_ns()
            for _turn in range(turns):
                way(block)
            found.add(name, ns=(time.process_time_ns() - started) / turns / rows)
    section = Section(
        f"readers: a block of {rows:,} rows on one core",
        ("way", "", "CPU ns a row", "times NDJSON as it is [quartiles]"),
    )
    for name, (chosen, _) in _READERS.items():
        ratio = found.ratio(name, _REFERENCE, "ns")
        section.rows.append((name, chosen, number(found.median(name, "ns")), str(ratio)))
    return section
