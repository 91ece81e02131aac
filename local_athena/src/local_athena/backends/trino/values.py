"""Render the values of Trino's JSON as the text that Athena writes to result files.

Numbers with a fraction arrive as Trino's own text, which is Java's: `client` does not parse them.
"""

import base64
from collections.abc import Callable
from typing import Any

Render = Callable[[Any], str]
TypeSignature = dict[str, Any]
"""A `typeSignature`: the name of a type in `rawType`, and what it is made of in `arguments`."""

_RESULT_DIGITS = 3
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
    # Keys are text in JSON: Trino has written structures, numbers and booleans out already.
    is_text = key_type["rawType"] in (*_TEMPORAL, "varbinary")
    render_key = make_renderer(key_type) if is_text else str
    render_value = _or_null(make_renderer(value_type))

    def render(entries: dict[str, Any]) -> str:
        parts = (f"{render_key(key)}={render_value(value)}" for key, value in entries.items())
        return "{" + ", ".join(parts) + "}"

    return render


def _make_row(fields: list[dict[str, Any]]) -> Render:
    names = [
        field.get("fieldName", {}).get("name", f"field{index}")
        for index, field in enumerate(fields)
    ]
    renders = [_or_null(make_renderer(field["typeSignature"])) for field in fields]

    def render(values: list[Any]) -> str:
        parts = zip(names, renders, values, strict=True)
        return "{" + ", ".join(f"{name}={part(value)}" for name, part, value in parts) + "}"

    return render


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
