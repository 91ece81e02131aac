"""The rows that a real Trino 476 gave for JSON lines, whole kinds of them, and the same here.

`records_golden.jsonl` has the columns and SerDe parameters of a table, the content of its file, and
the rows in Trino's JSON, or the name of the error.
"""

import base64
import json
import math
import struct
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest
from local_athena.backends.duckdb.dialect import failure_from_duckdb
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.type_names import parse_type
from local_athena.backends.duckdb.dialect.types.typed_sql import select_from
from local_athena.backends.duckdb.storage.archive import Archive, CopyFile
from local_athena.backends.duckdb.storage.converted_files import (
    copy_records,
    select_converted,
)
from local_athena.backends.duckdb.storage.odd_files import OddFiles
from local_athena.backends.duckdb.storage.partitions import keep_all, list_data_files
from local_athena.errors import StatementFailure
from local_athena.tables import Column, JsonSerde, PartitionLevel, Table
from local_athena.tables.hive_types import sql_type

from tests.archive_tree import connect
from tests.shared_files import shared_file

Case = Mapping[str, Any]
Row = tuple[Any, ...]


def read_cases(path: Path) -> list[Case]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


GOLDEN = read_cases(Path(__file__).with_name("records_golden.jsonl"))


def table_key(case: Case) -> str:
    return json.dumps([case["columns"], case["serde"]])


TABLES = {key: list(cases) for key, cases in groupby(sorted(GOLDEN, key=table_key), key=table_key)}


def make_table(case: Case) -> Table:
    flags = {name: value.lower() == "true" for name, value in case["serde"].items()}
    serde = JsonSerde(
        flags.get("case.insensitive", True),
        flags.get("ignore.malformed.json", False),
        flags.get("dots.in.keys", False),
        {
            name.removeprefix("mapping."): value
            for name, value in case["serde"].items()
            if name.startswith("mapping.")
        },
    )
    columns = (Column(name, sql_type(kind.lower()), kind) for name, kind in case["columns"])
    number = Column("number", "varchar", "string", partition=True)
    return Table("d", "t", "t", (*columns, number), (PartitionLevel("number"),), serde=serde)


def write_file(root: Path, number: int, case: Case) -> None:
    file = root / f"t/{number}/lines.json"
    file.parent.mkdir(parents=True)
    is_text = "text" in case
    file.write_bytes(case["text"].encode() if is_text else base64.b64decode(case["base64"]))


Scan = Callable[[duckdb.DuckDBPyConnection, Path, Table, CopyFile], list[Row]]


def read(root: Path, table: Table, scan: Scan) -> list[Row]:
    odd_files = OddFiles(root / "copies")
    with connect() as connection:
        while True:
            try:
                return scan(connection, root, table, odd_files.copy)
            except duckdb.Error as error:
                if not odd_files.learn(error):
                    raise failure_from_duckdb(error, "", [root]) from error


def scan_files(
    connection: duckdb.DuckDBPyConnection, root: Path, table: Table, copy: CopyFile
) -> list[Row]:
    return connection.execute(Archive(root).scan(table, copy=copy).sql).fetchall()


def scan_converted(
    connection: duckdb.DuckDBPyConnection, root: Path, table: Table, copy: CopyFile
) -> list[Row]:
    """Convert all files to one, and read that; as the converter does, in the order of the lines."""
    columns, target = table.columns[:-1], root / "converted.parquet"
    files = list_data_files(root / table.location, table.levels, keep_all)
    records = Archive(root).select_records(files, columns, table.serde, copy)
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(copy_records(records, len(columns), target))
    number = "* EXCLUDE filename, split_part(filename, '/', -2)"
    return connection.execute(
        select_from(number, f"({select_converted([target], len(columns))}) AS record")
    ).fetchall()


SCANS = pytest.mark.parametrize("scan", [scan_files, scan_converted])


def in_trinos_json(value: Any, kind: TrinoType) -> Any:
    if value is None:
        return None
    convert = CONVERTERS.get(kind.name)
    return convert(value, kind) if convert else value


def _float(value: Any, kind: TrinoType) -> Any:
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return struct.unpack("f", struct.pack("f", number))[0] if kind.name == "real" else number


def _array(value: Any, kind: TrinoType) -> Any:
    return [in_trinos_json(one, kind.element) for one in value]


def _map(value: Any, kind: TrinoType) -> Any:
    pairs = ((in_trinos_json(name, kind.key), one) for name, one in value.items())
    return {
        str(name).lower() if isinstance(name, bool) else str(name): in_trinos_json(one, kind.value)
        for name, one in pairs
    }


def _row(value: Any, kind: TrinoType) -> Any:
    return [
        in_trinos_json(one, part) for one, part in zip(value.values(), kind.parameters, strict=True)
    ]


