"""JSON paths: Athena's two notations to DuckDB's."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.typed_sql import Typed, quoted

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]"\s*?@()]+)|\."(?P<dotted>[^"]*)"|\[(?P<index>\d+)\]|\["(?P<quoted>[^"]*)"\]"""
    r"""|\['(?P<single>[^']*)'\]"""
)


def duckdb_path(translator: Translator, node: exp.Expr, path: Typed) -> str:
    """A JSON path constant as DuckDB's literal."""
    if path.constant is None:
        raise translator.unsupported(node, "JSON paths that are not constants")
    text = path.constant.strip()
    mode = re.match(r"(lax|strict)\s+", text)
    if mode and mode[1] == "strict":
        raise translator.unsupported(node, "strict JSON paths")
    return quoted(_steps(translator, node, text[mode.end() :] if mode else text))


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
    return f'."{name}"'


def _refuse(translator: Translator, node: exp.Expr, text: str) -> None:
    if any(mark in text for mark in "*?@(") or ".." in text:
        raise translator.unsupported(node, "wildcards and filters in JSON paths")
    raise translator.failure("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{text}'", node)
