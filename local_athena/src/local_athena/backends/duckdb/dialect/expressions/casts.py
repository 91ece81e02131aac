"""CAST and TRY_CAST: which casts there are, and how each is done."""

from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import to_instant, to_local_time
from local_athena.backends.duckdb.dialect.expressions.typed_literals import translate_literal
from local_athena.backends.duckdb.dialect.json.json_casts import cast_json
from local_athena.backends.duckdb.dialect.rendering import render_temporal
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIMESTAMP,
    TIMESTAMP_TZ,
    UNBOUNDED,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.type_resolution import resolve_type
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
)

_FROM_VARCHAR = {
    "boolean": "athena_cast_boolean({})",
    "tinyint": "CAST(athena_integer_text({}, 'TINYINT') AS TINYINT)",
    "smallint": "CAST(athena_integer_text({}, 'SMALLINT') AS SMALLINT)",
    "integer": "CAST(athena_integer_text({}, 'INTEGER') AS INTEGER)",
    "bigint": "CAST(athena_integer_text({}, 'BIGINT') AS BIGINT)",
    "real": "CAST(athena_cast_double({}, 'REAL') AS FLOAT)",
    "double": "athena_cast_double({}, 'DOUBLE')",
    "date": "athena_cast_date({})",
    "uuid": "athena_cast_uuid({})",
    "time": "athena_cast_time({})",
    "varbinary": "encode({})",
    "timestamp": "athena_cast_timestamp({})",
    TIMESTAMP_TZ: "athena_cast_instant({})",
}
_FINEST = replace(TIMESTAMP, precision=6)
_TEXTUAL = ("varchar", "char")
_FLOATING = ("double", "real")
_FROM_UUID = "from_hex(replace(CAST({} AS VARCHAR), '-', ''))"
_ROUNDING = {
    "time": "athena_round_time",
    "timestamp": "athena_round_timestamp",
    TIMESTAMP_TZ: "athena_round_instant",
}


def _cast(translator: Translator, node: exp.Cast) -> Typed:
    translator.allow_only(node, "this", "to", "safe")
    target = resolve_type(translator, node.args["to"])
    if isinstance(node.this, exp.Literal) and node.this.is_string:
        literal = translate_literal(translator, node, target)
        if literal is not None:
            return literal
    return cast(translator, node, translator.translate(node.this), target)


