"""CAST between JSON and SQL types.

JSON values are kept as text. Both directions follow Athena's names, key order and number format.
"""

import json
from typing import Any

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.rendering import render_temporal, render_text
from local_athena.backends.duckdb.dialect.types.trino_types import JSON, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    evaluate_once,
    failing_expression,
    quote_string,
)

_PLAIN = ("boolean", "tinyint", "smallint", "integer", "bigint", "decimal")
_SCALARS = (*_PLAIN, "real", "double", "varchar", "json")
_WRITTEN = (*_SCALARS, "date", "timestamp", "unknown")
_PLAIN_PATTERNS = {
    "boolean": "true|false",
    "integer": "-?[0-9]{1,9}",
    "bigint": "-?[0-9]{1,18}",
    "double": r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?",
    "varchar": r'"[^"\\]*"',
}
_KEYS = (*_PLAIN, "real", "double", "varchar")


def cast_json(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    """Cast from or to JSON."""
    source = value.type
    other = target if source.name == "json" else source
    castable = _is_castable_to_json if target.name == "json" else _is_castable_from_json
    if not castable(other):
        raise translator.mismatch(node, f"Cannot cast {source} to {target}")
    if not _has_names_as_keys(other):
        shown = f"{source} to JSON" if target.name == "json" else f"JSON to {target}"
        return Typed(
            failing_expression("INVALID_CAST_ARGUMENT", f"Cannot cast {shown}", target), target
        )
    if target.name == "json":
        return Typed(to_json(value.sql, source), JSON)
    return Typed(_from_json(value.sql, target), target)


def to_json(sql: str, kind: TrinoType, depth: int = 0) -> str:
    """Render a value as JSON text; NULL stays NULL."""
    if kind.name == "json":
        return sql
    if kind.name in _PLAIN:
        return render_text(sql, kind)
    if kind.name in ("double", "real"):
        return evaluate_once(sql, "athena_double_json({})".format)
    if kind.parameters:
        return _STRUCTURES[kind.name](sql, kind, depth)
    if kind.name == "timestamp":
        return _quote_json(render_temporal(sql, kind, kind.precision or 0))
    return _quote_json(render_text(sql, kind))


def _is_castable_to_json(kind: TrinoType) -> bool:
    """Tell whether Athena casts the type to JSON."""
    if kind.name == "map":
        return kind.key.name in _WRITTEN and _is_castable_to_json(kind.value)
    if kind.parameters:
        return all(_is_castable_to_json(part) for part in kind.parameters)
    return kind.name in _WRITTEN


def _has_names_as_keys(kind: TrinoType) -> bool:
    """Tell whether the keys of all maps in a type are of types that become names in JSON."""
    if kind.name == "map" and kind.key.name not in (*_KEYS, "unknown"):
        return False
    return all(_has_names_as_keys(part) for part in kind.parameters)


def _array_to_json(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"j{depth}"
    items = f"list_transform({sql}, lambda {name}: {_member(name, kind.element, depth)})"
    return f"('[' || array_to_string({items}, ',') || ']')"


def _map_to_json(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"j{depth}"
    key = render_text(f"{name}.key", kind.key)
    pairs = f"list_transform(map_entries({sql}), lambda {name}: {{'k': {key}, 'v': {name}.value}})"
    member = f"{_quote_json(f'{name}.k')} || ':' || {_member(f'{name}.v', kind.value, depth)}"
    items = f"list_transform(list_sort({pairs}), lambda {name}: {member})"
    return f"('{{' || array_to_string({items}, ',') || '}}')"


def _quote_json(sql: str) -> str:
    return f"athena_json_quoted({sql})"


def _member(sql: str, kind: TrinoType, depth: int) -> str:
    return f"coalesce({to_json(sql, kind, depth + 1)}, 'null')"


def _row_to_json(sql: str, kind: TrinoType, depth: int) -> str:
    parts = []
    for index, part in enumerate(kind.parameters):
        name = json.dumps(kind.field_names[index] or "", ensure_ascii=False)
        member = _member(f"({sql}).f{index + 1}", part, depth)
        parts.append(f"{quote_string(f'{name}:')} || {member}")
    text = " || ',' || ".join(parts)
    return f"CASE WHEN ({sql}) IS NOT NULL THEN '{{' || {text} || '}}' END"


_STRUCTURES = {"array": _array_to_json, "map": _map_to_json, "row": _row_to_json}


def _from_json(sql: str, kind: TrinoType) -> str:
    """Read a value of a type from JSON text; what DuckDB reads exactly, it reads much faster."""
    if kind.name == "json":
        return sql
    spec = quote_string(json.dumps([str(kind), cast_spec(kind)]))
    exact = read_by_duckdb(f"athena_json_cast({sql}, {spec})", kind)
    pattern = _plain_pattern(kind)
    if pattern is None:
        return exact
    plain = f"regexp_full_match({sql}, {quote_string(pattern)})"
    return f"CASE WHEN {plain} THEN {read_by_duckdb(sql, kind)} ELSE {exact} END"


def read_by_duckdb(sql: str, kind: TrinoType) -> str:
    """Read a value of a type from JSON that DuckDB reads as Trino does."""
    if kind.name == "varchar":
        return f"json_extract_string(CAST({sql} AS JSON), '$')"
    return f"CAST(CAST({sql} AS JSON) AS {kind.duckdb})"


def _plain_pattern(kind: TrinoType) -> str | None:
    """Write a pattern of texts that DuckDB's cast of JSON reads as Trino does, or none."""
    if kind.name == "array":
        element = _plain_pattern(kind.element)
        item = f"(?:{element}|null)"
        return rf"\[(?:{item}(?:,{item})*)?\]" if element is not None else None
    return None if kind.length is not None else _PLAIN_PATTERNS.get(kind.name)


def _is_castable_from_json(kind: TrinoType) -> bool:
    """Tell whether Athena casts JSON to the type."""
    if kind.name == "map":
        return kind.key.name in (*_WRITTEN, "json") and _is_castable_from_json(kind.value)
    if kind.parameters:
        return all(_is_castable_from_json(part) for part in kind.parameters)
    return kind.name in _SCALARS


def cast_spec(kind: TrinoType) -> list[Any]:
    """Write a type as `athena_json_cast` reads it."""
    if kind.name == "row":
        names = zip(kind.field_names, kind.parameters, strict=True)
        return [kind.name, [(name, cast_spec(part)) for name, part in names]]
    if kind.name == "decimal":
        return [kind.name, kind.precision, kind.scale]
    if kind.name == "varchar":
        return [kind.name, kind.length]
    return [kind.name, *map(cast_spec, kind.parameters)]
