"""URLs as Java's URI and URLDecoder read them."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from local_athena.backends.duckdb.dialect.failures import invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

# Unreserved characters, all beyond ASCII but blanks and controls, and what percent signs escape.
_PLAIN = r"A-Za-z0-9\-_.!~*'()"
_FOREIGN = r"[^\x00-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_ESCAPED = "%[0-9A-Fa-f]{2}"
_PATH = rf"(?:[{_PLAIN};/:@&=+$,]|{_ESCAPED}|{_FOREIGN})*+"
_ANY = rf"(?:[{_PLAIN};/?:@&=+$,\[\]]|{_ESCAPED}|{_FOREIGN})*+"
_URI = re.compile(
    rf"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?=/)|(?![^/?#]*:))"
    rf"(?://(?:(?P<authority>[^/?#]+)|(?=[/?#]))|(?!//))"
    rf"(?P<path>{_PATH})(?:\?(?P<query>{_ANY}))?(?:\#(?P<fragment>{_ANY}))?"
)
_OPAQUE = re.compile(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?!/)(?=[^#]){_ANY}(?:\#(?P<fragment>{_ANY}))?"
)
_USER = rf"(?:(?:[{_PLAIN};:&=+$,]|{_ESCAPED}|{_FOREIGN})*@)?"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_BYTE = r"0*(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])"
_HOST = rf"(?:{_BYTE}\.){{3}}{_BYTE}|(?:{_LABEL}\.)+(?=[A-Za-z]){_LABEL}\.?|{_LABEL}\.?"
_SERVER = re.compile(rf"{_USER}(?P<host>{_HOST})(?::(?P<port>\d*))?", re.ASCII)
_SERVER_IN_BRACKETS = re.compile(
    rf"{_USER}(?P<host>\[(?P<address>[^\]%]+)(?:%[A-Za-z0-9_.]+)?\])(?::(?P<port>\d*))?", re.ASCII
)
# An authority that names no server is no error.
_REGISTRY = re.compile(rf"(?:[{_PLAIN}$,;:@&=+]|{_ESCAPED}|{_FOREIGN})*+")
_GREATEST_PORT = 2**31 - 1
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
# The bytes of a surrogate are one wrong character to Java, and three to Python.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


@dataclass(frozen=True)
class _Url:
    scheme: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str


@lru_cache(maxsize=4096)
def _parse(text: str) -> _Url | None:
    """Take a URI apart, or return None if Java does not read it."""
    found = _URI.fullmatch(text)
    if found is None:
        opaque = _OPAQUE.fullmatch(text)
        if opaque is None:
            return None
        return _Url(opaque["scheme"], "", None, "", None, opaque["fragment"] or "")
    server = _parse_server(found["authority"] or "")
    if server is None:
        return None
    path, fragment = found["path"], found["fragment"] or ""
    return _Url(found["scheme"] or "", *server, path, found["query"], fragment)


def _parse_server(authority: str) -> tuple[str, int | None] | None:
    """Find host and port, both nothing if there is no server; None stands for an error."""
    in_brackets = "[" in authority or "]" in authority
    if not in_brackets and not _REGISTRY.fullmatch(authority):
        return None
    server = (_SERVER_IN_BRACKETS if in_brackets else _SERVER).fullmatch(authority)
    port = int(server["port"]) if server and server["port"] else None
    valid = server is not None and (port or 0) <= _GREATEST_PORT
    if in_brackets:
        valid = valid and server is not None and _is_ipv6(server["address"])
        return (server["host"], port) if valid and server else None
    return (server["host"], port) if valid and server else ("", None)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(re.sub(r"\b0+(?=\d+\.|\d+$)", "", text) if "." in text else text)
    except ValueError:
        return False
    return True


def _unescape(text: str) -> str:
    if "%" not in text:
        return text
    return _SURROGATE.sub("\ufffd".encode(), unquote_to_bytes(text)).decode(errors="replace")


def _protocol(text: str) -> str | None:
    url = _parse(text)
    return url.scheme if url else None


def _host(text: str) -> str | None:
    url = _parse(text)
    return url.host if url else None


def _port(text: str) -> int | None:
    url = _parse(text)
    return url.port if url else None


def _path(text: str) -> str | None:
    url = _parse(text)
    return _unescape(url.path) if url else None


def _query(text: str) -> str | None:
    url = _parse(text)
    return _unescape(url.query or "") if url else None


def _fragment(text: str) -> str | None:
    url = _parse(text)
    return _unescape(url.fragment) if url else None


def _parameter(text: str, name: str) -> str | None:
    """Find the first parameter of a name, which is compared as it is written."""
    url = _parse(text)
    if url is None or url.query is None:
        return None
    for argument in url.query.split("&"):
        key, _, value = argument.partition("=")
        if key == name:
            return _decode(value)
    return None


def _decode(text: str) -> str:
    """Decode a form's value, or fail for a percent sign without two digits."""
    bad = _BAD_ESCAPE.search(text)
    if bad is None:
        return _unescape(text.replace("+", " "))
    digits = text[bad.end() : bad.end() + 2]
    if len(digits) < 2:
        raise invalid_argument("URLDecoder: Incomplete trailing escape (%) pattern")
    wrong = digits[0] if digits[0] not in "0123456789abcdefABCDEF" else digits[1]
    raise invalid_argument(
        "URLDecoder: Illegal hex characters in escape (%) pattern - "
        f'not a hexadecimal digit: "{wrong}" = {ord(wrong)}'
    )


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_url_decode", _decode, ["VARCHAR"], "VARCHAR"),
    ("athena_url_fragment", _fragment, ["VARCHAR"], "VARCHAR"),
    ("athena_url_host", _host, ["VARCHAR"], "VARCHAR"),
    ("athena_url_parameter", _parameter, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    ("athena_url_path", _path, ["VARCHAR"], "VARCHAR"),
    ("athena_url_port", _port, ["VARCHAR"], "BIGINT"),
    ("athena_url_protocol", _protocol, ["VARCHAR"], "VARCHAR"),
    ("athena_url_query", _query, ["VARCHAR"], "VARCHAR"),
)
