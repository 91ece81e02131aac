"""The rows or errors that a real Trino 476 gave for Parquet files, and the same here.

`parquet_golden.jsonl` has what a file holds, the columns of the table, and Trino's answer. A case
with `differs` says why the embedded engine answers otherwise.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from local_athena.backends.duckdb.dialect import failure_from_duckdb, install
from local_athena.backends.duckdb.dialect.types.type_names import parse_type
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.errors import StatementFailure
from local_athena.tables import Column, Table, TableFormat
from local_athena.tables.hive_types import sql_type

from tests.archive_tree import connect
from tests.storage.parquet_files import write_parquet
from tests.storage.test_records_golden import in_trinos_json, read_cases, rows_of

Case = Mapping[str, Any]
GOLDEN = read_cases(Path(__file__).with_name("parquet_golden.jsonl"))
PARTS = 12


@pytest.mark.parametrize("part", range(PARTS))
def test_answers_are_those_of_trino(part: int, tmp_path: Path) -> None:
    with connect() as connection:
        install(connection)
        for number, case in list(enumerate(GOLDEN))[part::PARTS]:
            found = answer(connection, tmp_path / str(number), case)

            assert (found == trinos_answer(case)) is ("differs" not in case), (case, found)


def answer(connection: duckdb.DuckDBPyConnection, root: Path, case: Case) -> Any:
    write_file(root, case)
    kinds = [(name, sql_type(kind.lower()), kind) for name, kind in case["columns"]]
    table = Table("d", "t", "t", tuple(Column(*one) for one in kinds), format=TableFormat.PARQUET)
    try:
        sql = Archive(root).relation_sql(table)
        rows = connection.execute(f"SELECT {case.get('select', '*')} FROM ({sql}) AS t").fetchall()
    except StatementFailure as failure:
        return failure.name
    except duckdb.Error as error:
        failure = failure_from_duckdb(error, "", [root])
        # DuckDB names no file if a page is damaged.
        is_named = "t/file.parquet" in failure.text or failure.name == "GENERIC_INTERNAL_ERROR"
        assert is_named or "differs" in case, case
        return failure.name
    types = [parse_type(kind) for _, kind, _ in kinds]
    if "select" in case:
        return [list(row) for row in rows]
    return [
        [in_trinos_json(value, kind) for value, kind in zip(row, types, strict=True)]
        for row in rows
    ]


def write_file(root: Path, case: Case) -> None:
    (root / "t").mkdir(parents=True)
    file = root / "t/file.parquet"
    if "base64" in case:
        file.write_bytes(base64.b64decode(case["base64"]))
    else:
        write_parquet(file, case["file"], case.get("options", {}))


def trinos_answer(case: Case) -> Any:
    if "error" in case:
        return case["error"]
    kinds = [parse_type(sql_type(kind.lower())) for _, kind in case["columns"]]
    return case["rows"] if "select" in case else rows_of(case, kinds)
