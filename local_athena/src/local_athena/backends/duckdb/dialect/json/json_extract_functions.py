"""json_extract and json_extract_scalar: what DuckDB does exactly for a constant path, it does."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.json.json_extraction import parse_json_path
from local_athena.backends.duckdb.dialect.types.trino_types import JSON, VARCHAR
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, quote_string

# In a quoted name of a path, DuckDB reads a star and a backslash otherwise.
_FOREIGN_NAME = re.compile(r'[*\\"\x00-\x1f]|^$')


def _json_extract(translator: Translator, call: Call) -> Typed | None:
    found = _item(translator, call)
    if found is None:
        return None
    document, item, path, numeric = found
    return Typed(f"athena_json_extract({document.sql}, {item}, {path}, {numeric})", JSON)


def _json_extract_scalar(translator: Translator, call: Call) -> Typed | None:
    found = _item(translator, call)
    if found is None:
        return None
    document, item, path, numeric = found
    kind = VARCHAR if document.type == JSON else document.type
    steps = parse_json_path(_constant(call) or "$")
    name = quote_string(f'"{steps[-1]}"' if steps and numeric == "FALSE" else "")
    sql = f"athena_json_extract_scalar({document.sql}, {item}, {path}, {name}, {numeric})"
    return Typed(sql, kind)


def _constant(call: Call) -> str | None:
    if len(call.arguments) != 2:
        return None
    path = call.arguments[1]
    return path.this if isinstance(path, exp.Literal) and path.is_string else None


def _item(translator: Translator, call: Call) -> tuple[Typed, str, str, str] | None:
    """Translate the document, the item that DuckDB finds in it, the path, and whether it numbers.

    DuckDB takes a number in a path for a position or for a name, Trino for either.
    """
    path = _constant(call)
    if path is None:
        return None
    try:
        steps = parse_json_path(path)
    except ValueError:
        return None
    if any(_FOREIGN_NAME.search(step) for step in steps):
        return None
    document = translator.translate(call.arguments[0])
    if document.type.name not in ("varchar", "json"):
        return None
    native = "$" + "".join(
        f"[{int(step)}]" if _is_position(step) else f'."{step}"' for step in steps
    )
    item = f"athena_json_item({document.sql}, {quote_string(native)})"
    numeric = "TRUE" if any(step.lstrip("+").isdecimal() for step in steps) else "FALSE"
    return document, item, quote_string(path), numeric


def _is_position(step: str) -> bool:
    return step.isascii() and step.isdecimal() and len(step) < 10


FUNCTIONS: dict[str, FunctionHandler] = {
    "json_extract": _json_extract,
    "json_extract_scalar": _json_extract_scalar,
}
