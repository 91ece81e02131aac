"""Write the parameters of a query as SQL literals.

Athena's own execution parameters are expressions that it evaluates, so they do not bind safely. The
service writes each value itself, and no value can become more than one literal.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from data_hist.spelling import offer
from data_hist.sql_guard import number_literals, time_literals
from data_hist.sql_guard.parameter import BadParameter, Parameter

_SIZED = re.compile(r"(decimal|varchar|char) ?\(([1-9][0-9]{0,9})(?:, ?([0-9]{1,2}))?\)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_CHARS = {"varchar": 2_147_483_646, "char": 65_536}


def literal(value: Parameter) -> str:
    """The literal of one value; safe before and after any token."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return number_literals.integer(value)
    if isinstance(value, float):
        return number_literals.double(value)
    if isinstance(value, str):
        return _string(value)
    return _typed(value)


def _typed(value: Mapping[str, Any]) -> str:
    if not isinstance(value, Mapping) or set(value) != {"type", "value"}:
        raise BadParameter("must be an object of exactly 'type' and 'value'")
    write = _writer(value["type"])
    text = value["value"]
    if text is None:
        return "NULL"
    if isinstance(text, bool) and write is _boolean:
        text = str(text)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise BadParameter("must have a string or a number as its value")
    return write(str(text))


def _writer(name: object) -> Callable[[str], str]:
    lower = name.lower() if isinstance(name, str) else ""
    if lower in _WRITERS:
        return _WRITERS[lower]
    sized = _SIZED.fullmatch(lower)
    if sized is None or (sized[1] != "decimal" and sized[3] is not None):
        raise _unknown_type(lower)
    if sized[1] != "decimal":
        return _sized_string(sized[1], int(sized[2]))
    return lambda text: number_literals.sized_decimal(text, int(sized[2]), int(sized[3] or 0))


def _unknown_type(name: str) -> BadParameter:
    listed = f"; the types are {', '.join(_WRITERS)}, decimal(p,s), varchar(n), char(n)"
    return BadParameter(f"is not a known type{offer(name, _WRITERS) or listed}", "type")


def _string(value: str) -> str:
    if "\0" in value:
        raise BadParameter("must be without a NUL character")
    if _SURROGATE.search(value):
        raise BadParameter("must be without half of a surrogate pair")
    return "'" + value.replace("'", "''") + "'"


def _sized_string(name: str, size: int) -> Callable[[str], str]:
    def write(text: str) -> str:
        if size > _MAX_CHARS[name]:
            raise BadParameter(f"must be of a type of at most {name}({_MAX_CHARS[name]})")
        if len(text) > size:
            raise BadParameter(f"must fit {name}({size})")
        return f"CAST({_string(text)} AS {name.upper()}({size}))"

    return write


def _boolean(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise BadParameter("must be true or false")
    return text.upper()


def _json(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise BadParameter("must be JSON text") from None
    return f"JSON {_string(text)}"


_WRITERS: dict[str, Callable[[str], str]] = {
    "varchar": _string,
    "char": _string,
    "boolean": _boolean,
    **{
        name: number_literals.integer_writer(name, bits)
        for name, bits in number_literals.INTEGER_BITS.items()
    },
    "real": number_literals.float_writer("real"),
    "double": number_literals.float_writer("double"),
    "decimal": number_literals.decimal,
    "date": time_literals.date,
    "time": time_literals.time,
    "timestamp": time_literals.timestamp,
    "timestamp with time zone": time_literals.timestamp_with_zone,
    "json": _json,
}
