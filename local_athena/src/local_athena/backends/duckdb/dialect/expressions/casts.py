"""CAST and TRY_CAST: which casts there are, and how each is done."""

from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.expressions.time_casts import cast_time, read_time
from local_athena.backends.duckdb.dialect.expressions.typed_literals import (
    resolve_literal_type,
    translate_constant,
    translate_typed_literal,
)
from local_athena.backends.duckdb.dialect.json.json_casts import cast_json
from local_athena.backends.duckdb.dialect.rendering import render_temporal
from local_athena.backends.duckdb.dialect.syntax.type_grammar import TypedLiteral
from local_athena.backends.duckdb.dialect.types.time_values import TIMES
from local_athena.backends.duckdb.dialect.types.trino_types import (
    UNBOUNDED,
    VALUELESS,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.type_resolution import resolve_type
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    evaluate_once,
    failing_expression,
    null_of,
    pad_text,
)

_FROM_VARCHAR = {
    "boolean": "athena_cast_boolean({})",
    "tinyint": "CAST(athena_integer_text({}, 'TINYINT') AS TINYINT)",
    "smallint": "CAST(athena_integer_text({}, 'SMALLINT') AS SMALLINT)",
    "integer": "CAST(athena_integer_text({}, 'INTEGER') AS INTEGER)",
    "bigint": "CAST(athena_integer_text({}, 'BIGINT') AS BIGINT)",
    "real": "CAST(athena_real_range(athena_cast_double({}, 'REAL')) AS FLOAT)",
    "double": "athena_cast_double({}, 'DOUBLE')",
    "date": "athena_cast_date({})",
    "uuid": "athena_cast_uuid({})",
    "ipaddress": "athena_cast_ip_address({})",
    "varbinary": "encode({})",
}
_TEXTUAL = ("varchar", "char")
_FLOATING = ("double", "real")
_OF_BYTES = ("SetDigest", "qdigest", "tdigest")
_OF_TEXTS = ("CodePoints", "JoniRegExp", "JsonPath", "KdbTree", "Re2JRegExp")
_WITHOUT_LITERALS = {"color", "unknown", "HyperLogLog", *VALUELESS}.difference(_OF_TEXTS)
_BETWEEN_BYTES = {
    ("uuid", "varbinary"): "athena_uuid_bytes({})",
    ("varbinary", "uuid"): "athena_uuid_of_bytes({})",
    ("ipaddress", "varbinary"): "athena_ip_address_bytes({})",
    ("varbinary", "ipaddress"): "athena_ip_address_of_bytes({})",
    ("HyperLogLog", "varbinary"): "{}",
    ("varbinary", "HyperLogLog"): "{}",
}


def _cast(translator: Translator, node: exp.Cast) -> Typed:
    translator.allow_only(node, "this", "to")
    target = resolve_type(translator, node.args["to"])
    if isinstance(node.this, exp.Literal) and node.this.is_string:
        constant = translate_constant(node.this.name, target)
        if constant is not None:
            return constant
    return cast(translator, node, translator.translate(node.this), target)


def _typed_literal(translator: Translator, node: TypedLiteral) -> Typed:
    target = resolve_literal_type(translator, node)
    literal = translate_typed_literal(node.this.name, target)
    if literal is not None:
        return literal
    if target.name in _WITHOUT_LITERALS:
        raise translator.failure("OPERATOR_NOT_FOUND", f"Cannot cast varchar to {target}", node)
    return cast(translator, node, translator.translate(node.this), target)


