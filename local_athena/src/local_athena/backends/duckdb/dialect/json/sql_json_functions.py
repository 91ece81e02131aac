"""json_value, json_query, json_exists, json_object and json_array, from constants as JSON."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.json.json_extraction import java_hash_order
from local_athena.backends.duckdb.dialect.json.json_text import (
    Members,
    plain_text,
    print_json,
    read_distinct,
)
from local_athena.backends.duckdb.dialect.json.sql_json_evaluation import evaluate_path
from local_athena.backends.duckdb.dialect.json.sql_json_items import (
    follow,
    plain_steps,
    scalar_of,
)
from local_athena.backends.duckdb.dialect.json.sql_json_paths import (
    SqlJsonPath,
    parse_sql_json_path,
)
from local_athena.backends.duckdb.dialect.json.sql_json_results import convert_scalar
from local_athena.backends.duckdb.dialect.json.sql_json_values import (
    PathFailure,
    SqlValue,
    read_sql_value,
    to_json_item,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_SHORT_DOCUMENT = 10_000
# Of the other behaviours, NULL.
_RESULTS = {"empty array": "[]", "empty object": "{}", "true": True, "false": False}
# Marks that tell a value from what DEFAULT stands for.
_VALUE, _EMPTY, _ERROR = "v", "e", "x"
_NO_SCALAR = "JSON path found an item that cannot be converted to an SQL value"


class _Problem(Exception):
    """What ON ERROR decides about: the name of the error and its text."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class _Kind(NamedTuple):
    """The SQL type of an argument, or json for text that is read as JSON."""

    name: str
    scale: int


class _Plan(NamedTuple):
    """What is constant in a call with a path."""

    path: SqlJsonPath
    steps: tuple[str | int, ...] | None
    variables: list[tuple[str, _Kind]]
    options: dict[str, Any]


@lru_cache(maxsize=256)
def _plan(spec: str) -> _Plan:
    options = json.loads(spec)
    variables = [(name, _Kind(*kind)) for name, kind in options["variables"]]
    path = parse_sql_json_path(options["path"])
    return _Plan(path, plain_steps(path), variables, options)


def _select(plan: _Plan, document: str, passed: Sequence[str | None]) -> list[Any]:
    root = _read(document)
    found = None if plan.steps is None else follow(plan.steps, root)
    if found is not None and not passed:
        return found
    pairs = zip(plan.variables, passed, strict=True)
    variables = {name: _variable(kind, text) for (name, kind), text in pairs}
    try:
        return evaluate_path(plan.path, root, variables)
    except PathFailure as error:
        raise _Problem("PATH_EVALUATION_ERROR", f"path evaluation failed: {error}") from error


_read_short = lru_cache(maxsize=4096)(read_distinct)


def _read(text: str) -> Any:
    try:
        return _read_short(text) if len(text) < _SHORT_DOCUMENT else read_distinct(text)
    except (ValueError, RecursionError) as error:
        raise _Problem("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ") from error


def _variable(kind: _Kind, text: str | None) -> list[Any]:
    if kind.name == "json":
        return [] if text is None else [_read(text)]
    return [None if text is None else read_sql_value(kind.name, text, kind.scale)]


def _decide(behaviour: str, problem: _Problem) -> Any:
    if behaviour == "error":
        raise failure(problem.name, str(problem)) from problem
    return _RESULTS.get(behaviour)


def _exists(document: str, spec: str, passed: Sequence[str | None]) -> bool | None:
    plan = _plan(spec)
    try:
        return bool(_select(plan, document, passed))
    except _Problem as problem:
        found: bool | None = _decide(plan.options["error"], problem)
        return found


def _value(document: str, spec: str, passed: Sequence[str | None]) -> str | None:
    """Find a scalar; with a default, the first letter tells what the rest is."""
    plan = _plan(spec)
    empty, error = plan.options["empty"], plan.options["error"]
    mark = _VALUE if "default" in (empty, error) else ""
    try:
        items = _select(plan, document, passed)
        if items:
            text = _scalar_text(items, plan.options["target"])
            return None if text is None else mark + text
    except _Problem as problem:
        return _ERROR if error == "default" else _decide(error, problem)
    nothing = _value_problem("JSON path found no items")
    return _EMPTY if empty == "default" else _decide(empty, nothing)


def _value_problem(text: str) -> _Problem:
    return _Problem("JSON_VALUE_RESULT_ERROR", f"cannot extract SQL scalar from JSON: {text}")


