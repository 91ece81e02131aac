"""Files that DuckDB's CSV reader refuses are read from a copy, and the statement runs again."""

from pathlib import Path

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.storage.archive import Archive

from tests.archive_tree import CATALOG, add_file

LATIN_1 = b'{"customerid": 1, "tags": "gr\xf6\xdfe"}\n'
MIXED = b'{"customerid": 2}\r{"customerid": 3}\n{"customerid": 4}\r\n'
NUL = b'{"customerid": 5, "tags": "a\x00b"}\n'


@pytest.mark.parametrize(
    ("contents", "customers"),
    [([LATIN_1], 1), ([MIXED], 3), ([NUL], 1), ([LATIN_1, MIXED, NUL, b"{}\n"], 6)],
)
def test_statement_reads_every_line(contents: list[bytes], customers: int, tmp_path: Path) -> None:
    archive, worker = tmp_path / "archive", tmp_path / "worker"
    worker.mkdir()
    for number, content in enumerate(contents):
        add_file(archive, name=f"{number}.json").write_bytes(content)
    database = Database(Archive(archive), worker, "200MB", 1)
    plan = dialect.translate("SELECT customerid, tags FROM events_v0", CATALOG, "data_hist")

    outcomes = [database.run(plan, worker / "result", lambda: False) for _ in range(2)]

    assert [outcome.rows for outcome in outcomes] == [customers] * 2
    assert not (worker / "lines").exists()
    database.close()