def cast(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    """Cast a value as CAST does."""
    source = value.type
    if source.name == "unknown":
        return coerce(value, target)
    if "json" in (source.name, target.name):
        return cast_json(translator, node, value, target)
    if target.name in _TEXTUAL:
        return _cast_to_text(translator, node, value, target)
    if source.parameters or target.parameters:
        return _cast_parts(translator, node, value, target)
    sql = _cast_scalar(translator, node, value, target)
    if sql is None:
        raise translator.mismatch(node, f"Cannot cast {source} to {target}")
    return Typed(sql, _keep_zone(source, target))


def _keep_zone(source: TrinoType, target: TrinoType) -> TrinoType:
    return (
        replace(target, zone=source.zone) if source.name == TIMESTAMP_TZ == target.name else target
    )


def _cast_scalar(
    translator: Translator, node: exp.Expr, value: Typed, target: TrinoType
) -> str | None:
    source, sql = value.type, value.sql
    if source.name in _TEXTUAL:
        return _cast_text(sql, target)
    if all(kind.is_number or kind.name == "boolean" for kind in (source, target)):
        return _cast_number(sql, source, target)
    if {source.name, target.name} == {"uuid", "varbinary"}:
        return _FROM_UUID.format(sql) if source.name == "uuid" else f"athena_uuid_of_bytes({sql})"
    if source.name == target.name:
        return _round_time(sql, source, target)
    return _cast_time(translator, node, value, target)


def _cast_number(sql: str, source: TrinoType, target: TrinoType) -> str:
    if source.is_number and target.is_integer and not source.is_integer:
        sql = f"round({sql})"
    if source.name in _FLOATING and target.name == "decimal":
        sql = f"athena_decimal_text(CAST({sql} AS VARCHAR), {target.precision}, {target.scale})"
    if (source.name, target.name) == ("double", "real"):
        sql = f"athena_real_range({sql})"
    return f"CAST({sql} AS {target.duckdb})"


def _cast_text(sql: str, target: TrinoType) -> str | None:
    if target.name == "decimal":
        return f"CAST(athena_cast_number({sql}) AS {target.duckdb})"
    template = _FROM_VARCHAR.get(target.name)
    return _round_time(template.format(sql), _FINEST, target) if template else None


def _cast_time(
    translator: Translator, node: exp.Expr, value: Typed, target: TrinoType
) -> str | None:
    family = ("date", "time", "timestamp", TIMESTAMP_TZ)
    if value.type.name not in family or target.name not in family:
        return None
    if {value.type.name, target.name} == {"date", "time"}:
        return None
    if value.type.name == "time":
        local = f"(CAST(now() AS DATE) + {value.sql})"
    else:
        local = to_local_time(translator, node, value)
    if target.name == TIMESTAMP_TZ:
        sql = to_instant(f"CAST({local} AS TIMESTAMP)", "UTC")
    else:
        sql = f"CAST({local} AS {target.duckdb})"
    return _round_time(sql, value.type, target)


def _round_time(sql: str, source: TrinoType, target: TrinoType) -> str:
    digits = target.precision
    if target.name not in _ROUNDING or digits is None or digits >= (source.precision or 0):
        return sql
    return f"{_ROUNDING[target.name]}({sql}, {10 ** (6 - digits)})"


def _cast_to_text(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    kind = value.type
    if target.name == "char":
        raise translator.unsupported(node, "casts to char")
    if kind.name in _TEXTUAL:
        return _truncate_text(value, target)
    is_bounded = target.length not in (None, UNBOUNDED)
    if kind.parameters or kind.name == "varbinary" or (kind.name == "uuid" and is_bounded):
        raise translator.mismatch(node, f"Cannot cast {kind} to {target}")
    if kind.name in _FLOATING:
        sql = f"athena_{kind.name}_cast({value.sql})"
    else:
        sql = render_temporal(value.sql, kind, kind.precision or 0)
    if is_bounded:
        wrong = failing_expression(
            "INVALID_CAST_ARGUMENT", f"Value cannot be represented as {target}", target
        )
        sql = f"CASE WHEN length({sql}) > {target.length} THEN {wrong} ELSE {sql} END"
    return Typed(sql, target)


def _truncate_text(value: Typed, target: TrinoType) -> Typed:
    if target.name != "varchar" or target.length in (None, UNBOUNDED):
        return Typed(value.sql, target, value.constant)
    return Typed(f"left({value.sql}, {target.length})", target)


def _cast_parts(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    source = value.type
    if source.name != target.name or len(source.parameters) != len(target.parameters):
        raise translator.mismatch(node, f"Cannot cast {source} to {target}")
    if source.duckdb == target.duckdb and not source.holds(TIMESTAMP_TZ):
        return Typed(value.sql, target)
    name = translator.new_name("x")

    def part(sql: str, index: int) -> str:
        inner = Typed(sql, source.parameters[index])
        return cast(translator, node, inner, target.parameters[index]).sql

    if source.name == "array":
        return Typed(f"list_transform({value.sql}, lambda {name}: {part(name, 0)})", target)
    if source.name == "map":
        keys = f"list_transform(map_keys({value.sql}), lambda {name}: {part(name, 0)})"
        values = f"list_transform(map_values({value.sql}), lambda {name}: {part(name, 1)})"
        return Typed(f"athena_map({keys}, {values})", target)
    fields = (
        f"'f{n + 1}': {part(f'({value.sql}).f{n + 1}', n)}" for n in range(len(source.parameters))
    )
    packed = "{" + ", ".join(fields) + "}"
    return Typed(f"CASE WHEN ({value.sql}) IS NOT NULL THEN {packed} END", target)


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Cast: _cast,
}
