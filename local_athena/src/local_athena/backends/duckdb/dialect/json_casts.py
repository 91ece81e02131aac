"""CAST between JSON and SQL types.

JSON values are kept as text. Both directions follow Athena's names, key order and number format.
"""

from local_athena.backends.duckdb.dialect.rendering import render_text
from local_athena.backends.duckdb.dialect.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import failing_expression, quote_string

_PLAIN = ("boolean", "tinyint", "smallint", "integer", "bigint", "decimal")
_READERS = {
    "varchar": "athena_json_to_varchar({})",
    "boolean": "athena_cast_boolean(athena_json_to_varchar({}))",
    "double": "CAST(athena_json_to_varchar({}) AS DOUBLE)",
    "real": "CAST(athena_json_to_varchar({}) AS FLOAT)",
    "date": "athena_cast_date(athena_json_to_varchar({}))",
    "timestamp": "athena_cast_timestamp(athena_json_to_varchar({}))",
    "json": "{}",
}


def to_json(sql: str, kind: TrinoType, depth: int = 0) -> str:
    """Render a value as JSON text; NULL stays NULL."""
    if kind.name == "json":
        return sql
    if kind.name in _PLAIN:
        return render_text(sql, kind)
    if kind.name in ("double", "real"):
        return f"athena_double_json({sql})"
    if kind.parameters:
        return _STRUCTURES[kind.name](sql, kind, depth)
    return _quote_json(render_text(sql, kind))


def _array_to_json(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"j{depth}"
    items = f"list_transform({sql}, lambda {name}: {_member(name, kind.element, depth)})"
    return f"('[' || array_to_string({items}, ',') || ']')"


def _map_to_json(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"j{depth}"
    key = _quote_json(render_text(f"{name}.key", kind.key))
    value = _member(f"{name}.value", kind.value, depth)
    entries = f"list_sort(map_entries({sql}))"
    items = f"list_transform({entries}, lambda {name}: {key} || ':' || {value})"
    return f"('{{' || array_to_string({items}, ',') || '}}')"


def _quote_json(sql: str) -> str:
    return f"CAST(to_json({sql}) AS VARCHAR)"


def _member(sql: str, kind: TrinoType, depth: int) -> str:
    return f"coalesce({to_json(sql, kind, depth + 1)}, 'null')"


def _row_to_json(sql: str, kind: TrinoType, depth: int) -> str:
    parts = []
    for index, part in enumerate(kind.parameters):
        name = (kind.field_names[index] or "").replace("\\", "\\\\").replace('"', '\\"')
        member = _member(f"({sql}).f{index + 1}", part, depth)
        parts.append(f"{quote_string(f'{chr(34)}{name}{chr(34)}:')} || {member}")
    text = " || ',' || ".join(parts)
    return f"CASE WHEN ({sql}) IS NOT NULL THEN '{{' || {text} || '}}' END"


_STRUCTURES = {"array": _array_to_json, "map": _map_to_json, "row": _row_to_json}


def from_json(sql: str, kind: TrinoType, depth: int = 0) -> str:
    """Read a value of a type from JSON text."""
    if kind.is_integer:
        return f"CAST(athena_json_to_bigint({sql}) AS {kind.duckdb})"
    if kind.name == "decimal":
        return f"CAST(athena_json_to_varchar({sql}) AS {kind.duckdb})"
    if kind.name == "array":
        return _array_from_json(sql, kind, depth)
    if kind.name == "map":
        return _map_from_json(sql, kind, depth)
    if kind.name == "row":
        return _row_from_json(sql, kind, depth)
    return _READERS[kind.name].format(sql)


def is_castable_from_json(kind: TrinoType) -> bool:
    """Tell whether Athena casts JSON to the type."""
    known = kind.name in _READERS or kind.name in _PLAIN or bool(kind.parameters)
    return known and all(is_castable_from_json(part) for part in kind.parameters)


def _check_structure(sql: str, wanted: str, kind: TrinoType, built: str) -> str:
    wrong = failing_expression("INVALID_CAST_ARGUMENT", f"Cannot cast to {kind}", kind)
    return (
        f"CASE WHEN json_type({sql}) = 'NULL' THEN NULL"
        f" WHEN json_type({sql}) IN ({wanted}) THEN {built}"
        f" WHEN ({sql}) IS NOT NULL THEN {wrong} END"
    )


def _array_from_json(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"j{depth}"
    item = from_json(f"CAST({name} AS VARCHAR)", kind.element, depth + 1)
    built = f"list_transform(CAST(json_extract({sql}, '$[*]') AS JSON[]), lambda {name}: {item})"
    return _check_structure(sql, "'ARRAY'", kind, built)


def _map_from_json(sql: str, kind: TrinoType, depth: int) -> str:
    name = f"j{depth}"
    key = from_json(_quote_json(name), kind.key, depth + 1)
    value = from_json(f"CAST({name} AS VARCHAR)", kind.value, depth + 1)
    built = (
        f"MAP(list_transform(CAST(json_keys({sql}) AS VARCHAR[]), lambda {name}: {key}),"
        f" list_transform(CAST(json_extract({sql}, '$.*') AS JSON[]), lambda {name}: {value}))"
    )
    return _check_structure(sql, "'OBJECT'", kind, built)


def _row_from_json(sql: str, kind: TrinoType, depth: int) -> str:
    parts = []
    for index, part in enumerate(kind.parameters):
        by_name = quote_string(f'$."{kind.field_names[index] or ""}"')
        path = f"CASE WHEN json_type({sql}) = 'ARRAY' THEN '$[{index}]' ELSE {by_name} END"
        member = f"CAST(json_extract({sql}, {path}) AS VARCHAR)"
        parts.append(f"'f{index + 1}': {from_json(member, part, depth + 1)}")
    return _check_structure(sql, "'OBJECT', 'ARRAY'", kind, "{" + ", ".join(parts) + "}")