def _timestamp(value: Any, _kind: TrinoType) -> str:
    text = value if isinstance(value, str) else f"{value:%H:%M:%S}.{value.microsecond // 1000:03}"
    return text if isinstance(value, str) else f"{value.date()} {text}"


CONVERTERS: Mapping[str, Callable[[Any, TrinoType], Any]] = {
    "real": _float,
    "double": _float,
    "array": _array,
    "map": _map,
    "row": _row,
    "decimal": lambda value, _: f"{value:f}",
    "date": lambda value, _: str(value),
    "timestamp": _timestamp,
    "varbinary": lambda value, _: base64.b64encode(value).decode(),
    "char": lambda value, kind: value.ljust(kind.length),
}


def expected(value: Any, kind: TrinoType) -> Any:
    """Write a value of Trino as DuckDB does where Python has no such date."""
    if isinstance(value, list):
        kinds = kind.parameters if kind.name == "row" else kind.parameters * len(value)
        return [expected(one, part) for one, part in zip(value, kinds, strict=True)]
    if kind.name == "real" and isinstance(value, float | int):
        return struct.unpack("f", struct.pack("f", value))[0]
    if kind.name not in ("date", "timestamp") or value is None:
        return value
    if value.startswith("+"):
        return value[1:].removesuffix(".000")
    if value.startswith(("-", "0000")):
        year, rest = value.lstrip("-")[:4], value.lstrip("-")[4:]
        date, _, time = rest.partition(" ")
        return f"{int(year) + 1:04}{date} (BC) {time.removesuffix('.000')}".rstrip()
    return value


def rows_of(case: Case, kinds: list[TrinoType]) -> list[Any]:
    pairs = (zip(row, kinds, strict=True) for row in case["rows"])
    return [[expected(value, kind) for value, kind in pair] for pair in pairs]


@SCANS
@pytest.mark.parametrize("key", TABLES, ids=[f"table{number}" for number in range(len(TABLES))])
def test_rows_are_those_of_trino(key: str, scan: Scan, tmp_path: Path) -> None:
    cases = [case for case in TABLES[key] if "rows" in case]
    if not cases:
        return
    for number, case in enumerate(cases):
        write_file(tmp_path, number, case)
    table = make_table(cases[0])
    kinds = [parse_type(column.type) for column in table.columns[:-1]]

    found: list[list[Any]] = [[] for _ in cases]
    for *values, number in read(tmp_path, table, scan):
        found[int(number)].append(
            [in_trinos_json(value, kind) for value, kind in zip(values, kinds, strict=True)]
        )

    for case, rows in zip(cases, found, strict=True):
        assert rows == rows_of(case, kinds), case


FAILING = [case for case in GOLDEN if "error" in case]


@pytest.mark.parametrize("part", range(8))
def test_errors_are_those_of_trino(part: int, tmp_path: Path) -> None:
    for number, case in list(enumerate(FAILING))[part::8]:
        write_file(tmp_path / str(number), 0, case)

        with pytest.raises(StatementFailure) as raised:
            read(tmp_path / str(number), make_table(case), scan_files)

        assert str(raised.value) == f"{case['error']}: Failed to read file at t/0/lines.json", case


def shared_cases() -> Iterator[Case]:
    for case in read_cases(shared_file("cases/records.jsonl")):
        number = {"customerid", "createdtimestamp", "arrivaltimestamp"}
        names = ("resourceid", "customerid", "operationid", "servicename", "service")
        names += ("createdtimestamp", "arrivaltimestamp", "tags", "data")
        columns = [[name, "bigint" if name in number else "string"] for name in names]
        yield {**case, "columns": columns, "serde": {"case.insensitive": "FALSE"}}


@SCANS
def test_shared_cases(scan: Scan, tmp_path: Path) -> None:
    shown = (1, 3, 5, 6, 7, 8)
    readable = [case for case in shared_cases() if "rows" in case]
    for number, case in enumerate(readable):
        write_file(tmp_path, number, case)

    found: list[list[Any]] = [[] for _ in readable]
    for *values, number in read(tmp_path, make_table(readable[0]), scan):
        found[int(number)].append([None if each is None else str(each) for each in values])

    for case, rows in zip(readable, found, strict=True):
        wanted = rows if case.get("all_columns") else [[row[n] for n in shown] for row in rows]
        assert wanted == case["rows"], case


def test_shared_cases_that_fail(tmp_path: Path) -> None:
    for number, case in enumerate(case for case in shared_cases() if "error" in case):
        write_file(tmp_path / str(number), 0, case)

        with pytest.raises(StatementFailure, match=case["error"]):
            read(tmp_path / str(number), make_table(case), scan_files)
