"""What a query cannot reach, whatever its SQL: files, other results, the settings of DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.storage.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_athena.testing import Endpoint

    from tests.clients import AthenaSession

STATEMENTS = [
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT * FROM glob('{file}')",
    "COPY (SELECT 1) TO '{file}'",
    "ATTACH '{file}' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET lock_configuration",
    "EXPORT DATABASE '{file}'",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_endpoint_runs_none_of_these(session: AthenaSession, statement: str) -> None:
    with pytest.raises(Exception, match=r"MALFORMED_QUERY|line \d+:\d+|FAILED") as refusal:
        execution = session.run(statement.format(file="/etc/passwd"))
        raise AssertionError(execution["Status"]["State"])

    assert "SUCCEEDED" not in str(refusal.value)


@pytest.fixture
def database(small_archive: Path, tmp_path: Path) -> Iterator[Database]:
    """A worker's database, without the dialect before it."""
    folder = tmp_path / "worker"
    folder.mkdir()
    opened = Database(Archive(small_archive), folder, "200MB", 1)
    yield opened
    opened.close()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_duckdb_itself_refuses_these(database: Database, statement: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")

    try:
        rows = database.connection.execute(statement.format(file=secret)).fetchall()
    except duckdb.Error:
        rows = []

    assert rows == []
    assert secret.read_text() == "a\n1\n"
    assert database.connection.execute("SELECT 1").fetchall() == [(1,)]


def test_no_path_leads_from_a_worker_to_the_results(
    endpoint: Endpoint, session: AthenaSession, small_archive: Path
) -> None:
    execution = session.run("SELECT 'secret' AS word")
    state = endpoint.state
    (result,) = state.glob(f"s3/**/{execution['QueryExecutionId']}.csv")
    folder = state / "workers" / "0"
    database = Database(Archive(small_archive), folder, "200MB", 1)

    for path in (result, folder / ".." / ".." / result.relative_to(state)):
        with pytest.raises(duckdb.PermissionException):
            database.connection.execute(f"SELECT * FROM read_text('{path}')")

    database.close()
