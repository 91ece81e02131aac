"""Convert JSON values to the types of Hive as the OpenX SerDe does.

The results are texts that DuckDB casts to the type; nested ones are lists and dicts of them.
"""

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import partial
from typing import TypeAlias

from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.storage.hive_times import (
    parse_date,
    parse_timestamp,
    print_date,
    print_timestamp,
)
from local_athena.backends.duckdb.storage.java_numbers import (
    WHITE_SPACE,
    canonical_word,
    parse_decimal,
    parse_integer,
)
from local_athena.backends.duckdb.storage.lenient_json import (
    InvalidJsonError,
    Members,
    Value,
    Word,
    print_json,
    replace_surrogates,
)
from local_athena.tables import JsonSerde

Converted: TypeAlias = "str | list[Converted] | dict[str, Converted] | None"
Converter: TypeAlias = Callable[[Value], Converted]

_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_FLOAT = re.compile(
    r"([+-]?)(?:(NaN|Infinity)"
    r"|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?"
    r"|(0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)[fFdD]?)"
)
_BASE64 = re.compile(r"([A-Za-z0-9+/]*)(={0,2})")
_EXACT = Context(prec=1000)


def fold_name(serde: JsonSerde) -> Callable[[str], str]:
    """Return what maps a key to what it is compared by."""
    return str.lower if serde.case_insensitive else str


def converter(kind: TrinoType, serde: JsonSerde) -> Converter:
    """Return a function that converts to a type.

    It raises InvalidJsonError for a value that fails the statement.
    """
    convert = _converter(kind, serde)
    return lambda value: None if value is None else convert(value)


def _converter(kind: TrinoType, serde: JsonSerde) -> Converter:
    if kind.parameters:
        return _nested_converter(kind, serde)
    match kind.name:
        case "boolean":
            return _convert_boolean
        case "varbinary":
            return _convert_binary
        case "varchar" | "char":
            return partial(_convert_text, kind)
    return partial(_convert_scalar, _scalar_printer(kind))


def _nested_converter(kind: TrinoType, serde: JsonSerde) -> Converter:
    parts = [converter(part, serde) for part in kind.parameters]
    if kind.name == "array":
        return partial(_convert_array, parts[0])
    if kind.name == "map":
        return partial(_convert_map, parts[0], parts[1])
    names = [name or "" for name in kind.field_names]
    return RowConverter(list(zip(names, kind.parameters, strict=True)), serde).convert


def _scalar_printer(kind: TrinoType) -> Callable[[str], str | None]:
    if kind.name in _BITS:
        return partial(_print_integer, _BITS[kind.name])
    return partial(_print_decimal, kind) if kind.name == "decimal" else _PRINTERS[kind.name]


def _convert_scalar(print_text: Callable[[str], str | None], value: Value) -> str | None:
    if not isinstance(value, str):
        raise InvalidJsonError("An object or array is no scalar")
    return print_text(value)


def _print_integer(bits: int, text: str) -> str | None:
    number = parse_integer(text)
    if number is None or not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        return None
    return str(number)


def _print_decimal(kind: TrinoType, text: str) -> str | None:
    number = parse_decimal(text)
    if number is None or number.adjusted() > _EXACT.prec // 2:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-kind.scale), ROUND_HALF_UP, _EXACT)
    rounded = abs(rounded) if rounded.is_zero() else rounded
    digits = len(rounded.as_tuple().digits) if rounded else 1
    return f"{rounded:f}" if digits <= (kind.precision or 0) else None


def _print_double(text: str) -> str | None:
    number = _parse_float(text)
    return None if number is None else _print_float(number)


def _print_real(text: str) -> str | None:
    number = _parse_float(text)
    if number is None:
        return None
    try:
        return _print_float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return "-Infinity" if number < 0 else "Infinity"


def _parse_float(text: str) -> float | None:
    found = _FLOAT.fullmatch(text.strip(WHITE_SPACE))
    if found is None:
        return None
    sign, word, number, hexadecimal = found.groups()
    if hexadecimal is None:
        return float(sign + (word or number))
    try:
        return float.fromhex(sign + hexadecimal)
    except OverflowError:
        return float(f"{sign}inf")


