"""Parse the names of data types, such as `map(varchar, row(a bigint))`."""

import re

from local_athena.backends.duckdb.dialect.types.trino_types import TIMESTAMP, TrinoType, row_of
from local_athena.tables.hive_types import split_parts

_TYPE = re.compile(r"(\w+)(?:\((.*)\))?")


def parse_type(name: str) -> TrinoType:
    """Parse the type of a column of the catalog."""
    found = _TYPE.fullmatch(name)
    if found is None:
        raise ValueError(name)
    base, parts = found[1], [part.strip() for part in split_parts(found[2] or "")]
    if base in ("array", "map"):
        return TrinoType(base, tuple(map(parse_type, parts)))
    if base == "row":
        names, kinds = zip(*(part.split(" ", 1) for part in parts), strict=True)
        return row_of(*map(parse_type, kinds), names=names)
    if base == "timestamp":
        return TIMESTAMP
    numbers = [int(part) for part in parts if part]
    if base == "decimal":
        precision, scale = [*numbers, 0][:2]
        return TrinoType(base, precision=precision, scale=scale)
    return TrinoType(base, length=numbers[0] if numbers else None)
