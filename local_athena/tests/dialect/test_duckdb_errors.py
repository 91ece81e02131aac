"""DuckDB's errors become Athena's, and nothing of DuckDB's shows."""

from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb import dialect


def _error(sql: str) -> duckdb.Error:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as raised:
        connection.execute(sql).fetchall()
    return raised.value


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT 1 // 0", "DIVISION_BY_ZERO"),
        ("SELECT CAST('x' AS INTEGER)", "INVALID_CAST_ARGUMENT"),
        ("SELECT CAST(300 AS TINYINT)", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("SELECT json_extract('{', '$.a')", "INVALID_FUNCTION_ARGUMENT"),
        ("SELECT regexp_matches('a', 'a(?=b)')", "NOT_SUPPORTED"),
        ("SELECT nofunc(1)", "FUNCTION_NOT_FOUND"),
        ("SELECT * FROM secret_view", "GENERIC_INTERNAL_ERROR"),
    ],
)
def test_error_gets_athenas_name(sql: str, name: str) -> None:
    assert dialect.failure_from_duckdb(_error(sql), sql).name == name


def test_broken_archive_line_is_bad_data_without_its_path(tmp_path: Path) -> None:
    broken = tmp_path / "lines.json"
    broken.write_text('{"a": 1}\n{"a": \n')

    error = _error(f"SELECT * FROM read_json('{broken}', columns = {{'a': 'BIGINT'}})")
    failure = dialect.failure_from_duckdb(error, "SELECT a FROM t")

    assert failure.name == "HIVE_BAD_DATA"
    assert str(tmp_path) not in str(failure)


def test_message_shows_neither_view_nor_rewritten_sql() -> None:
    failure = dialect.failure_from_duckdb(_error("SELECT * FROM scan_0"), "SELECT 1")

    assert "scan_0" not in str(failure)
    assert "LINE" not in str(failure)


def test_column_is_found_in_the_text_of_the_caller() -> None:
    error = _error("SELECT nocol FROM (SELECT 1 AS x) AS r")

    failure = dialect.failure_from_duckdb(error, "SELECT\n  nocol FROM t")

    assert str(failure) == "COLUMN_NOT_FOUND: line 2:3: Column 'nocol' cannot be resolved"
