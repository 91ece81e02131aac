"""Types as a statement writes them, in CAST and in typed literals."""

from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.intervals import resolve_interval_type
from local_athena.backends.duckdb.dialect.types.trino_types import (
    LONGEST_CHAR,
    TIME_TZ,
    TIMESTAMP_TZ,
    TrinoType,
    array_of,
    map_of,
    row_of,
)

_SIMPLE_TYPES = {
    exp.DType.BOOLEAN: "boolean",
    exp.DType.TINYINT: "tinyint",
    exp.DType.SMALLINT: "smallint",
    exp.DType.INT: "integer",
    exp.DType.BIGINT: "bigint",
    exp.DType.FLOAT: "real",
    exp.DType.DOUBLE: "double",
    exp.DType.VARBINARY: "varbinary",
    exp.DType.DATE: "date",
    exp.DType.JSON: "json",
    exp.DType.UUID: "uuid",
}
_TEMPORAL_TYPES = {
    exp.DType.TIME: "time",
    exp.DType.TIMETZ: TIME_TZ,
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: TIMESTAMP_TZ,
}
_UNAVAILABLE_TYPES = {exp.DType.IPADDRESS: "ipaddress"}
_MAX_PRECISION = 12


def resolve_type(translator: Translator, node: exp.DataType) -> TrinoType:
    """Resolve a type as written in the statement."""
    kind = node.this
    if kind in _SIMPLE_TYPES:
        return TrinoType(_SIMPLE_TYPES[kind])
    if kind in _TEMPORAL_TYPES:
        return _resolve_temporal_type(translator, node)
    if kind in (exp.DType.VARCHAR, exp.DType.CHAR):
        return _resolve_text_type(translator, node)
    if kind is exp.DType.DECIMAL:
        precision, scale = [*_read_numbers(node), 0][:2] if _read_numbers(node) else (38, 0)
        return TrinoType("decimal", precision=precision, scale=scale)
    if kind is exp.DType.USERDEFINED and node.args["kind"] == "color":
        return TrinoType("color")
    structure = _resolve_structure(translator, node)
    if isinstance(kind, exp.Interval):
        structure = resolve_interval_type(kind)
    if kind in _UNAVAILABLE_TYPES:
        raise translator.unsupported(node, f"the type {_UNAVAILABLE_TYPES[kind]}")
    if structure is None:
        text = f"Unknown type: {node.sql('trino').lower()}"
        raise translator.failure("TYPE_NOT_FOUND", text, node)
    return structure


def _resolve_structure(translator: Translator, node: exp.DataType) -> TrinoType | None:
    kind = node.this
    if kind is exp.DType.ARRAY and len(node.expressions) == 1:
        return array_of(resolve_type(translator, node.expressions[0]))
    if kind is exp.DType.MAP and len(node.expressions) == 2:
        key, value = (resolve_type(translator, part) for part in node.expressions)
        return map_of(key, value)
    if kind is exp.DType.STRUCT and node.expressions:
        return _resolve_row(translator, node)
    return None


def _read_numbers(node: exp.DataType) -> list[int]:
    return [int(part.name) for part in node.expressions if part.name.isdecimal()]


def _resolve_text_type(translator: Translator, node: exp.DataType) -> TrinoType:
    lengths = _read_numbers(node)
    if node.this is exp.DType.CHAR:
        length = lengths[0] if lengths else 1
        if length > LONGEST_CHAR:
            raise translator.mismatch(node, f"Unknown type: char({length})")
        return TrinoType("char", length=length)
    return TrinoType("varchar", length=lengths[0] if lengths else None)


def _resolve_temporal_type(translator: Translator, node: exp.DataType) -> TrinoType:
    precision = (_read_numbers(node) or [3])[0]
    name = _TEMPORAL_TYPES[node.this]
    kind = TrinoType(name, precision=precision)
    if precision > _MAX_PRECISION and not is_typed_literal(translator.statement.sql, node.parent):
        raise translator.mismatch(node, f"Unknown type: {kind}")
    return replace(kind, zone="UTC") if kind.is_zoned else kind


def is_typed_literal(sql: str, node: exp.Expr | None) -> bool:
    """Tell whether a node of a statement is a literal such as `DATE '2024-02-29'`."""
    if not isinstance(node, exp.Cast) or not isinstance(node.this, exp.Literal):
        return False
    # Before the text stands a type, and not a parenthesis.
    return sql[: node.this.meta.get("start", 0)].rstrip()[-1:].isalpha()


def _resolve_row(translator: Translator, node: exp.DataType) -> TrinoType:
    names: list[str | None] = []
    kinds = []
    for part in node.expressions:
        named = isinstance(part, exp.ColumnDef)
        quoted = named and part.this.args.get("quoted")
        names.append((part.name if quoted else part.name.lower()) if named else None)
        kinds.append(resolve_type(translator, part.args["kind"] if named else part))
    return row_of(*kinds, names=tuple(names))
