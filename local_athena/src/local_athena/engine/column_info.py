"""Describe result columns as Athena's ColumnInfo does, from Trino's types; for every backend."""

from local_athena.engine.executions import Column

_NAMES = {"real": "float"}
_PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "real": 17,
    "double": 17,
    "varbinary": 1073741824,
}


def describe_column(name: str, kind: str, *numbers: int) -> Column:
    """Describe a column of a type such as `decimal` with its numbers, such as 10 and 2."""
    precision, scale = (*numbers, 0, 0)[:2]
    return Column(
        name=name,
        type=_NAMES.get(kind, kind),
        precision=_PRECISIONS.get(kind, precision),
        scale=scale,
        case_sensitive=kind in ("varchar", "char"),
    )
