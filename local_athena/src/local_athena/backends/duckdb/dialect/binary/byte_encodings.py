"""Bytes as text and back: base64, base32, UTF-8, and numbers of 4 or 8 bytes, as Java does it."""

import base64
import binascii
import math
import re
import struct
from itertools import takewhile

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_HEX_DIGITS = frozenset(b"0123456789ABCDEFabcdef")
_ARGUMENT = "INVALID_FUNCTION_ARGUMENT"
_BASE64 = {False: re.compile(rb"[A-Za-z0-9+/]*"), True: re.compile(rb"[A-Za-z0-9_-]*")}
# How many signs of padding there may be, by the signs in the last unit.
_PADDING = {0: (0,), 2: (0, 2), 3: (0, 1)}
_BASE32 = re.compile(r"[A-Z2-7]*")
_LENGTHS_OF_BASE32 = (0, 2, 4, 5, 7)
# The bytes of a character, by its first byte.
_LEADING = ((0xC0, 2), (0xE0, 3), (0xF0, 4), (0xF8, 5), (0xFC, 6))
_SURROGATES = range(0xD800, 0xE000)
_MOST_CHARACTER = 0x10FFFF
_LOW_BITS = 0xFFFFFFFF


def _from_base64(data: bytes, is_url: bool) -> bytes:
    body = data.rstrip(b"=")
    is_known = _BASE64[is_url].fullmatch(body) is not None
    if not is_known or len(data) - len(body) not in _PADDING.get(len(body) % 4, ()):
        raise ValueError(f"{_ARGUMENT}:Illegal base64")
    if is_url:
        body = body.translate(bytes.maketrans(b"-_", b"+/"))
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4))


def _read_hex(data: bytes) -> bytes:
    if len(data) % 2:
        raise invalid_argument(f"invalid input length {len(data)}")
    wrong = next((byte for byte in data if byte not in _HEX_DIGITS), None)
    if wrong is not None:
        # Java reads a byte as a number with a sign, and the lowest 16 bits of that as a character.
        signed = wrong - 256 if wrong > 127 else wrong
        raise invalid_argument(f'not a hexadecimal digit: "{chr(signed & 0xFFFF)}" = {signed}')
    return binascii.unhexlify(data)


def _to_base32(data: bytes) -> str:
    return base64.b32encode(data).decode()


def _from_base32(data: bytes) -> bytes:
    text = data.decode(errors="replace").rstrip("=")
    if len(text) % 8 not in _LENGTHS_OF_BASE32:
        raise ValueError(f"{_ARGUMENT}:Invalid input length {len(text)}")
    if not _BASE32.fullmatch(text):
        raise ValueError(f"{_ARGUMENT}:Unrecognized character")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def _decode(data: bytes, replacement: str) -> str:
    """Decode UTF-8; a sequence that is no character is replaced as a whole."""
    if len(replacement) > 1:
        text = "Replacement character string must empty or a single character"
        raise ValueError(f"{_ARGUMENT}:{text}")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "".join(_decode_parts(data, replacement))


def _decode_parts(data: bytes, replacement: str) -> list[str]:
    parts, place = [], 0
    while place < len(data):
        size = _measure_sequence(data, place)
        part = data[place : place + size]
        try:
            parts.append(part.decode())
        except UnicodeDecodeError:
            parts.append(replacement)
        place += size
    return parts


def _measure_sequence(data: bytes, place: int) -> int:
    """Count the bytes that belong together: the first, and those that continue it."""
    wanted = max((size for lead, size in _LEADING if data[place] >= lead), default=1)
    if data[place] >= 0xFE:
        return 1
    following = data[place + 1 : place + wanted]
    return 1 + sum(1 for _ in takewhile(lambda byte: 0x80 <= byte < 0xC0, following))


def _decode_with_code(data: bytes, code: int) -> str:
    """Decode UTF-8 with the code of a replacement, of which Trino takes the lowest 32 bits."""
    low = code & _LOW_BITS
    if code > _MOST_CHARACTER or low in _SURROGATES:
        raise invalid_argument("Invalid replacement character")
    if low <= _MOST_CHARACTER:
        return _decode(data, chr(low))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise failure("GENERIC_INTERNAL_ERROR", f"Invalid code point 0x{low:X}") from error


def _to_big_endian(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big", signed=True)


def _from_big_endian(data: bytes, size: int) -> int:
    if len(data) != size:
        raise ValueError(f"{_ARGUMENT}:expected {size}-byte input, but got instead: {len(data)}")
    return int.from_bytes(data, "big", signed=True)


def _to_ieee754(value: float, size: int) -> bytes:
    # There is one NaN.
    shown = abs(value) if math.isnan(value) else value
    return struct.pack(">f" if size == 4 else ">d", shown)


def _from_ieee754(data: bytes, size: int) -> str:
    """Read a number, and write its text: a function of Python's cannot return NaN."""
    if len(data) != size:
        text = f"Input floating-point value must be exactly {size} bytes long"
        raise ValueError(f"{_ARGUMENT}:{text}")
    (value,) = struct.unpack(">f" if size == 4 else ">d", data)
    return repr(value)


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_read_hex", _read_hex, ["BLOB"], "BLOB"),
    ("athena_from_base64", _from_base64, ["BLOB", "BOOLEAN"], "BLOB"),
    ("athena_to_base32", _to_base32, ["BLOB"], "VARCHAR"),
    ("athena_from_base32", _from_base32, ["BLOB"], "BLOB"),
    ("athena_decode", _decode, ["BLOB", "VARCHAR"], "VARCHAR"),
    ("athena_decode_with_code", _decode_with_code, ["BLOB", "BIGINT"], "VARCHAR"),
    ("athena_to_big_endian", _to_big_endian, ["BIGINT", "BIGINT"], "BLOB"),
    ("athena_from_big_endian", _from_big_endian, ["BLOB", "BIGINT"], "BIGINT"),
    ("athena_to_ieee754", _to_ieee754, ["DOUBLE", "BIGINT"], "BLOB"),
    ("athena_from_ieee754", _from_ieee754, ["BLOB", "BIGINT"], "VARCHAR"),
)
