"""The tables of signatures: each line is a function that DuckDB has, of the types that they say."""

from collections.abc import Iterable, Iterator

import pytest
from local_athena.backends.duckdb.dialect.signatures import Signature, signatures
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    DOUBLE,
    INTEGER,
    INTEGERS,
    VARCHAR,
    TrinoType,
)

from tests.dialect.running import Endpoint

_REAL = TrinoType("real")
_DECIMALS = [TrinoType("decimal", precision=precision, scale=2) for precision in (10, 38)]
_INTEGERS = [TrinoType(name) for name in INTEGERS]
_VARIABLES = {
    "I": _INTEGERS,
    "N": [*_INTEGERS, *_DECIMALS, _REAL, DOUBLE],
    "J": [VARCHAR],
    "local": [TrinoType("timestamp")],
    "clock": [TrinoType("time")],
    "K": [VARCHAR],
    "O": [VARCHAR],
    **{name: [VARCHAR, _REAL, DOUBLE, INTEGER, BIGINT, *_DECIMALS] for name in "TUV"},
}
_SIGNATURES = [signature for lines in signatures().values() for signature in lines]
_SOURCES = ("(VALUES 1, 2) AS t(x)", "(SELECT customerid FROM events_v0) AS t(x)")


def _arguments(signature: Signature) -> Iterator[list[str]]:
    """NULL for each parameter, once for each choice of the types that a line leaves open."""
    names = filter(None, map(_open_name, signature.parameters))
    for choice in range(max((len(_VARIABLES[name]) for name in names), default=1)):
        # The distance of lag and lead must not be NULL.
        yield [
            "1"
            if signature.section == "window" and parameter.name == "bigint"
            else _null(parameter, choice)
            for parameter in signature.parameters
        ]


def _call(signature: Signature, arguments: Iterable[str]) -> str:
    over = " OVER (ORDER BY x)" if signature.section == "window" else ""
    return f"{signature.name}({', '.join(arguments)}){over}"


def _open_name(kind: TrinoType) -> str | None:
    if kind.name in _VARIABLES:
        return kind.name
    return next(filter(None, map(_open_name, kind.parameters)), None)


def _null(kind: TrinoType, choice: int) -> str:
    if kind.name in ("path", "pattern"):
        return "'$.a'"
    if kind.holds("unknown"):
        return "array[null]" if kind.parameters else "null"
    if kind.is_interval:
        return f"interval '1' {'day' if 'day' in kind.name else 'month'}"
    return f"cast(null AS {_written(kind, choice)})"


def _written(kind: TrinoType, choice: int) -> str:
    if kind.name in _VARIABLES:
        choices = _VARIABLES[kind.name]
        return str(choices[choice % len(choices)])
    if kind.name == "row":
        parts = (f"f{n} {_written(part, choice)}" for n, part in enumerate(kind.parameters))
        return f"row({', '.join(parts)})"
    if kind.parameters:
        return f"{kind.name}({', '.join(_written(part, choice) for part in kind.parameters)})"
    return kind.name if kind.length is None else f"{kind.name}({kind.length})"


@pytest.mark.parametrize("signature", _SIGNATURES, ids=map(str, _SIGNATURES))
def test_every_function_binds_and_takes_null(endpoint: Endpoint, signature: Signature) -> None:
    call = _call(signature, next(_arguments(signature)))

    result = endpoint.run(f"SELECT {call} FROM {_SOURCES[0]}")

    assert len(result.rows) == (1 if signature.section == "aggregate" else 2)


def _statements(signature: Signature) -> Iterator[str]:
    """Calls with columns, for which DuckDB evaluates the function itself."""
    for arguments in _arguments(signature):
        columns = {
            f"a{n}": text for n, text in enumerate(arguments) if text.startswith("cast(null")
        }
        names = [f"a{n}" if f"a{n}" in columns else text for n, text in enumerate(arguments)]
        listed = "".join(f", {text} AS {name}" for name, text in columns.items())
        for source in _SOURCES if signature.is_aggregate else _SOURCES[:1]:
            yield f"SELECT {_call(signature, names)} FROM (SELECT x{listed} FROM {source})"


@pytest.mark.parametrize("signature", _SIGNATURES, ids=map(str, _SIGNATURES))
def test_every_function_has_the_type_of_its_result(
    endpoint: Endpoint, signature: Signature
) -> None:
    for sql in _statements(signature):
        with endpoint.translated(sql) as (session, translation):
            (column,) = translation.columns
            described = session.execute(f"DESCRIBE {translation.sql}").fetchall()
            expected = session.execute(f"SELECT typeof(CAST(NULL AS {column.type.duckdb}))")

            assert (described[0][1],) == expected.fetchone(), sql
