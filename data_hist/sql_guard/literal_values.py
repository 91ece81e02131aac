"""Read the value of a parameter back from its literal: the inverse of `literals`."""

import base64
import re
from typing import Final

from data_hist.sql_guard.literals import SPECIAL_FLOATS, Parameter

_CONSTANTS: Final[dict[str, Parameter]] = {
    **{"NULL": None, "TRUE": True, "FALSE": False},
    **{literal: {"type": "double", "value": text} for text, literal in SPECIAL_FLOATS.items()},
}
_STRING = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(\()?(?P<digits>-?[0-9]+(?P<double>\.?[0-9]*E-?[0-9]+)?)(?(1)\))", re.ASCII)
_TYPED = re.compile(r"([A-Z ]+) ('.*')", re.DOTALL)
_BYTES = re.compile(r"X'((?:[0-9A-F]{2})*)'")
_CAST = re.compile(r"CAST\((.*) AS ([A-Z]+(?:\([0-9,]+\))?)\)", re.DOTALL)
# Larger numbers lose digits where JSON numbers are doubles.
_MAX_JSON_INTEGER: Final = 2**53 - 1


def parse_literal(literal: str) -> Parameter:
    """Return a value whose literal is this one; a large whole number is a typed bigint then.

    Raises:
        ValueError: `render_literal` writes no such literal.
    """
    if literal in _CONSTANTS:
        return _CONSTANTS[literal]
    if string := _STRING.fullmatch(literal):
        return _unquote(string[0])
    if number := _NUMBER.fullmatch(literal):
        return _number(number["digits"], is_double=number["double"] is not None)
    if content := _BYTES.fullmatch(literal):
        return _typed("varbinary", base64.b64encode(bytes.fromhex(content[1])).decode())
    if cast := _CAST.fullmatch(literal):
        return _typed(cast[2].lower(), _cast_text(cast[1]))
    if typed := _TYPED.fullmatch(literal):
        return _typed(typed[1].lower(), _unquote(typed[2]))
    raise ValueError("not the literal of a parameter")


def _number(digits: str, *, is_double: bool) -> Parameter:
    if is_double:
        return _typed("double", digits)
    whole = int(digits)
    return whole if abs(whole) <= _MAX_JSON_INTEGER else _typed("bigint", digits)


def _cast_text(literal: str) -> str:
    value = parse_literal(literal)
    text = value["value"] if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise ValueError("not the literal of a parameter")
    return text


def _typed(type_name: str, text: str) -> Parameter:
    return {"type": type_name, "value": text}


def _unquote(literal: str) -> str:
    if not _STRING.fullmatch(literal):
        raise ValueError("not the literal of a parameter")
    return literal[1:-1].replace("''", "'")
