"""The SQL standard's JSON functions, for paths that select at most one item."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.casts import cast
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Handler, Translator
from local_athena.backends.duckdb.dialect.python_functions.json_extraction import parse_json
from local_athena.backends.duckdb.dialect.trino_types import BOOLEAN, JSON, VARCHAR
from local_athena.backends.duckdb.dialect.type_resolution import resolve_type
from local_athena.backends.duckdb.dialect.typed_sql import Typed, failing_expression, quote_string

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]"\s*?@()]+)|\."(?P<dotted>[^"]*)"|\[(?P<index>\d+)\]|\["(?P<quoted>[^"]*)"\]"""
    r"""|\['(?P<single>[^']*)'\]"""
)
_NULL_ON_EMPTY = "NULL ON EMPTY"
_NULL_ON_ERROR = "NULL ON ERROR"


def translate_json_path(translator: Translator, node: exp.Expr, path: Typed) -> str:
    """Translate a constant JSON path."""
    if path.constant is None:
        raise translator.unsupported(node, "JSON paths that are not constants")
    text = path.constant.strip()
    mode = re.match(r"(lax|strict)\s+", text)
    if mode and mode[1] == "strict":
        raise translator.unsupported(node, "strict JSON paths")
    return quote_string(_steps(translator, node, text[mode.end() :] if mode else text))


def _steps(translator: Translator, node: exp.Expr, text: str) -> str:
    if not text.startswith("$"):
        text = f"$.{text}"
    steps, offset = ["$"], 1
    while offset < len(text):
        step = _STEP.match(text, offset)
        if step is None:
            _refuse(translator, node, text)
        else:
            steps.append(_step(translator, node, step))
            offset = step.end()
    return "".join(steps)


def _step(translator: Translator, node: exp.Expr, step: re.Match[str]) -> str:
    if step["index"] is not None:
        return f"[{int(step['index'])}]"
    name = next(
        step[group] for group in ("name", "dotted", "quoted", "single") if step[group] is not None
    )
    # DuckDB reads a backslash in a quoted name as an escape, Athena as itself.
    if "\\" in name:
        raise translator.unsupported(node, "backslashes in JSON paths")
    # Nor does it have a way to write these.
    if name in ("", "*") or min(name) < " ":
        raise translator.unsupported(node, "such names in JSON paths")
    return f'."{name}"'


def _refuse(translator: Translator, node: exp.Expr, text: str) -> None:
    if any(mark in text for mark in "*?@(") or ".." in text:
        raise translator.unsupported(node, "wildcards and filters in JSON paths")
    raise translator.failure("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{text}'", node)


def _item(translator: Translator, value: exp.Expr, path: exp.Expr) -> tuple[str, str]:
    """Translate a document and the item that a path selects in it, as JSON text."""
    document = translator.translate(value)
    if document.type.name not in ("varchar", "json", "unknown"):
        raise translator.mismatch(value, f"Cannot read input of type {document.type} as JSON")
    steps = translate_json_path(translator, path, translator.translate(path))
    return document.sql, f"athena_json_item({document.sql}, {steps})"


def _json_exists(translator: Translator, call: Call) -> Typed:
    if len(call.arguments) != 2:
        raise translator.unsupported(call.node, "options of json_exists")
    document, item = _item(translator, call.arguments[0], call.arguments[1])
    sql = f"CASE WHEN {document} IS NOT NULL THEN {item} IS NOT NULL END"
    return Typed(sql, BOOLEAN)


def _json_value(translator: Translator, node: exp.JSONValue) -> Typed:
    translator.allow_only(node, "this", "path", "returning", "on_condition")
    document, item = _item(translator, node.this, node.args["path"])
    returning = node.args.get("returning")
    kind = resolve_type(translator, returning) if returning else VARCHAR
    scalar = f"athena_json_scalar_of({item})"
    converted = cast(translator, node, Typed(scalar, VARCHAR), kind).sql
    empty, error = _conditions(translator, node)
    if error == "ERROR ON ERROR":
        problem = failing_expression(
            "JSON_VALUE_RESULT_ERROR", "JSON path found no scalar item", kind
        )
        wrong = f"CASE WHEN left({item}, 1) IN ('{{', '[') THEN {problem} ELSE {converted} END"
    else:
        wrong = f"TRY({converted})"
    if empty == "ERROR ON EMPTY":
        problem = failing_expression("JSON_VALUE_RESULT_ERROR", "JSON path found no items", kind)
        missing = f"{document} IS NOT NULL AND {item} IS NULL"
        wrong = f"CASE WHEN {missing} THEN {problem} ELSE {wrong} END"
    return Typed(wrong, kind)


def _conditions(translator: Translator, node: exp.Expr) -> tuple[str, str]:
    condition = node.args.get("on_condition")
    if condition is None:
        return _NULL_ON_EMPTY, _NULL_ON_ERROR
    translator.allow_only(condition, "empty", "error")
    empty = condition.args.get("empty") or _NULL_ON_EMPTY
    error = condition.args.get("error") or _NULL_ON_ERROR
    known = (_NULL_ON_EMPTY, _NULL_ON_ERROR, "ERROR ON EMPTY", "ERROR ON ERROR")
    if str(empty) not in known or str(error) not in known:
        raise translator.unsupported(node, "defaults of JSON functions")
    return str(empty), str(error)


def _json_query(translator: Translator, node: exp.JSONExtract) -> Typed:
    if not node.args.get("json_query"):
        raise translator.malformed(node)
    translator.allow_only(node, "this", "expression", "option", "json_query", "only_json_types")
    _, item = _item(translator, node.this, node.expression)
    option = node.args.get("option")
    wrapper = option.name.upper() if option is not None else "WITHOUT WRAPPER"
    if wrapper.startswith("WITHOUT"):
        return Typed(f"CASE WHEN left({item}, 1) IN ('{{', '[') THEN {item} END", VARCHAR)
    wrapped = f"'[' || {item} || ']'"
    if "CONDITIONAL" in wrapper and "UNCONDITIONAL" not in wrapper:
        wrapped = f"CASE WHEN left({item}, 1) IN ('{{', '[') THEN {item} ELSE {wrapped} END"
    return Typed(f"({wrapped})", VARCHAR)


def _json_literal(translator: Translator, node: exp.ParseJSON) -> Typed:
    translator.allow_only(node, "this", "is_literal")
    text = node.this.name
    try:
        return Typed(quote_string(parse_json(text)), JSON)
    except ValueError as error:
        problem = f"'{text}' is not a valid JSON literal"
        raise translator.failure("INVALID_LITERAL", problem, node) from error


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.JSONValue: _json_value,
    exp.JSONExtract: _json_query,
    exp.ParseJSON: _json_literal,
}
FUNCTIONS: dict[str, FunctionHandler] = {"json_exists": _json_exists}
