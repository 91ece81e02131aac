"""What Trino finds wrong with a SQL/JSON path before it runs."""

from collections.abc import Collection

from local_athena.backends.duckdb.dialect.json.sql_json_paths import (
    PathError,
    PathNode,
    parse_sql_json_path,
)
from local_athena.backends.duckdb.dialect.json.sql_json_values import NUMBERS


def check_path(text: str, variables: Collection[str]) -> None:
    """Check a path as Trino does before it runs: names of variables, and operands of known types.

    Args:
        text: The path.
        variables: The names of what is passed; its types count only where the path runs.

    Raises:
        PathError: it is none, has an unknown variable, or calculates with what is no number.
    """
    _type_of(parse_sql_json_path(text).root, variables)


def _type_of(node: PathNode, variables: Collection[str]) -> str | None:
    """Find the SQL type of what a node selects, or None if that is not constant."""
    kinds = [_type_of(operand, variables) for operand in node.operands]
    if node.kind == "literal":
        return str(node.detail.type)
    if node.kind == "variable":
        _check_variable(node.detail, variables)
    if node.kind in ("size", "last"):
        return "integer"
    if node.kind == "type":
        return "varchar"
    if node.kind in ("arithmetic", "signed", "abs", "ceiling", "floor", "double"):
        return _type_of_calculation(node.kind, kinds)
    return None


def _check_variable(name: str, variables: Collection[str]) -> None:
    if name not in variables:
        hint = ""
        if name.upper() in variables:
            hint = f'. Try quoting "{name}" in the PASSING clause to match case'
        raise PathError("INVALID_PATH", f"no value passed for parameter {name}{hint}")


def _type_of_calculation(kind: str, operands: list[str | None]) -> str | None:
    allowed = (*NUMBERS, "varchar") if kind == "double" else NUMBERS
    if None in operands:
        return "double" if kind == "double" else None
    if any(operand not in allowed for operand in operands):
        shown = ", ".join(str(operand) for operand in operands)
        raise PathError("INVALID_PATH", f"invalid operand types ({shown}) of JSON path {kind}")
    return "double" if kind == "double" else max(map(str, operands), key=NUMBERS.index)
