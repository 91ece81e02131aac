"""DuckDB's errors become Athena's, and nothing of DuckDB's shows."""

from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.dialect.signatures import signatures
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    DOUBLE,
    VARCHAR,
    TrinoType,
)

from tests.dialect.running import Endpoint

_VARIABLES = {"T": VARCHAR, "U": BIGINT, "K": VARCHAR, "V": BIGINT}
_VARIABLES |= {"N": DOUBLE, "I": BIGINT, "J": VARCHAR, "O": VARCHAR}


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


def _null(kind: TrinoType) -> str:
    if kind.name in ("path", "pattern"):
        return "'$.a'"
    if kind.holds("unknown"):
        return "array[null]" if kind.parameters else "null"
    if kind.is_interval:
        return f"interval '1' {'day' if 'day' in kind.name else 'month'}"
    return f"cast(null AS {_written(kind)})"


def _written(kind: TrinoType) -> str:
    kind = _VARIABLES.get(kind.name, kind)
    if kind.name in ("local", "clock"):
        return "timestamp" if kind.name == "local" else "time"
    if kind.name == "row":
        parts = (f"f{n} {_written(part)}" for n, part in enumerate(kind.parameters))
        return f"row({', '.join(parts)})"
    if kind.parameters:
        return f"{kind.name}({', '.join(map(_written, kind.parameters))})"
    return kind.name if kind.length is None else f"{kind.name}({kind.length})"


_SIGNATURES = [signature for lines in signatures().values() for signature in lines]


@pytest.mark.parametrize("signature", _SIGNATURES, ids=map(str, _SIGNATURES))
def test_every_function_binds_and_takes_null(endpoint: Endpoint, signature: object) -> None:
    assert isinstance(signature, type(_SIGNATURES[0]))
    over = " OVER (ORDER BY x)" if signature.section == "window" else ""
    # The distance of lag and lead must not be NULL.
    arguments = [
        "1" if over and parameter.name == "bigint" else _null(parameter)
        for parameter in signature.parameters
    ]
    call = f"{signature.name}({', '.join(arguments)}){over}"

    result = endpoint.run(f"SELECT {call} FROM (VALUES 1, 2) AS t(x)")

    assert len(result.rows) == (1 if signature.section == "aggregate" else 2)
