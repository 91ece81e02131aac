"""Read from the request head how long a long poll wants to wait."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from data_hist.http.routes import Routes
from data_hist.observability.request_context import RawHeaders

LONGEST_WAIT_SECONDS = 30

_WAIT_SECONDS = "wait_seconds"
_MOST_DIGITS = 6


def preferred_wait_seconds(prefer: Iterable[str]) -> int | None:
    """The first `wait` among the values of the `Prefer` headers (RFC 7240), 30 at most."""
    for preference in ",".join(prefer).split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "wait" and _is_number(digits := value.strip().strip('"')):
            return min(int(digits), LONGEST_WAIT_SECONDS)
    return None


class LongPolls:
    """Recognises the requests that wait for a query, before they are routed.

    Args:
        routes: Names for paths.
    """

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._templates: set[str] = set()

    def add_api(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take the operations of an OpenAPI document that wait by a parameter of their address."""
        for path, operations in specification["paths"].items():
            parameters = operations.get("get", {}).get("parameters", ())
            if any(parameter.get("name") == _WAIT_SECONDS for parameter in parameters):
                self._templates.add(base_path + path)

    def wait_seconds(self, method: str, path: str, query: bytes, headers: RawHeaders) -> int:
        """How long a request waits at the most; 0 for any that is not a long poll."""
        if method != "GET" or self._routes.route_of(path) not in self._templates:
            return 0
        given = parse_qs(query.decode("latin-1")).get(_WAIT_SECONDS)
        if given is not None:
            # Any other value is refused once it is validated.
            return int(given[-1]) if given[-1] in _ALLOWED else 0
        values = (value.decode("latin-1") for name, value in headers if name == b"prefer")
        return preferred_wait_seconds(values) or 0


_ALLOWED = frozenset(map(str, range(LONGEST_WAIT_SECONDS + 1)))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
