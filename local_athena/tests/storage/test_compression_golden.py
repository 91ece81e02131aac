"""The rows or errors that a real Trino 476 gave on 2026-11-29 for compressed files of JSON lines.

`compression_golden.jsonl` has the name of a file, its bytes, and Trino's answer. A case with
`differs` says why the embedded engine answers otherwise.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from local_athena.backends.duckdb.dialect import failure_from_duckdb
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.odd_files import OddFiles
from local_athena.errors import StatementFailure
from local_athena.tables import Column, JsonSerde, Table

from tests.archive_tree import connect
from tests.storage.test_records_golden import read_cases

Case = Mapping[str, Any]
GOLDEN = read_cases(Path(__file__).with_name("compression_golden.jsonl"))
PARTS = 12
TABLE = Table(
    "d",
    "t",
    "t",
    (Column("a", "bigint", "bigint"), Column("b", "varchar", "string")),
    serde=JsonSerde(case_insensitive=False),
)


@pytest.mark.parametrize("part", range(PARTS))
def test_answers_are_those_of_trino(part: int, tmp_path: Path) -> None:
    with connect() as connection:
        for number, case in list(enumerate(GOLDEN))[part::PARTS]:
            found = answer(connection, tmp_path / str(number), case)

            trinos = case["error"] if "error" in case else case["rows"]
            assert (found == trinos) is ("differs" not in case), (case, found)


def answer(connection: duckdb.DuckDBPyConnection, root: Path, case: Case) -> Any:
    file = root / "t" / case["name"]
    file.parent.mkdir(parents=True)
    file.write_bytes(base64.b64decode(case["base64"]))
    try:
        rows = read(connection, root, case.get("select", "*"))
    except StatementFailure as failure:
        assert f" t/{case['name']}" in failure.text, (case, failure.text)
        return failure.name
    return [list(row) for row in rows]


def read(connection: duckdb.DuckDBPyConnection, root: Path, select: str) -> list[Any]:
    odd_files = OddFiles(root / "copies")
    while True:
        sql = Archive(root).scan(TABLE, copy=odd_files.copy).sql
        try:
            return connection.execute(f"SELECT {select} FROM ({sql}) AS t").fetchall()
        except duckdb.Error as error:
            if not odd_files.learn(error):
                raise failure_from_duckdb(error, "", [root]) from error
