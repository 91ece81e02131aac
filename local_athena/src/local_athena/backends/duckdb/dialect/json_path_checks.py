"""What Trino finds wrong with a SQL/JSON path before it runs."""

from collections.abc import Mapping

from local_athena.backends.duckdb.dialect.python_functions.sql_json_paths import (
    PathError,
    PathNode,
    parse_sql_json_path,
)
from local_athena.backends.duckdb.dialect.python_functions.sql_json_values import NUMBERS


def check_path(text: str, variables: Mapping[str, str]) -> None:
    """Check a path as Trino does before it runs: variables, and operands of known SQL types.

    Args:
        text: The path.
        variables: The SQL type of each variable that is passed, or json.

    Raises:
        PathError: it is none, has an unknown variable, or calculates with what is no number.
    """
    _type_of(parse_sql_json_path(text).root, variables)


def _type_of(node: PathNode, variables: Mapping[str, str]) -> str | None:
    """Find the SQL type of what a node selects, or None if only the document tells."""
    kinds = [_type_of(operand, variables) for operand in node.operands]
    if node.kind == "literal":
        return str(node.detail.type)
    if node.kind == "variable":
        return _type_of_variable(node.detail, variables)
    if node.kind in ("size", "last"):
        return "integer"
    if node.kind == "type":
        return "varchar"
    if node.kind in ("arithmetic", "signed", "abs", "ceiling", "floor", "double"):
        return _type_of_calculation(node.kind, kinds)
    return None


def _type_of_variable(name: str, variables: Mapping[str, str]) -> str | None:
    if name not in variables:
        hint = ""
        if name.upper() in variables:
            hint = f'. Try quoting "{name}" in the PASSING clause to match case'
        raise PathError("INVALID_PATH", f"no value passed for parameter {name}{hint}")
    return None if variables[name] in ("json", "unknown") else variables[name]


def _type_of_calculation(kind: str, operands: list[str | None]) -> str | None:
    allowed = (*NUMBERS, "varchar") if kind == "double" else NUMBERS
    if None in operands:
        return "double" if kind == "double" else None
    if any(operand not in allowed for operand in operands):
        shown = ", ".join(str(operand) for operand in operands)
        raise PathError("INVALID_PATH", f"invalid operand types ({shown}) of JSON path {kind}")
    return "double" if kind == "double" else max(map(str, operands), key=NUMBERS.index)