def _scalar_text(items: list[Any], target: list[Any]) -> str | None:
    """Convert the one item to the text of the type that is returned, or JSON for DuckDB's cast."""
    try:
        if len(items) > 1:
            raise ValueError("JSON path found multiple items")
        if items[0] is None:
            return None
        value = scalar_of(items[0])
        if value is None:
            raise ValueError(_NO_SCALAR)
        return convert_scalar(value, target)
    except PathFailure as error:
        raise _value_problem(_NO_SCALAR) from error
    except ValueError as error:
        raise _value_problem(str(error)) from error


def _query(document: str, spec: str, passed: Sequence[str | None]) -> str | None:
    plan = _plan(spec)
    behaviour = plan.options["error"]
    try:
        items = _select(plan, document, passed)
        if items:
            return _print_item(_single(items, plan.options["wrapper"]), plan.options["omit quotes"])
        behaviour = plan.options["empty"]
        raise _output_problem("JSON path found no items")
    except _Problem as problem:
        text: str | None = _decide(behaviour, problem)
        return text


def _print_item(item: Any, without_quotes: bool) -> str:
    return plain_text(item) if without_quotes and type(item) is str else print_json(item)


def _output_problem(text: str) -> _Problem:
    return _Problem("JSON_OUTPUT_CONVERSION_ERROR", f"conversion from JSON failed: {text}")


def _single(items: list[Any], wrapper: str) -> Any:
    try:
        found = [to_json_item(item) if isinstance(item, SqlValue) else item for item in items]
    except PathFailure as error:
        text = f"JSON path returned a scalar SQL value of type {error} that JSON cannot represent"
        raise _output_problem(text) from error
    is_structure = len(found) == 1 and isinstance(found[0], list)
    if wrapper == "unconditional" or (wrapper == "conditional" and not is_structure):
        return found
    if len(found) == 1:
        return found[0]
    raise _output_problem("JSON path found multiple items")


@lru_cache(maxsize=256)
def _construction(spec: str) -> tuple[list[_Kind], bool, bool]:
    kinds, keeps_nulls, has_unique_keys = json.loads(spec)
    return [_Kind(*kind) for kind in kinds], keeps_nulls, has_unique_keys


def _array(values: list[str | None], spec: str) -> str:
    kinds, keeps_nulls, _ = _construction(spec)
    pairs = zip(kinds, values, strict=True)
    return print_json([_item(*pair) for pair in pairs if keeps_nulls or pair[1] is not None])


def _item(kind: _Kind, text: str | None) -> Any:
    if text is None:
        return None
    if kind.name != "json":
        return to_json_item(read_sql_value(kind.name, text, kind.scale))
    try:
        return _read(text)
    except _Problem as problem:
        raise failure(problem.name, str(problem)) from problem


def _object(values: list[str | None], spec: str) -> str:
    """Build an object; its members are in the order of Java's hash map, as Trino has them."""
    kinds, keeps_nulls, has_unique_keys = _construction(spec)
    members: dict[str, Any] = {}
    for place in range(0, len(values), 2):
        name, text = values[place : place + 2]
        if name is None:
            problem = "null value passed for JSON object key to JSON_OBJECT function"
            raise failure("INVALID_FUNCTION_ARGUMENT", problem)
        if text is None and not keeps_nulls:
            continue
        if name in members:
            raise _duplicate(has_unique_keys)
        members[name] = _item(kinds[place + 1], text)
    return print_json(Members((name, members[name]) for name in java_hash_order(members)))


def _duplicate(has_unique_keys: bool) -> Exception:
    if has_unique_keys:
        return failure("INVALID_FUNCTION_ARGUMENT", "duplicate key passed to JSON_OBJECT function")
    return failure("NOT_SUPPORTED", "cannot construct a JSON object with duplicate key")


# To convert a list for each row is slow.
_WITH_PATH, _PASSING = ["VARCHAR", "VARCHAR"], ["VARCHAR", "VARCHAR", "VARCHAR[]"]
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_sql_json_exists", lambda text, spec: _exists(text, spec, ()), _WITH_PATH, "BOOLEAN"),
    ("athena_sql_json_value", lambda text, spec: _value(text, spec, ()), _WITH_PATH, "VARCHAR"),
    ("athena_sql_json_query", lambda text, spec: _query(text, spec, ()), _WITH_PATH, "VARCHAR"),
    ("athena_sql_json_exists_passing", _exists, _PASSING, "BOOLEAN"),
    ("athena_sql_json_value_passing", _value, _PASSING, "VARCHAR"),
    ("athena_sql_json_query_passing", _query, _PASSING, "VARCHAR"),
    ("athena_sql_json_object", _object, ["VARCHAR[]", "VARCHAR"], "VARCHAR"),
    ("athena_sql_json_array", _array, ["VARCHAR[]", "VARCHAR"], "VARCHAR"),
)
