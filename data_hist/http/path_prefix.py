"""Read the path prefix under which a proxy exposes the service, such as `/archive`.

The proxy strips the prefix from the path and sends it in `X-Forwarded-Prefix`.
"""

import re
from collections.abc import Iterable

_HEADER = b"x-forwarded-prefix"
# Whoever sends it changes links in answers to itself, which cannot lead to another host.
_PREFIX = re.compile(rb"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", re.ASCII)
_LONGEST = 200


def path_prefix(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The prefix of a request, without a slash at its end; empty where there is none."""
    given = [value.rstrip(b"/") for name, value in headers if name.lower() == _HEADER]
    if len(given) != 1 or len(given[0]) > _LONGEST or not _PREFIX.fullmatch(given[0]):
        return ""
    return given[0].decode()