def _print_float(number: float) -> str:
    if math.isinf(number):
        return "-Infinity" if number < 0 else "Infinity"
    return "NaN" if math.isnan(number) else repr(number)


def _print_date(text: str) -> str | None:
    days = parse_date(text)
    return None if days is None else print_date(days)


def _print_timestamp(text: str) -> str | None:
    milliseconds = parse_timestamp(text)
    return None if milliseconds is None else print_timestamp(milliseconds)


_PRINTERS: Mapping[str, Callable[[str], str | None]] = {
    "real": _print_real,
    "double": _print_double,
    "date": _print_date,
    "timestamp": _print_timestamp,
}


def _convert_boolean(value: Value) -> str:
    return "true" if isinstance(value, str) and value.lower() == "true" else "false"


def _convert_binary(value: Value) -> str:
    if not isinstance(value, str) or isinstance(value, Word):
        raise InvalidJsonError("Only text in quotes is binary")
    found = _BASE64.fullmatch(value)
    if found is None:
        raise InvalidJsonError("The text is not base64")
    digits, padding = found.groups()
    if padding and (len(digits) + len(padding)) % 4:
        raise InvalidJsonError("The padding of base64 is wrong")
    try:
        content = base64.b64decode(digits + "=" * (-len(digits) % 4))
    except binascii.Error as error:
        raise InvalidJsonError("The text is not base64") from error
    return "".join(f"\\x{byte:02X}" for byte in content)


def _convert_text(kind: TrinoType, value: Value) -> str:
    if isinstance(value, Word):
        text = canonical_word(value) or value
    else:
        text = value if isinstance(value, str) else print_json(value)
    text = replace_surrogates(text)[: kind.length]
    return text.rstrip(" ") if kind.name == "char" else text


def _convert_array(element: Converter, value: Value) -> Converted:
    if value == "":
        return None
    return [element(one) for one in (value if isinstance(value, list) else [value])]


def _convert_map(key: Converter, member: Converter, value: Value) -> Converted:
    if isinstance(value, str) and not value.strip(WHITE_SPACE):
        return None
    if not isinstance(value, dict):
        raise InvalidJsonError("Only an object is a map")
    converted: dict[str, Converted] = {}
    for name, one in value.values():
        found = key(name)
        if isinstance(found, str):
            # Of names that are equal as keys, the last one counts.
            converted.pop(found, None)
            converted[found] = member(one)
    return converted


class RowConverter:
    """Converts an object, or an array by position, to the fields of a row."""

    def __init__(self, fields: list[tuple[str, TrinoType]], serde: JsonSerde) -> None:
        self._fold = fold_name(serde)
        self._dots_in_keys = serde.dots_in_keys
        self._names = [name for name, _ in fields]
        self._keys = [self._fold(serde.keys.get(name, name)) for name in self._names]
        self._converters = [converter(kind, serde) for _, kind in fields]

    def convert(self, value: Value) -> Converted:
        """Convert all fields; they are named f1, f2 and so on."""
        if isinstance(value, str) and value.strip(WHITE_SPACE):
            raise InvalidJsonError("A scalar is no row")
        return {
            f"f{number + 1}": self.convert_field(value, number)
            for number in range(len(self._names))
        }

    def convert_field(self, value: Value, number: int) -> Converted:
        """Convert one field."""
        convert = self._converters[number]
        if isinstance(value, list):
            return convert(value[number]) if number < len(value) else None
        return convert(self._find(value, number)) if isinstance(value, dict) else None

    def _find(self, members: Members, number: int) -> Value:
        found = members.get(self._keys[number])
        if found is None and self._dots_in_keys and "_" in self._names[number]:
            name = self._names[number]
            dotted = (
                one
                for one in members.values()
                if "." in one[0] and self._fold(one[0].replace(".", "_")) == name
            )
            found = next(dotted, None)
        return found[1] if found else None
