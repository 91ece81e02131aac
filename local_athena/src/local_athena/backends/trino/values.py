"""Render the values of Trino's JSON as the text that Athena writes to result files.

Numbers with a fraction arrive as Trino's own text, which is Java's: `client` does not parse them.
"""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

Render = Callable[[Any], str]
TypeSignature = dict[str, Any]
"""A `typeSignature`: the name of a type in `rawType`, and what it is made of in `arguments`."""

_RESULT_DIGITS = 3
# Commas outside of brackets within the brackets, one pair in another at most.
_PARTS = re.compile(r", (?![^\[]*\])")
_TEMPORAL = frozenset({"time", "time with time zone", "timestamp", "timestamp with time zone"})


def make_renderer(signature: TypeSignature) -> Render:
    """Return what renders the values of a type; NULL is not one of them."""
    kind, arguments = signature["rawType"], signature["arguments"]
    if kind in _STRUCTURES:
        return _STRUCTURES[kind]([argument["value"] for argument in arguments])
    if kind in _TEMPORAL:
        return _make_temporal(arguments[0]["value"])
    return _SCALARS.get(kind, str)


def _render_boolean(value: bool) -> str:
    return "true" if value else "false"


def _render_binary(value: str) -> str:
    return base64.b64decode(value).hex(" ")


def _make_temporal(digits: int) -> Render:
    """Write at least three digits of a second."""
    if digits >= _RESULT_DIGITS:
        return str
    zeros = ("" if digits else ".") + "0" * (_RESULT_DIGITS - digits)
    # From the first colon to the end of the seconds.
    length = len(":00:00.") + digits if digits else len(":00:00")

    def render(value: str) -> str:
        end = value.index(":") + length
        return value[:end] + zeros + value[end:]

    return render


def _or_null(render: Render) -> Render:
    return lambda value: "null" if value is None else render(value)


def _make_array(types: list[TypeSignature]) -> Render:
    render = _or_null(make_renderer(types[0]))
    return lambda items: "[" + ", ".join(map(render, items)) + "]"


def _make_map(types: list[TypeSignature]) -> Render:
    key_type, value_type = types
    render_key = _make_key(key_type)
    render_value = _or_null(make_renderer(value_type))

    def render(entries: dict[str, Any]) -> str:
        parts = (f"{render_key(key)}={render_value(value)}" for key, value in entries.items())
        return "{" + ", ".join(parts) + "}"

    return render


def _make_key(signature: TypeSignature) -> Render:
    """Return what renders a key: in JSON it is text, with what it is made of written out."""
    kind = signature["rawType"]
    if kind in (*_TEMPORAL, "varbinary"):
        return make_renderer(signature)
    if kind not in ("array", "row"):
        return str
    return lambda text: _render_written(signature, text)


def _render_written(signature: TypeSignature, text: str) -> str:
    """Write a row that Trino has written as `[1, x]`, with the names of its fields."""
    kind = signature["rawType"]
    parts = _PARTS.split(text[1:-1]) if kind in ("array", "row") and text != "[]" else []
    types = [argument["value"] for argument in signature["arguments"]]
    if kind == "row":
        if len(parts) != len(types):
            # A text inside has a comma of its own.
            return text
        kinds = [field["typeSignature"] for field in types]
        return _join_fields(types, map(_render_written, kinds, parts))
    if kind == "array":
        return "[" + ", ".join(_render_written(types[0], part) for part in parts) + "]"
    return text


def _make_row(fields: list[dict[str, Any]]) -> Render:
    renders = [_or_null(make_renderer(field["typeSignature"])) for field in fields]

    def render(values: list[Any]) -> str:
        pairs = zip(renders, values, strict=True)
        return _join_fields(fields, (part(value) for part, value in pairs))

    return render


def _join_fields(fields: list[dict[str, Any]], values: Iterable[str]) -> str:
    names = (
        field.get("fieldName", {}).get("name", f"field{index}")
        for index, field in enumerate(fields)
    )
    return (
        "{" + ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True)) + "}"
    )


_SCALARS: dict[str, Render] = {
    "boolean": _render_boolean,
    "varbinary": _render_binary,
    "HyperLogLog": _render_binary,
}
_STRUCTURES: dict[str, Callable[[list[Any]], Render]] = {
    "array": _make_array,
    "map": _make_map,
    "row": _make_row,
}