def cast(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    """Cast a value as CAST does."""
    source = value.type
    if source.name == "unknown":
        return coerce(value, target)
    if source.name in VALUELESS or target.name in VALUELESS:
        return _cast_valueless(translator, node, value, target)
    if "json" in (source.name, target.name):
        return cast_json(translator, node, value, target)
    if target.name in _TEXTUAL:
        return _cast_to_text(translator, node, value, target)
    if source.parameters or target.parameters:
        return _cast_parts(translator, node, value, target)
    cast_value = _cast_scalar(value, target)
    if cast_value is None:
        raise translator.mismatch(node, f"Cannot cast {source} to {target}")
    return cast_value


def _cast_valueless(
    translator: Translator, node: exp.Expr, value: Typed, target: TrinoType
) -> Typed:
    """Cast from or to a type without values here."""
    source = value.type
    if source == target:
        return value
    is_castable = (
        (source.name == "varbinary" and target.name in _OF_BYTES)
        or (target.name == "varbinary" and source.name in _OF_BYTES)
        or (source.name in _TEXTUAL and target.name in _OF_TEXTS)
        or {source.name, target.name} == {"HyperLogLog", "P4HyperLogLog"}
    )
    if not is_castable:
        raise translator.mismatch(node, f"Cannot cast {source} to {target}")
    if source.name in VALUELESS:
        return null_of(target)
    raise translator.unsupported(node, f"values of the type {target}")


def _cast_scalar(value: Typed, target: TrinoType) -> Typed | None:
    source, sql = value.type, value.sql
    if source.name == "varchar":
        return _cast_text(sql, target)
    if all(kind.is_number or kind.name == "boolean" for kind in (source, target)):
        return Typed(_cast_number(sql, source, target), target)
    if template := _BETWEEN_BYTES.get((source.name, target.name)):
        return Typed(template.format(sql), target)
    if source.name in TIMES:
        return cast_time(value, target)
    return Typed(sql, target) if source.name == target.name else None


def _cast_number(sql: str, source: TrinoType, target: TrinoType) -> str:
    if source.is_number and target.is_integer and not source.is_integer:
        sql = f"round({sql})"
    if source.name in _FLOATING and target.name == "decimal":
        sql = f"athena_decimal_text(CAST({sql} AS VARCHAR), {target.precision}, {target.scale})"
    if (source.name, target.name) == ("double", "real"):
        sql = f"athena_real_range({sql})"
    return f"CAST({sql} AS {target.duckdb})"


def _cast_text(sql: str, target: TrinoType) -> Typed | None:
    if target.name == "decimal":
        return Typed(f"CAST(athena_cast_number({sql}) AS {target.duckdb})", target)
    if target.name in TIMES and target.name != "date":
        return read_time(sql, target)
    template = _FROM_VARCHAR.get(target.name)
    return Typed(evaluate_once(sql, template.format), target) if template else None


def _cast_to_text(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    kind = value.type
    if kind.name in _TEXTUAL:
        return _cast_text_to_text(value, target)
    is_bounded = target.length not in (None, UNBOUNDED)
    is_too_long = kind.name in ("uuid", "ipaddress") and is_bounded
    is_castable = not kind.parameters and kind.name not in ("varbinary", "color", "HyperLogLog")
    if not is_castable or is_too_long or target.name == "char":
        raise translator.mismatch(node, f"Cannot cast {kind} to {target}")
    if kind.name in _FLOATING:
        sql = evaluate_once(value.sql, f"athena_{kind.name}_cast({{}})".format)
    else:
        sql = render_temporal(value.sql, kind, kind.precision or 0)
    if is_bounded:
        wrong = failing_expression(
            "INVALID_CAST_ARGUMENT", f"Value cannot be represented as {target}", target
        )
        sql = f"CASE WHEN length({sql}) > {target.length} THEN {wrong} ELSE {sql} END"
    return Typed(sql, target)


def _cast_text_to_text(value: Typed, target: TrinoType) -> Typed:
    if target.name == "char":
        return Typed(pad_text(value.sql, target), target)
    if target.length in (None, UNBOUNDED):
        return Typed(value.sql, target, value.constant)
    return Typed(f"left({value.sql}, {target.length})", target)


def _cast_parts(translator: Translator, node: exp.Expr, value: Typed, target: TrinoType) -> Typed:
    source = value.type
    if source.name != target.name or len(source.parameters) != len(target.parameters):
        raise translator.mismatch(node, f"Cannot cast {source} to {target}")
    if source == target:
        return value
    name = translator.new_name("x")

    def part(sql: str, index: int) -> Typed:
        inner = Typed(sql, source.parameters[index])
        return cast(translator, node, inner, target.parameters[index])

    if source.name == "row":
        fields = [part(f"({value.sql}).f{n}", n - 1) for n in range(1, len(source.parameters) + 1)]
        packed = ", ".join(f"'f{n}': {field.sql}" for n, field in enumerate(fields, 1))
        kind = replace(target, parameters=tuple(field.type for field in fields))
        return Typed(f"CASE WHEN ({value.sql}) IS NOT NULL THEN {{{packed}}} END", kind)
    parts = [part(name, index) for index in range(len(source.parameters))]
    kind = replace(target, parameters=tuple(each.type for each in parts))
    if source.name == "array":
        return Typed(f"list_transform({value.sql}, lambda {name}: {parts[0].sql})", kind)
    keys = f"list_transform(map_keys({value.sql}), lambda {name}: {parts[0].sql})"
    values = f"list_transform(map_values({value.sql}), lambda {name}: {parts[1].sql})"
    return Typed(f"athena_map({keys}, {values})", kind)


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Cast: _cast,
    TypedLiteral: _typed_literal,
}
