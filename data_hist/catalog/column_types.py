"""Athena's column types: which there are, and how Hive writes them.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

_HIVE_NAMES: Final = {
    "bigint": "bigint",
    "boolean": "boolean",
    "date": "date",
    "double": "double",
    "integer": "int",
    "real": "float",
    "smallint": "smallint",
    "timestamp": "timestamp",
    "tinyint": "tinyint",
    "varbinary": "binary",
    "varchar": "string",
}
_ATHENA_NAMES: Final = {hive: athena for athena, hive in _HIVE_NAMES.items()}
_WITH_NUMBERS: Final = re.compile(
    r"(char|varchar|decimal)\(([1-9][0-9]{0,4})(?:, ?([0-9]{1,2}))?\)", re.ASCII
)
_GREATEST_NUMBER: Final = {"char": 255, "varchar": 65_535, "decimal": 38}
_FIELD: Final = re.compile(r'(?:"([^"<>:,]+)"|([a-z_][a-z0-9_]*)) +')
_PLAIN_FIELD: Final = re.compile("[a-z_][a-z0-9_]*")
INTEGERS: Final = frozenset({"bigint", "integer", "smallint", "tinyint"})


def hive_type(athena_type: str) -> str:
    """Convert a type such as `array(row(a varchar))` to Hive's `array<struct<a:string>>`.

    Raises:
        ValueError: Athena has no such type for columns.
    """
    if name := _HIVE_NAMES.get(athena_type):
        return name
    if match := _WITH_NUMBERS.fullmatch(athena_type):
        _check_numbers(athena_type, *match.groups())
        return athena_type.replace(" ", "")
    kind, bracket, inner = athena_type.partition("(")
    if bracket and inner.endswith(")"):
        parts = _split(inner[:-1])
        if kind == "array" and len(parts) == 1:
            return f"array<{hive_type(parts[0])}>"
        if kind == "map" and len(parts) == 2:
            return f"map<{hive_type(parts[0])},{hive_type(parts[1])}>"
        if kind == "row":
            return f"struct<{','.join(map(_hive_field, parts))}>"
    raise ValueError(
        f"'{athena_type}' is not a type; write {', '.join(sorted(_HIVE_NAMES))}, char(n), "
        "decimal(p,s), array(...), map(..., ...) or row(name type, ...)"
    )


def athena_type(hive: str) -> str:
    """Convert a type such as `array<struct<a:string>>` to Athena's `array(row(a varchar))`.

    Raises:
        ValueError: Athena has no such type for columns.
    """
    found = _athena_type(hive.strip())
    hive_type(found)
    return found


def _athena_type(hive: str) -> str:
    kind, bracket, inner = hive.partition("<")
    kind = kind.lower()
    if kind == "decimal":
        return "decimal(10,0)"
    if not bracket or not inner.endswith(">"):
        return _ATHENA_NAMES.get(kind, kind)
    parts = _split(inner[:-1], "(<", ")>")
    if kind != "struct":
        return f"{kind}({', '.join(map(_athena_type, parts))})"
    fields = (part.partition(":") for part in parts)
    return f"row({', '.join(f'{_field_name(name)} {_athena_type(of)}' for name, _, of in fields)})"


def _field_name(name: str) -> str:
    return name if _PLAIN_FIELD.fullmatch(name) else f'"{name}"'


def _check_numbers(athena_type: str, name: str, first: str, scale: str | None) -> None:
    greatest = _GREATEST_NUMBER[name]
    if (name == "decimal") != (scale is not None):
        raise ValueError(f"'{athena_type}' is not a type; write decimal(p,s), or {name}(n)")
    if int(first) > greatest or int(scale or 0) > int(first):
        limits = f"up to {greatest} digits, of which s are behind the point"
        what = limits if name == "decimal" else f"up to {greatest:,} characters"
        raise ValueError(f"'{athena_type}' is not a type; {name} has {what}")


def _hive_field(field: str) -> str:
    name = _FIELD.match(field)
    if name is None:
        raise ValueError(f"'{field}' is not a field of a row; write its name and its type")
    return f"{name[1] or name[2]}:{hive_type(field[name.end() :])}"


def _split(inner: str, opening: str = "(", closing: str = ")") -> list[str]:
    """Split at the commas that are in no further bracket."""
    parts, depth = [""], 0
    for character in inner:
        depth += (character in opening) - (character in closing)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _checked(athena_type: str) -> str:
    hive_type(athena_type)
    return athena_type


def _checked_with_json(athena_type: str) -> str:
    return athena_type if athena_type == "json" else _checked(athena_type)


ColumnType: TypeAlias = Annotated[str, AfterValidator(_checked)]
DerivedType: TypeAlias = Annotated[str, AfterValidator(_checked_with_json)]
"""A type of a column for callers, which need not be stored: `json` is one as well."""
