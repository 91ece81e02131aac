"""Colors, and texts in colors for a terminal: `color`, `rgb`, `render` and `bar`.

A color is a number: red, green and blue in three bytes, or one of eight names below zero.
"""

import math
import struct

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_DIGITS = "0123456789abcdef"
_RESET = "\x1b[0m"
_BLOCK = "█"
# Trino draws longer ones, too.
_WIDEST = 100_000
_HSB = tuple[float, float, float]


def _single(value: float) -> float:
    """Round to 32 bits, as each step of Java's float arithmetic does."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _parse_color(text: str) -> int:
    if len(text.encode()) == 4 and text[0] == "#":
        digits = [_DIGITS.find(letter) for letter in text[1:].lower()]
        if len(digits) == 3 and -1 not in digits:
            red, green, blue = (17 * digit for digit in digits)
            return red << 16 | green << 8 | blue
    if text.upper().lower() not in _NAMES:
        raise invalid_argument(f"Invalid color: '{text}'")
    return -1 - _NAMES.index(text.upper().lower())


def _mix_color(red: int, green: int, blue: int) -> int:
    for name, part in (("red", red), ("green", green), ("blue", blue)):
        if not 0 <= part <= 255:
            raise invalid_argument(f"{name} must be between 0 and 255")
    return red << 16 | green << 8 | blue


def _name_color(color: int) -> str:
    return _NAMES[-1 - color] if color < 0 else f"#{color:06x}"


def _blend(fraction: float, low: int, high: int) -> int:
    """Find the color at a fraction of the way from one to the other."""
    for name, color in (("lowColor", low), ("highColor", high)):
        if color < 0:
            raise invalid_argument(f"{name} not a valid RGB color")
    return _interpolate(fraction if math.isnan(fraction) else max(0, min(1, fraction)), low, high)


def _blend_in_range(value: float, least: float, most: float, low: int, high: int) -> int:
    span, part = most - least, value - least
    if span:
        return _blend(part / span, low, high)
    return _blend(math.nan if part == 0 or math.isnan(part) else part * math.inf, low, high)


def _interpolate(fraction: float, low: int, high: int) -> int:
    share = _single(fraction)
    pairs = zip(_to_hsb(low), _to_hsb(high), strict=True)
    parts = (_single(_single(share * _single(end - start)) + start) for start, end in pairs)
    hue, saturation, brightness = parts
    return _from_hsb(hue, saturation, brightness)


def _channels(color: int) -> tuple[int, int, int]:
    if color < 0:
        raise invalid_argument("color is not a valid rgb value")
    return color >> 16 & 255, color >> 8 & 255, color & 255


def _to_hsb(color: int) -> _HSB:
    """Find hue, saturation and brightness as Java's Color does."""
    red, green, blue = _channels(color)
    most, least = max(red, green, blue), min(red, green, blue)
    brightness = _single(most / 255)
    if most == least:
        return 0.0, 0.0, brightness
    span = most - least
    far_red, far_green, far_blue = (_single((most - part) / span) for part in (red, green, blue))
    if red == most:
        hue = _single(far_blue - far_green)
    elif green == most:
        hue = _single(_single(2 + far_red) - far_blue)
    else:
        hue = _single(_single(4 + far_green) - far_red)
    hue = _single(hue / 6)
    return _single(hue + 1) if hue < 0 else hue, _single(span / most), brightness


def _from_hsb(hue: float, saturation: float, brightness: float) -> int:
    if math.isnan(hue + saturation + brightness):
        return 0
    if saturation == 0:
        return _byte(brightness) * 0x10101
    turned = _single(_single(hue - math.floor(hue)) * 6)
    rest = _single(turned - math.floor(turned))
    low = _single(brightness * _single(1 - saturation))
    falling = _single(brightness * _single(1 - _single(saturation * rest)))
    rising = _single(brightness * _single(1 - _single(saturation * _single(1 - rest))))
    sectors = (
        (brightness, rising, low),
        (falling, brightness, low),
        (low, brightness, rising),
        (low, falling, brightness),
        (rising, low, brightness),
        (brightness, low, falling),
    )
    red, green, blue = map(_byte, sectors[int(turned)])
    return red << 16 | green << 8 | blue


def _byte(part: float) -> int:
    return int(_single(_single(part * 255) + 0.5))


def _escape(color: int) -> str:
    """Write the escape sequence that starts a color of a palette of 256."""
    if color < 0:
        return f"\x1b[38;5;{-1 - color}m"
    red, green, blue = (part * 6 // 256 for part in _channels(color))
    return f"\x1b[38;5;{16 + red * 36 + green * 6 + blue}m"


def _render(text: str, color: int) -> str:
    return f"{_escape(color)}{text}{_RESET}"


def _draw_bar(share: float, width: int, low: int, high: int) -> str:
    if width > _WIDEST:
        raise failure("NOT_SUPPORTED", "The embedded endpoint does not support bars this wide")
    filled = share * width
    count = 0 if math.isnan(filled) else int(max(0, min(width, filled)))
    steps = width - 1
    blocks = (
        _escape(_interpolate(place / steps if steps else math.nan, low, high)) + _BLOCK
        for place in range(count)
    )
    return f"{''.join(blocks)}{_RESET}{' ' * (width - count)}"


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_parse_color", _parse_color, ["VARCHAR"], "BIGINT"),
    ("athena_mix_color", _mix_color, ["BIGINT"] * 3, "BIGINT"),
    ("athena_name_color", _name_color, ["BIGINT"], "VARCHAR"),
    ("athena_blend", _blend, ["DOUBLE", "BIGINT", "BIGINT"], "BIGINT"),
    ("athena_blend_in_range", _blend_in_range, [*["DOUBLE"] * 3, "BIGINT", "BIGINT"], "BIGINT"),
    ("athena_render", _render, ["VARCHAR", "BIGINT"], "VARCHAR"),
    ("athena_draw_bar", _draw_bar, ["DOUBLE", *["BIGINT"] * 3], "VARCHAR"),
)
