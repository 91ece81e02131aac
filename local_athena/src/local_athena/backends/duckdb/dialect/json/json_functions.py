"""The SQL standard's JSON functions; a row is read in Python, what is constant is checked here."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.expressions.casts import cast
from local_athena.backends.duckdb.dialect.json.json_casts import cast_spec, read_by_duckdb
from local_athena.backends.duckdb.dialect.json.json_extraction import parse_json
from local_athena.backends.duckdb.dialect.json.json_path_checks import check_path
from local_athena.backends.duckdb.dialect.json.sql_json_paths import PathError
from local_athena.backends.duckdb.dialect.json.sql_json_values import DATETIMES
from local_athena.backends.duckdb.dialect.syntax.json_grammar import (
    FormattedJson,
    JsonConstructor,
    JsonPathCall,
    JsonTable,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BOOLEAN,
    DOUBLE,
    INTEGERS,
    JSON,
    VARCHAR,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.type_resolution import resolve_type
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
    quote_string,
)
from local_athena.errors import StatementFailure, find_position

_TEXTS = ("varchar", "char")
_NUMBERS = (*INTEGERS, "real", "double", "decimal")
_PLAIN = (*_NUMBERS, "boolean", "varchar")
_WITHOUT_TEXT = ("varbinary", "HyperLogLog", "array", "map", "row")
_NO_VALUE = "JSON path found an item that cannot be cast to the declared return type"


def _json_path_call(translator: Translator, node: JsonPathCall) -> Typed:
    name = node.name
    if (alias := node.args.get("path_name")) is not None:
        text = f"JSON path name is not allowed in {name} function"
        raise translator.failure("INVALID_PATH", text, alias)
    document = _json_input(translator, node.args["document"])
    passed, variables = _parameters(translator, node)
    path = _checked_path(translator, node, variables)
    options = {"path": path, "variables": variables}
    arguments = (document, passed)
    if name == "JSON_EXISTS":
        options["error"] = node.args.get("error") or "false"
        return Typed(_path_sql("athena_sql_json_exists", arguments, options), BOOLEAN)
    if name == "JSON_QUERY":
        return _json_query(translator, node, arguments, options)
    return _json_value(translator, node, arguments, options)


def _path_sql(function: str, arguments: tuple[str, str], options: Any) -> str:
    document, passed = arguments
    constants = quote_string(json.dumps(options))
    if passed:
        return f"{function}_passing({document}, {constants}, {passed})"
    return f"{function}({document}, {constants})"


def _json_input(translator: Translator, node: exp.Expr) -> str:
    """Translate text or bytes that are read as JSON."""
    inner, encoding = node, ""
    if isinstance(node, FormattedJson):
        inner, encoding = node.this, node.args["encoding"]
    value = translator.translate(inner)
    allowed = ("varbinary",) if encoding else (*_TEXTS, "varbinary")
    if value.type.name not in (*allowed, "unknown"):
        form = f"JSON ENCODING {encoding}" if encoding else "JSON"
        text = f"Cannot read input of type {value.type} as JSON using formatting {form}"
        raise translator.mismatch(inner, text)
    if encoding in ("UTF16", "UTF32"):
        raise translator.unsupported(inner, f"the encoding {encoding}")
    if value.type.name != "varbinary":
        return coerce(value, VARCHAR).sql
    # Bytes that are no text are no JSON either.
    return f"coalesce(TRY(decode({value.sql})), CASE WHEN {value.sql} IS NOT NULL THEN '!' END)"


def _parameters(translator: Translator, node: JsonPathCall) -> tuple[str, list[Any]]:
    """Translate what PASSING passes to a list of texts, and describe names and types."""
    texts: list[str] = []
    variables: list[Any] = []
    for parameter in node.args.get("passing") or ():
        name = parameter.args["alias"]
        known = name.name if name.args.get("quoted") else name.name.upper()
        if known in [variable[0] for variable in variables]:
            text = "A JSON path parameter is specified more than once"
            raise translator.failure("DUPLICATE_PARAMETER_NAME", text, name)
        problem = "Unsupported type of JSON path parameter"
        text, kind = _argument(translator, node, parameter.this, problem)
        texts.append(text)
        variables.append([known, kind])
    return _text_list(texts) if texts else "", variables


def _text_list(texts: Sequence[str]) -> str:
    return f"CAST([{', '.join(texts)}] AS VARCHAR[])"


def _argument(
    translator: Translator, node: exp.Expr, argument: exp.Expr, problem: str
) -> tuple[str, list[Any]]:
    """Translate an argument to its text, and describe its type to the function in Python."""
    if isinstance(argument, FormattedJson) or _is_json_function(argument):
        return _json_input(translator, argument), ["json", 0]
    value = translator.translate(argument)
    kind = value.type
    if kind.name in _WITHOUT_TEXT:
        raise translator.failure("NOT_SUPPORTED", f"{problem}: {kind}", node)
    # Text of a real has fewer digits than tell it from others.
    exact = coerce(value, DOUBLE) if kind.name == "real" else value
    text = cast(translator, argument, exact, VARCHAR).sql
    return text, [kind.name if kind.name in (*_PLAIN, *DATETIMES) else "varchar", kind.scale]


def _is_json_function(node: exp.Expr) -> bool:
    inner = node.unnest()
    is_query = isinstance(inner, JsonPathCall) and inner.name == "JSON_QUERY"
    return is_query or isinstance(inner, JsonConstructor)


def _checked_path(translator: Translator, node: JsonPathCall, variables: list[Any]) -> str:
    literal = node.args["path"]
    path = str(literal.this)
    try:
        check_path(path, [name for name, _ in variables])
    except PathError as error:
        if error.offset is None:
            raise translator.failure(error.name, str(error), literal) from error
        start = literal.meta.get("start", 0) + 1 + error.offset
        position = find_position(translator.statement.sql, start)
        raise StatementFailure(error.name, str(error), *position) from error
    return path


def _json_value(
    translator: Translator, node: JsonPathCall, arguments: tuple[str, str], options: dict[str, Any]
) -> Typed:
    returning = node.args.get("returning")
    kind = resolve_type(translator, returning) if returning else VARCHAR
    if kind.name not in (*_PLAIN, *DATETIMES, "char"):
        text = f"Invalid return type of function JSON_VALUE: {kind}"
        raise translator.mismatch(node, text)
    defaults = {event: _default(translator, node, event, kind) for event in ("empty", "error")}
    for event in defaults:
        options[event] = node.args.get(event) or "null"
    is_plain = kind.name in _PLAIN
    options["target"] = cast_spec(kind) if is_plain else [kind.name]
    found = _path_sql("athena_sql_json_value", arguments, options)
    marked = any(defaults.values())
    text = f"substr({found}, 2)" if marked else found
    if is_plain:
        value = text if kind.name == "varchar" else read_by_duckdb(text, kind)
    else:
        value = _cast_or_decide(translator, node, Typed(text, VARCHAR), kind, defaults["error"])
    if marked:
        value = _choose(found, value, defaults)
    return Typed(value, kind)


def _choose(found: str, value: str, defaults: Mapping[str, str | None]) -> str:
    """Choose by the mark of a result. As in Trino, a default fails even where it is not needed."""
    choices = [f"CASE WHEN left({found}, 1) = 'v' THEN {value} END"]
    choices += [default or "NULL" for default in defaults.values()]
    place = f"CASE left({found}, 1) WHEN 'v' THEN 1 WHEN 'e' THEN 2 WHEN 'x' THEN 3 END"
    return f"list_extract([{', '.join(choices)}], {place})"


def _default(translator: Translator, node: JsonPathCall, event: str, kind: TrinoType) -> str | None:
    default = node.args.get(f"{event}_default")
    if default is None:
        return None
    value = translator.translate(default)
    fits = translator.fits(value.type, kind)
    if fits and kind.name in _TEXTS and kind.length is not None:
        fits = value.type.name == "unknown" or (value.type.length or kind.length + 1) <= kind.length
    if not fits:
        text = (
            f"Function JSON_VALUE default ON {event.upper()} result must evaluate to a {kind} "
            f"(actual: {value.type})"
        )
        raise translator.mismatch(default, text)
    return coerce(value, kind).sql


def _cast_or_decide(
    translator: Translator, node: JsonPathCall, text: Typed, kind: TrinoType, default: str | None
) -> str:
    """Cast text to a type that DuckDB reads; ON ERROR decides about what it cannot."""
    converted = f"TRY({cast(translator, node, text, kind).sql})"
    otherwise = default
    if node.args.get("error") == "error":
        otherwise = failing_expression("JSON_VALUE_RESULT_ERROR", _NO_VALUE, kind)
    if otherwise is None:
        return converted
    return f"coalesce({converted}, CASE WHEN {text.sql} IS NOT NULL THEN {otherwise} END)"


def _json_query(
    translator: Translator, node: JsonPathCall, arguments: tuple[str, str], options: dict[str, Any]
) -> Typed:
    wrapper = node.args.get("wrapper") or "without"
    quotes = node.args.get("quotes")
    if quotes and wrapper != "without":
        text = (
            f"{quotes.upper()} QUOTES behavior specified with WITH {wrapper.upper()} ARRAY WRAPPER"
        )
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", f"{text} behavior", node)
    options |= {"wrapper": wrapper, "omit quotes": quotes == "omit"}
    for event in ("empty", "error"):
        options[event] = node.args.get(event) or "null"
    return _json_output(translator, node, _path_sql("athena_sql_json_query", arguments, options))


def _json_output(translator: Translator, node: exp.Expr, sql: str) -> Typed:
    """Convert JSON text to the type that is returned."""
    returning, encoding = node.args.get("returning"), node.args.get("encoding") or ""
    kind = resolve_type(translator, returning) if returning else VARCHAR
    allowed = ("varbinary",) if encoding else (*_TEXTS, "varbinary")
    if kind.name not in allowed:
        form = f"JSON ENCODING {encoding}" if encoding else "JSON"
        text = f"Cannot output JSON value as {kind} using formatting {form}"
        raise translator.mismatch(node, text)
    if encoding in ("UTF16", "UTF32"):
        raise translator.unsupported(node, f"the encoding {encoding}")
    return cast(translator, node, Typed(sql, VARCHAR), kind)


def _json_constructor(translator: Translator, node: JsonConstructor) -> Typed:
    is_object = node.name == "JSON_OBJECT"
    problem = f"Unsupported type of value passed to {node.name} function"
    texts, kinds = [], []
    for place, part in enumerate(node.expressions):
        if is_object and place % 2 == 0:
            text, kind = _key(translator, part), ["varchar", 0]
        else:
            text, kind = _argument(translator, node, part, problem)
        texts.append(text)
        kinds.append(kind if kind[0] in (*_PLAIN, "json") else ["varchar", 0])
    keeps_nulls = (node.args.get("nulls") or ("null" if is_object else "absent")) == "null"
    options = [kinds, keeps_nulls, bool(node.args.get("unique"))]
    function = "athena_sql_json_object" if is_object else "athena_sql_json_array"
    sql = f"{function}({_text_list(texts)}, {quote_string(json.dumps(options))})"
    return _json_output(translator, node, sql)


def _key(translator: Translator, node: exp.Expr) -> str:
    value = translator.translate(node)
    if value.type.name not in _TEXTS:
        text = f"Invalid type of JSON object key: {value.type}"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, node)
    return value.sql


def _json_table(translator: Translator, node: JsonTable) -> Typed:
    raise translator.malformed(node)


def _json_literal(translator: Translator, node: exp.ParseJSON) -> Typed:
    translator.allow_only(node, "this", "is_literal")
    text = node.this.name
    try:
        return Typed(quote_string(parse_json(text)), JSON)
    except ValueError as error:
        problem = f"'{text}' is not a valid JSON literal"
        raise translator.failure("INVALID_LITERAL", problem, node) from error


HANDLERS: dict[type[exp.Expr], Handler] = {
    JsonPathCall: _json_path_call,
    JsonConstructor: _json_constructor,
    # As a relation it is refused where relations are translated.
    JsonTable: _json_table,
    exp.ParseJSON: _json_literal,
}
