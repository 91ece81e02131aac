"""Translate the types of Hive, as Glue writes them, to the types of SQL."""

import re

# Types that have another name in SQL.
_SQL_NAMES = {
    "string": "varchar",
    "int": "integer",
    "float": "real",
    "binary": "varbinary",
    "decimal": "decimal(10,0)",
}
_SCALAR = re.compile(
    r"string|boolean|tinyint|smallint|int|integer|bigint|float|real|double|date|timestamp|binary"
    r"|(?:varchar|char)\(\d+\)|varchar|decimal(?:\(\d+(?:,\d+)?\))?"
)
_NESTED = re.compile(r"(array|map|struct)<(.*)>")
_FIELD = re.compile(r"(\w+):(.+)")


def sql_type(hive_type: str) -> str:
    """Translate a type without blanks, such as `array<string>`.

    Raises:
        ValueError: Hive has no such type.
    """
    if _SCALAR.fullmatch(hive_type):
        return _SQL_NAMES.get(hive_type, hive_type)
    nested = _NESTED.fullmatch(hive_type)
    if nested is None:
        raise ValueError(hive_type)
    parts = split_parts(nested[2])
    if nested[1] == "struct":
        return f"row({', '.join(map(_field, parts))})"
    if len(parts) != (1 if nested[1] == "array" else 2):
        raise ValueError(hive_type)
    return f"{nested[1]}({', '.join(map(sql_type, parts))})"


def _field(part: str) -> str:
    found = _FIELD.fullmatch(part)
    if found is None:
        raise ValueError(part)
    return f"{found[1].lower()} {sql_type(found[2])}"


def split_parts(parts: str) -> list[str]:
    """Split at the commas that are in no brackets."""
    depth, start, found = 0, 0, []
    for place, character in enumerate(parts):
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            found.append(parts[start:place])
            start = place + 1
    return [*found, parts[start:]]
