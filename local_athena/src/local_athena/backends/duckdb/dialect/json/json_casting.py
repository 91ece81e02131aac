"""CAST of JSON to SQL types: JSON that DuckDB's own cast reads exactly, or Trino's error.

Fields of rows become f1, f2 and so on; what JSON has no number for, such as a decimal, a string.
"""

import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from local_athena.backends.duckdb.dialect.expressions.text_casts import parse_double
from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.json.json_extraction import sorted_members
from local_athena.backends.duckdb.dialect.json.json_text import (
    Members,
    Number,
    is_whole,
    plain_text,
    print_json,
    read_document,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_Convert = Callable[[Any], Any]
_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_WHOLE = re.compile(r"\s*([+-]?[0-9]+)\s*")
_TRUTHS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_MORE_THAN_A_DECIMAL = 50


class _CastError(ValueError):
    pass


def _cast(text: str, spec: str) -> str | None:
    convert, name = _converter(spec)
    try:
        value = read_document(text)
    except (ValueError, RecursionError) as error:
        raise failure("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to {name}") from error
    if value is None:
        return None
    try:
        return json.dumps(convert(value), ensure_ascii=False)
    except _CastError as error:
        raise failure("INVALID_CAST_ARGUMENT", f"Cannot cast to {name}. {error}: {text}") from error


def converter_of(spec: str) -> Callable[[Any], Any]:
    """Build the conversion of a value of JSON to a type; it raises ValueError."""
    return _converter(spec)[0]


@lru_cache(maxsize=256)
def _converter(spec: str) -> tuple[_Convert, str]:
    name, kind = json.loads(spec)
    return _build(kind), name


def _build(kind: list[Any]) -> _Convert:
    return _CONVERTERS[kind[0]](*kind)


def _to_integer(name: str) -> _Convert:
    limit = 1 << (_BITS[name] - 1)

    def convert(value: Any) -> int | None:
        if value is None or isinstance(value, bool):
            return None if value is None else int(value)
        number = _whole_number(_scalar(value, name), isinstance(value, Number), name)
        if not -limit <= number < limit:
            raise _CastError(f"Cannot cast '{value}' to {name}")
        return number

    return convert


def _whole_number(text: str, is_number: bool, name: str) -> int:
    found = _WHOLE.fullmatch(text)
    if found is not None:
        return int(found[1])
    if not is_number:
        raise _CastError(f"Cannot cast '{text}' to {name.upper()}")
    return int(Decimal(text).to_integral_value(ROUND_HALF_UP))


def _to_double(name: str) -> _Convert:
    def convert(value: Any) -> float | str | None:
        if value is None or isinstance(value, bool):
            return None if value is None else float(value)
        text = _scalar(value, name)
        number = parse_double(text)
        if number is None:
            raise _CastError(f"Cannot cast '{text}' to {name.upper()}")
        if name == "real" and abs(number) >= 3.4028235677973366e38:
            number = float("inf") if number > 0 else float("-inf")
        return number if number - number == 0 else str(number).replace("inf", "Infinity")

    return convert


def _to_decimal(name: str, precision: int, scale: int) -> _Convert:
    def convert(value: Any) -> str | None:
        if value is None:
            return None
        text = str(int(value)) if isinstance(value, bool) else _scalar(value, name)
        try:
            number = Decimal(text.strip())
            if not number.is_finite() or number.adjusted() > _MORE_THAN_A_DECIMAL:
                raise InvalidOperation
        except InvalidOperation as error:
            raise _CastError(f"Cannot cast '{text}' to DECIMAL({precision},{scale})") from error
        rounded = _scaled(number, scale)
        if len(rounded.lstrip("-").replace(".", "").lstrip("0")) > precision:
            raise _CastError(f"Cannot cast input json to DECIMAL({precision},{scale})")
        return rounded

    return convert


def _scaled(number: Decimal, scale: int) -> str:
    sign, digits, exponent = number.as_tuple()
    whole = int("".join(map(str, digits)))
    shift = int(exponent) + scale
    if shift >= 0:
        whole *= 10**shift
    else:
        whole, rest = divmod(whole, 10**-shift)
        whole += rest * 2 >= 10**-shift
    text = str(whole).rjust(scale + 1, "0")
    text = f"{text[:-scale]}.{text[-scale:]}" if scale else text
    return f"-{text}" if sign and whole else text


def _to_boolean(name: str) -> _Convert:
    def convert(value: Any) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        text = _scalar(value, name)
        if isinstance(value, Number):
            if is_whole(value) and not -(1 << 63) <= int(value) < 1 << 63:
                raise _CastError(f"Cannot cast '{value}' to boolean")
            return float(value) != 0
        if text.lower() not in _TRUTHS:
            raise _CastError(f"Cannot cast '{text}' to BOOLEAN")
        return _TRUTHS[text.lower()]

    return convert


def _to_varchar(name: str, length: int | None) -> _Convert:
    def convert(value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, Number) and not is_whole(value):
            text = print_double_cast(float(value))
        else:
            text = plain_text(_scalar(value, name))
        if length is not None and len(text) > length:
            raise _CastError(f"Character count exceeds length limit {length}")
        return text

    return convert


def print_double_cast(value: float) -> str:
    """Print a double as CAST AS varchar does, always with an exponent."""
    if value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "NaN"
    if value == 0:
        return "-0E0" if str(value).startswith("-") else "0E0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return "Infinity" if value > 0 else "-Infinity"
    first, rest = str(digits[0]), "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{first}.{rest}E{exponent + len(digits) - 1}"


def _to_json(_name: str) -> _Convert:
    return lambda value: print_json(value, sorted_members)


def _to_array(_name: str, element: list[Any]) -> _Convert:
    convert = _build(element)

    def convert_all(value: Any) -> list[Any] | None:
        if value is None:
            return None
        if not isinstance(value, list) or isinstance(value, Members):
            raise _CastError(f"Expected a json array, but got {_token(value)}")
        return [convert(each) for each in value]

    return convert_all


def _to_map(_name: str, key: list[Any], value: list[Any]) -> _Convert:
    convert_key, convert_value = _build(key), _build(value)

    def convert(members: Any) -> dict[str, Any] | None:
        if members is None:
            return None
        if not isinstance(members, Members):
            raise _CastError(f"Expected a json object, but got {_token(members)}")
        entries: dict[str, Any] = {}
        for name, each in members:
            converted = convert_key(name)
            text = converted if isinstance(converted, str) else json.dumps(converted)
            if text in entries:
                raise _CastError("Duplicate map keys are not allowed")
            entries[text] = convert_value(each)
        return entries

    return convert


def _to_row(_name: str, fields: list[tuple[str | None, list[Any]]]) -> _Convert:
    converters = [_build(kind) for _, kind in fields]
    places = {name: place for place, (name, _) in enumerate(fields) if name is not None}

    def convert(value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        if isinstance(value, Members):
            values = _members_by_place(value, places, len(fields))
        elif isinstance(value, list):
            values = _check_length(value, len(fields))
        else:
            raise _CastError(f"Expected a json array or object, but got {_token(value)}")
        pairs = enumerate(zip(converters, values, strict=True), 1)
        return {f"f{place}": convert_one(each) for place, (convert_one, each) in pairs}

    return convert


def _check_length(values: list[Any], length: int) -> list[Any]:
    if len(values) < length:
        raise _CastError("Unexpected token when cast: ]")
    if len(values) > length:
        raise _CastError(f"Expected json array ending, but got {_token(values[length])}")
    return values


def _members_by_place(members: Members, places: dict[str, int], length: int) -> list[Any]:
    """Find the value of each field; the names of members are compared in lower case."""
    if not places:
        text = "Cannot cast a JSON object to anonymous row type. Input must be a JSON array."
        raise _CastError(text)
    values: list[Any] = [None] * length
    seen = set()
    for name, value in members:
        place = places.get(name.lower())
        if place in seen:
            raise _CastError(f"Duplicate field: {name.lower()}")
        if place is not None:
            seen.add(place)
            values[place] = value
    return values


def _scalar(value: Any, name: str) -> str:
    if isinstance(value, list):
        raise _CastError(f"Unexpected token when cast to {name}: {_token(value)}")
    return str(value)


def _token(value: Any) -> str:
    if isinstance(value, list):
        return "{" if isinstance(value, Members) else "["
    return value if isinstance(value, str) else print_json(value)


_CONVERTERS: dict[str, Callable[..., _Convert]] = {
    **dict.fromkeys(_BITS, _to_integer),
    "real": _to_double,
    "double": _to_double,
    "decimal": _to_decimal,
    "boolean": _to_boolean,
    "varchar": _to_varchar,
    "json": _to_json,
    "array": _to_array,
    "map": _to_map,
    "row": _to_row,
}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_json_cast", _cast, ["VARCHAR", "VARCHAR"], "VARCHAR"),
)
