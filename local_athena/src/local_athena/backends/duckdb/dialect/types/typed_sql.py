"""One translated expression: DuckDB text together with its Athena type, and how it is coerced."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_athena.backends.duckdb.dialect.failures import CAUGHT_BY_TRY
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType

# A function of Python's for `create_function`: its name, itself, and DuckDB's types.
PythonFunction = tuple[str, Callable[..., Any], list[Any], str]


@dataclass(frozen=True)
class Typed:
    """DuckDB SQL of an expression, its Athena type, and its value where it is a constant."""

    sql: str
    type: TrinoType
    constant: str | None = None

    @property
    def is_null(self) -> bool:
        """Whether the text says by itself that the value is NULL."""
        return self.sql in ("NULL", null_of(self.type).sql)


def null_of(kind: TrinoType) -> Typed:
    """Write the NULL of a type."""
    return Typed(f"CAST(NULL AS {kind.duckdb})", kind)


def quote_string(text: str) -> str:
    """Quote a text as a string literal."""
    return "'" + text.replace("'", "''") + "'"


def quote_identifier(name: str) -> str:
    """Quote a name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def select_from(items: str, source: str) -> str:
    """Write a SELECT over a relation."""
    return f"SELECT {items} FROM {source}"  # noqa: S608 - both parts are translated SQL


def failing_expression(name: str, text: str, kind: TrinoType) -> str:
    """Write an expression of a type that fails with an error of Athena's when it is evaluated."""
    function = "athena_fail" if name in CAUGHT_BY_TRY else "athena_fail_beyond_try"
    message = quote_string(f"{name}:{text}")
    return f"CAST(CAST({function}({message}) AS VARCHAR) AS {kind.duckdb})"


def coerce(value: Typed, target: TrinoType, depth: int = 0) -> Typed:
    """Coerce a value; the caller has checked that Athena coerces it implicitly."""
    if value.is_null:
        return null_of(target)
    if value.type.name == "unknown":
        return Typed(f"CAST({value.sql} AS {target.duckdb})", target, value.constant)
    if value.type.duckdb == target.duckdb or target.name == "unknown":
        return Typed(value.sql, target, value.constant)
    if target.name == "row":
        return Typed(_coerce_row(value, target, depth), target)
    if target.name == "array" and target.holds("row"):
        name = f"c{depth}"
        item = coerce(Typed(name, value.type.element), target.element, depth + 1)
        return Typed(f"list_transform({value.sql}, lambda {name}: {item.sql})", target)
    return Typed(f"CAST({value.sql} AS {target.duckdb})", target, value.constant)


def _coerce_row(value: Typed, target: TrinoType, depth: int) -> str:
    pairs = enumerate(zip(value.type.parameters, target.parameters, strict=True), 1)
    parts = (
        f"'f{n}': {coerce(Typed(f'({value.sql}).f{n}', one), other, depth).sql}"
        for n, (one, other) in pairs
    )
    packed = "{" + ", ".join(parts) + "}"
    return f"CASE WHEN ({value.sql}) IS NOT NULL THEN {packed} END"
