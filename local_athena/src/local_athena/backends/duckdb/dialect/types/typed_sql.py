"""One translated expression: DuckDB text together with its Athena type, and how it is coerced."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_athena.backends.duckdb.dialect.failures import CAUGHT_BY_TRY
from local_athena.backends.duckdb.dialect.types.time_values import TIMES, widen_time
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


def evaluate_once(argument: str, write: Callable[[str], str]) -> str:
    """Write the call of a macro that names its argument often.

    Each naming stands for a copy of the argument, and copies of calls within calls multiply.
    """
    if "athena_" not in argument:
        return write(argument)
    return f"list_transform([{argument}], lambda z_argument: {write('z_argument')})[1]"


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
    if is_held_alike(value.type, target) or target.name == "unknown":
        return Typed(value.sql, target, value.constant)
    if target.parameters or target.name == "char":
        held = _coerce_parts(value, target, depth) if target.parameters else None
        return Typed(held or pad_text(value.sql, target), target)
    sql = f"CAST({value.sql} AS {target.duckdb})"
    if value.type.name in TIMES and target.name in TIMES:
        sql = widen_time(value.sql, value.type, target)
    return Typed(sql, target, value.constant)


def pad_text(sql: str, char: TrinoType) -> str:
    """Write a text as a char, cut or filled with blanks to its length."""
    return f"rpad(left({sql}, {char.length}), {char.length}, ' ')"


def is_held_alike(source: TrinoType, target: TrinoType) -> bool:
    """Tell whether DuckDB holds values of one type as those of the other."""
    if source.duckdb != target.duckdb:
        return False
    if target.parameters:
        return all(map(is_held_alike, source.parameters, target.parameters))
    return target.name != "char" or source == target


def _coerce_parts(value: Typed, target: TrinoType, depth: int) -> str:
    if target.name == "row":
        return _coerce_row(value, target, depth)
    if not any(target.holds(name) for name in ("row", "char", *TIMES)):
        return f"CAST({value.sql} AS {target.duckdb})"
    name = f"c{depth}"
    if target.name == "array":
        item = coerce(Typed(name, value.type.element), target.element, depth + 1)
        return f"list_transform({value.sql}, lambda {name}: {item.sql})"
    key = coerce(Typed(f"{name}.key", value.type.key), target.key, depth + 1).sql
    item = coerce(Typed(f"{name}.value", value.type.value), target.value, depth + 1)
    entry = f"{{'k': {key}, 'v': {item.sql}}}"
    return f"map_from_entries(list_transform(map_entries({value.sql}), lambda {name}: {entry}))"


def _coerce_row(value: Typed, target: TrinoType, depth: int) -> str:
    pairs = enumerate(zip(value.type.parameters, target.parameters, strict=True), 1)
    parts = (
        f"'f{n}': {coerce(Typed(f'({value.sql}).f{n}', one), other, depth).sql}"
        for n, (one, other) in pairs
    )
    packed = "{" + ", ".join(parts) + "}"
    return f"CASE WHEN ({value.sql}) IS NOT NULL THEN {packed} END"
