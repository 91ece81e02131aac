"""Types as they are written in CAST: syntax node to Athena type."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.trino_types import (
    TIMESTAMP_TZ,
    TrinoType,
    array_of,
    map_of,
    row_of,
)

_SIMPLE = {
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
_TEMPORAL = {
    exp.DType.TIME: "time",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: TIMESTAMP_TZ,
}
_UNAVAILABLE = {
    exp.DType.TIMETZ: "time with time zone",
    exp.DType.IPADDRESS: "ipaddress",
}
_MAX_PRECISION = 6


def type_named(translator: Translator, node: exp.DataType) -> TrinoType:
    """The Athena type that a type name means."""
    kind = node.this
    if kind in _SIMPLE:
        return TrinoType(_SIMPLE[kind])
    if kind in _TEMPORAL:
        return _temporal(translator, node)
    if kind in (exp.DType.VARCHAR, exp.DType.CHAR):
        return _character(node)
    if kind is exp.DType.DECIMAL:
        precision, scale = [*_numbers(node), 0][:2] if _numbers(node) else (38, 0)
        return TrinoType("decimal", precision=precision, scale=scale)
    structure = _structure(translator, node)
    if isinstance(kind, exp.Interval):
        raise translator.unsupported(node, "casts to intervals")
    if kind in _UNAVAILABLE:
        raise translator.unsupported(node, f"the type {_UNAVAILABLE[kind]}")
    if structure is None:
        text = f"Unknown type: {node.sql('trino').lower()}"
        raise translator.failure("TYPE_NOT_FOUND", text, node)
    return structure


def _structure(translator: Translator, node: exp.DataType) -> TrinoType | None:
    kind = node.this
    if kind is exp.DType.ARRAY and len(node.expressions) == 1:
        return array_of(type_named(translator, node.expressions[0]))
    if kind is exp.DType.MAP and len(node.expressions) == 2:
        key, value = (type_named(translator, part) for part in node.expressions)
        return map_of(key, value)
    if kind is exp.DType.STRUCT and node.expressions:
        return _row(translator, node)
    return None


def _numbers(node: exp.DataType) -> list[int]:
    return [int(part.name) for part in node.expressions if part.name.isdecimal()]


def _character(node: exp.DataType) -> TrinoType:
    lengths = _numbers(node)
    if node.this is exp.DType.CHAR:
        return TrinoType("char", length=lengths[0] if lengths else 1)
    return TrinoType("varchar", length=lengths[0] if lengths else None)


def _temporal(translator: Translator, node: exp.DataType) -> TrinoType:
    precision = (_numbers(node) or [3])[0]
    if precision > _MAX_PRECISION:
        raise translator.unsupported(node, "times more precise than microseconds")
    name = _TEMPORAL[node.this]
    return TrinoType(name, precision=precision, zone="UTC" if name == TIMESTAMP_TZ else None)


def _row(translator: Translator, node: exp.DataType) -> TrinoType:
    names: list[str | None] = []
    kinds = []
    for part in node.expressions:
        named = isinstance(part, exp.ColumnDef)
        names.append(part.name.lower() if named else None)
        kinds.append(type_named(translator, part.args["kind"] if named else part))
    return row_of(*kinds, names=tuple(names))
