"""IP addresses: texts as Java's InetAddresses reads and writes them, and networks.

An address is a number of 128 bits, those of IPv4 behind `::ffff:0:0`. Common ones are read and
written by macros.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv6Address
from socket import AF_INET6, inet_pton

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_IPV4_PREFIX = 0xFFFF << 32
_IPV4_NETWORK = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
# Most of them; the system reads these faster.
_PLAIN_IPV6 = re.compile("[0-9a-fA-F:]+")
_PREFIX_LENGTH = re.compile(r"[+-]?\d+")
_LARGEST_INTEGER = 2**31 - 1
_PARTS = 8
_FULLWIDTH_A = 0xFF41


def parse_ip_address(text: str) -> int | None:
    """Parse an address, or return None if it is none."""
    if _PLAIN_IPV6.fullmatch(text):
        with suppress(OSError):
            return int.from_bytes(inet_pton(AF_INET6, text))
    return _parse_odd_address(text)


def _parse_odd_address(text: str) -> int | None:
    address, has_scope, scope = text.partition("%")
    known = [_digit(letter) for letter in address if letter not in ".:"]
    if None in known:
        return None
    if ":" in address:
        number = _parse_ipv6(address)
        # A dotted end is read together with the scope.
        is_plain = not has_scope or (_is_scope(scope) and "." not in address)
        return number if is_plain and not (has_scope and _is_ipv4(number)) else None
    number = None if has_scope else _parse_ipv4(address)
    return None if number is None else _IPV4_PREFIX | number


def _is_scope(text: str) -> bool:
    """Tell whether a scope is a number; a name has to be of an interface of the server."""
    if not text:
        return True
    is_number = all(letter.isdecimal() and letter <= "\uffff" for letter in text)
    return is_number and int(text) // 10 <= _LARGEST_INTEGER // 10


def _is_ipv4(number: int | None) -> bool:
    return number is not None and number >> 32 == 0xFFFF


def _digit(letter: str) -> int | None:
    """Find the value of a hexadecimal digit of any script."""
    if letter > "\uffff":
        return None
    try:
        return int(letter, 16)
    except ValueError:
        place = ord(letter.lower()[0]) - _FULLWIDTH_A
        return 10 + place if 0 <= place < 6 else None


def _parse_ipv4(text: str) -> int | None:
    parts = text.split(".")
    numbers = [
        int(part)
        for part in parts
        if part.isdecimal() and len(part) < 4 and (part[0] != "0" or part == "0")
    ]
    if (len(parts), len(numbers)) != (4, 4) or max(numbers) > 255:
        return None
    return int.from_bytes(bytes(numbers))


def _parse_ipv6(text: str) -> int | None:
    *parts, last = text.split(":")
    if any("." in part for part in parts):
        return None
    end = [last]
    if "." in last:
        number = _parse_ipv4(last)
        if number is None:
            return None
        end = [f"{number >> 16:x}", f"{number & 0xFFFF:x}"]
    filled = _fill_gap([*parts, *end])
    if filled is None or any(not 0 < len(part) < 5 for part in filled):
        return None
    digits = ([_digit(letter) or 0 for letter in part.rjust(4, "0")] for part in filled)
    return int("".join(f"{digit:x}" for part in digits for digit in part), 16)


def _fill_gap(parts: Sequence[str]) -> Sequence[str] | None:
    """Write the zeros that `::` stands for; None if it is in the wrong place."""
    gap = next((place for place, part in enumerate(parts[1:-1], 1) if not part), None)
    if gap is None:
        return parts if len(parts) == _PARTS else None
    before = parts[:gap] if parts[:gap] != [""] else []
    behind = parts[gap + 1 :] if parts[gap + 1 :] != [""] else []
    missing = _PARTS - len(before) - len(behind)
    return [*before, *["0"] * missing, *behind] if missing > 0 else None


def _print_ip_address(number: int) -> str:
    return IPv6Address(number).compressed


def _parse_network(text: str) -> dict[str, int]:
    """Find the first and the last address of a network such as `10.0.0.0/8`."""
    base, separator, ending = text.partition("/")
    if not separator:
        raise invalid_argument("Invalid CIDR")
    number = parse_ip_address(base)
    if number is None:
        raise invalid_argument("Invalid network IP address")
    length = _parse_prefix_length(ending)
    # A mapped address has a prefix of IPv6.
    is_ipv4 = _IPV4_NETWORK.fullmatch(base) is not None
    below = (32 if is_ipv4 else 128) - length
    rest = number & ((1 << max(below, 0)) - 1)
    if below < 0 or (is_ipv4 and rest):
        raise invalid_argument("Invalid CIDR")
    first = number - rest
    return {"first": first, "last": first + (1 << below) - 1}


def _parse_prefix_length(text: str) -> int:
    if not _PREFIX_LENGTH.fullmatch(text) or not -(2**31) <= int(text) <= _LARGEST_INTEGER:
        raise failure("GENERIC_INTERNAL_ERROR", f'For input string: "{text}"')
    if int(text) < 0:
        raise invalid_argument("Invalid prefix length")
    return int(text)


def _cast_ip_address(text: str) -> int:
    number = parse_ip_address(text)
    if number is None:
        raise failure("INVALID_CAST_ARGUMENT", f"Cannot cast value to IPADDRESS: {text}")
    return number


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_read_ip_address", _cast_ip_address, ["VARCHAR"], "UHUGEINT"),
    ("athena_print_ip_address", _print_ip_address, ["UHUGEINT"], "VARCHAR"),
    (
        "athena_ip_network",
        _parse_network,
        ["VARCHAR"],
        "STRUCT(first UHUGEINT, last UHUGEINT)",
    ),
)
