"""Format texts as Java's Formatter does, from values that come as texts with their kinds."""

import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.strings.java_directives import (
    DATE_PARTS,
    OF_INSTANTS,
    TIME_PARTS,
    Directive,
    invalid_format,
    split_pattern,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)
_EPOCH = datetime(1970, 1, 1)
_READERS: dict[str, Callable[[str], date | time]] = {
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
_JAVA_CLASSES = {
    "boolean": "java.lang.Boolean",
    "integer": "java.lang.Long",
    "real": "java.lang.Float",
    "double": "java.lang.Double",
    "decimal": "java.math.BigDecimal",
    "date": "java.time.LocalDate",
    "time": "java.time.LocalTime",
    "timestamp": "java.time.LocalDateTime",
    "text": "java.lang.String",
}


def _format(pattern: str, kinds: str, texts: Sequence[str | None]) -> str:
    values = list(zip(kinds.split(","), texts, strict=True))
    pieces, ordinary, last = [], 0, -1
    for part in split_pattern(pattern):
        if isinstance(part, str):
            pieces.append(part)
            continue
        if part.kind in "%n":
            pieces.append("\n" if part.kind == "n" else part.justify("%"))
            continue
        if part.index is not None:
            last = part.index - 1
        elif "<" not in part.flags:
            last, ordinary = ordinary, ordinary + 1
        if not 0 <= last < len(values):
            raise invalid_format(pattern, f"MissingFormatArgument: Format specifier '{part.text}'")
        pieces.append(_print(pattern, part, *values[last]))
    return "".join(pieces)


def _print(pattern: str, part: Directive, kind: str, text: str | None) -> str:
    if text is None:
        return part.justify(part.cut("false" if part.kind == "b" else "null"))
    if part.kind in "bsh":
        return part.justify(part.cut(_print_general(part.kind, kind, text)))
    if part.kind == "d" and kind == "integer":
        value = int(text)
        body = f"{abs(value):,}" if "," in part.flags else str(abs(value))
        return part.sign(body, is_negative=value < 0)
    if part.kind in "ox" and kind == "integer":
        prefix = {"x": "0x", "o": "0"}[part.kind] if "#" in part.flags else ""
        body = format(int(text) & 0xFFFFFFFFFFFFFFFF, part.kind)
        return part.sign(body, is_negative=False, prefix=prefix)
    is_exact = kind == "decimal" and part.kind != "a"
    if part.kind in "efga" and (kind in ("real", "double") or is_exact):
        return _print_fraction(part, kind, text)
    if part.kind == "t" and kind in ("integer", *_READERS):
        return part.justify(_print_moment(pattern, part.letter, kind, text))
    raise _mismatch(pattern, part.letter, kind)


def _print_general(letter: str, kind: str, text: str) -> str:
    if letter == "b":
        return text if kind == "boolean" else "true"
    if letter == "h":
        return f"{_hash_code(kind, text):x}"
    return _moment_text(text) if kind in _READERS else text


def _hash_code(kind: str, text: str) -> int:
    if kind == "boolean":
        return 1231 if text == "true" else 1237
    if kind in ("integer", "double"):
        packed = struct.pack("<d", float(text)) if kind == "double" else None
        bits = struct.unpack("<Q", packed)[0] if packed else int(text) & 0xFFFFFFFFFFFFFFFF
        return int((bits ^ (bits >> 32)) & 0xFFFFFFFF)
    if kind != "text":
        raise failure("NOT_SUPPORTED", "The embedded endpoint does not support %h of this type")
    packed, code = text.encode("utf-16-le"), 0
    for unit in struct.unpack(f"<{len(packed) // 2}H", packed):
        code = (31 * code + unit) & 0xFFFFFFFF
    return code


def _moment_text(text: str) -> str:
    """Write a date or time as Java's classes do, without what is zero at its end."""
    clock, _, fraction = text.replace(" ", "T").partition(".")
    digits = fraction.rstrip("0")
    if digits:
        return f"{clock}.{digits.ljust(-(-len(digits) // 3) * 3, '0')}"
    return clock.removesuffix(":00") if clock.count(":") == 2 else clock


def _print_fraction(part: Directive, kind: str, text: str) -> str:
    if kind == "real":
        text = repr(struct.unpack("<f", struct.pack("<f", float(text)))[0])
    value = Decimal(text)
    if value.is_nan():
        return part.justify("NaN")
    is_negative = value.is_signed()
    if value.is_infinite():
        return part.sign("Infinity", is_negative=is_negative, pads=False)
    if part.kind == "a":
        body = _hexadecimal(part, abs(float(text)))
        return part.sign(body, is_negative=is_negative, prefix="0x")
    mantissa, letter, exponent = _decimal(part, value.copy_abs()).partition("e")
    whole, point, rest = mantissa.partition(".")
    if "," in part.flags and not letter:
        whole = f"{int(whole):,}"
    if "#" in part.flags:
        point = "."
    return part.sign(f"{whole}{point}{rest}{letter}{exponent}", is_negative=is_negative)


def _decimal(part: Directive, value: Decimal) -> str:
    precision = 6 if part.precision is None else part.precision
    if part.kind == "f":
        return _fixed(value, precision)
    if part.kind == "e":
        return _scientific(value, precision)
    shown = _scientific(value, max(precision, 1) - 1)
    exponent = int(shown.partition("e")[2])
    if -4 <= exponent < max(precision, 1):
        return _fixed(value, max(precision, 1) - 1 - exponent)
    return shown


def _fixed(value: Decimal, digits: int) -> str:
    return format(value.quantize(Decimal(1).scaleb(-digits), context=_EXACT), "f")


def _scientific(value: Decimal, digits: int) -> str:
    exponent = value.adjusted() if value else 0
    mantissa = _fixed(value.scaleb(-exponent, context=_EXACT), digits)
    if mantissa.startswith("10"):
        exponent += 1
        mantissa = _fixed(value.scaleb(-exponent, context=_EXACT), digits)
    return f"{mantissa}e{exponent:+03d}"


def _hexadecimal(part: Directive, value: float) -> str:
    if part.precision is not None or 0 < value < 2.0**-1022:
        raise failure("NOT_SUPPORTED", "The embedded endpoint does not support this form of %a")
    mantissa, _, exponent = value.hex().removeprefix("0x").partition("p")
    head, _, digits = mantissa.partition(".")
    return f"{head}.{digits.rstrip('0') or '0'}p{int(exponent)}"


def _print_moment(pattern: str, letter: str, kind: str, text: str) -> str:
    if kind == "integer" and letter in OF_INSTANTS:
        raise failure("NOT_SUPPORTED", f"The embedded endpoint does not support %t{letter} here")
    moment = _read_moment(kind, text)
    if letter in DATE_PARTS and isinstance(moment, date):
        return DATE_PARTS[letter].format(moment)
    if letter not in TIME_PARTS or not isinstance(moment, time | datetime):
        raise _mismatch(pattern, letter, kind)
    shown = TIME_PARTS[letter].format(moment)
    if letter == "N" and kind != "integer":
        # Nanoseconds, of which Python's times have no more than microseconds.
        shown = text.partition(".")[2].ljust(len(shown), "0")
    return {"L": shown[:3], "p": shown.lower()}.get(letter, shown)


def _read_moment(kind: str, text: str) -> date | time:
    try:
        if kind == "integer":
            return _EPOCH + timedelta(milliseconds=int(text))
        return _READERS[kind](text)
    except (ValueError, OverflowError) as error:
        reason = "The embedded endpoint does not support years like this in format"
        raise failure("NOT_SUPPORTED", reason) from error


def _mismatch(pattern: str, letter: str, kind: str) -> ValueError:
    return invalid_format(pattern, f"IllegalFormatConversion: {letter} != {_JAVA_CLASSES[kind]}")


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_format", _format, ["VARCHAR", "VARCHAR", "VARCHAR[]"], "VARCHAR"),
)
