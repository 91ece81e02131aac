"""Write the files of archives, the same bytes at each run."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as lines of JSON, compressed if the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def write_parquet(
    path: Path, columns: Mapping[str, pa.DataType], rows: Iterable[Mapping[str, Any]], codec: str
) -> None:
    """Write rows as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(list(rows), schema=pa.schema(list(columns.items())))
    pq.write_table(table, path, compression=codec)
