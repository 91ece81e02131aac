"""Read the head of a request before Connexion routes it: its route, path prefix and long poll."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import parse_qs

from data_hist.observability.request_context import RawHeaders

NO_ROUTE = "none"
"""The route of a path that is not served."""

START_PATH = "/start"
"""The page that leads to everything that is served."""

METHODS_WITH_BODY = frozenset({"POST", "PUT"})
"""The methods of operations with a body; a test compares them with the API specification."""

_READ_ONLY = ("get",)

_PREFIX_HEADER = b"x-forwarded-prefix"
# Whoever sends a prefix changes links in its own responses only; none leads to another host.
_PREFIX = re.compile(rb"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", re.ASCII)
_MAX_PREFIX_BYTES = 200

_MIN_SIMILARITY = 0.6
_MAX_COMPARED_CHARACTERS = 100

_MAX_WAIT_SECONDS = 30
_WAIT_PARAMETER = "wait_seconds"
_WAIT_VALUES = frozenset(map(str, range(_MAX_WAIT_SECONDS + 1)))
_MAX_WAIT_DIGITS = 6


class Routes:
    """The routes of everything that is served: path templates without the parameters' values."""

    def __init__(self) -> None:
        self._by_path: dict[str, str] = {}
        self._by_folder: dict[str, str] = {}
        self._by_folder_and_last: dict[tuple[str, str], str] = {}
        self._methods: dict[str, tuple[str, ...]] = {}
        self._long_polls: set[str] = set()

    def become(self, other: "Routes") -> None:
        """Take the routes of another in place of these."""
        vars(self).update(vars(other))

    def add(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Add the paths of an OpenAPI document that is served under a base path.

        Raises:
            ValueError: A path has a parameter before its last two parts, or two parameters.
        """
        for path, operations in specification["paths"].items():
            self._add(base_path + path, [name for name in operations if name != "parameters"])
            parameters = operations.get("get", {}).get("parameters", ())
            if any(parameter.get("name") == _WAIT_PARAMETER for parameter in parameters):
                self._long_polls.add(base_path + path)

    def add_api(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Add the paths of an API, its description, its Swagger UI and its viewer."""
        self.add(base_path, specification)
        for path in ("", "/", "/openapi.json"):
            self._add(base_path + path, _READ_ONLY)
        for folder in (f"{base_path}/ui", f"{base_path}/viewer"):
            self._add(folder, _READ_ONLY)
            self._add(f"{folder}/", _READ_ONLY)
            self._by_folder[folder] = f"{folder}/"

    def add_site(self) -> None:
        """Add the pages outside any API."""
        for path in ("/", START_PATH, "/problems"):
            self._add(path, _READ_ONLY)
        self._by_folder["/problems"] = "/problems/{slug}"

    def route_of(self, path: str) -> str:
        """Return the template of a path, or `NO_ROUTE`."""
        folder, _, last = path.rpartition("/")
        return (
            self._by_path.get(path)
            or self._by_folder.get(folder)
            or self._by_folder_and_last.get((folder.rpartition("/")[0], last))
            or NO_ROUTE
        )

    @property
    def templates(self) -> Collection[str]:
        """All routes."""
        return self._methods.keys()

    def methods_of(self, path: str) -> tuple[str, ...]:
        """Return the methods that a path accepts."""
        return self._methods.get(self.route_of(path), ())

    def long_poll_seconds(self, method: str, path: str, query: bytes, headers: RawHeaders) -> int:
        """Return how long a request waits for its query; 0 if it is not a long poll."""
        if method != "GET" or self.route_of(path) not in self._long_polls:
            return 0
        given = parse_qs(query.decode("latin-1")).get(_WAIT_PARAMETER)
        if given is not None:
            # Validation refuses any other value.
            return int(given[-1]) if given[-1] in _WAIT_VALUES else 0
        values = (value.decode("latin-1") for name, value in headers if name == b"prefer")
        return preferred_wait_seconds(values) or 0

    def _add(self, template: str, methods: Sequence[str]) -> None:
        folder, _, last = template.rpartition("/")
        outer = folder.rpartition("/")[0]
        if "{" in outer or template.count("{") > 1:
            raise ValueError(f"{template} has parameters other than in one of its last two parts")
        if "{" in folder:
            self._by_folder_and_last[outer, last] = template
        elif "{" in last:
            self._by_folder[folder] = template
        else:
            self._by_path[template] = template
        head = ("HEAD",) if "get" in methods else ()
        self._methods[template] = (*map(str.upper, methods), *head)


def path_prefix(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Read the prefix, such as `/archive`, that a proxy strips from paths; empty without one.

    The proxy names it in `X-Forwarded-Prefix`.
    """
    given = [value.rstrip(b"/") for name, value in headers if name.lower() == _PREFIX_HEADER]
    if len(given) != 1 or len(given[0]) > _MAX_PREFIX_BYTES or not _PREFIX.fullmatch(given[0]):
        return ""
    return given[0].decode()


def preferred_wait_seconds(prefer: Iterable[str]) -> int | None:
    """Read the first `wait` from the values of `Prefer` headers (RFC 7240), at most 30."""
    for preference in ",".join(prefer).split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "wait" and _is_number(digits := value.strip().strip('"')):
            return min(int(digits), _MAX_WAIT_SECONDS)
    return None


def nearest_route(path: str, templates: Iterable[str]) -> str | None:
    """Return the template most similar to an unknown path; a base path may be missing from it."""
    if len(path) > _MAX_COMPARED_CHARACTERS:
        return None
    parts = path.strip("/").lower().split("/")
    similarity, _, nearest = max(
        (_similarity(parts, template), -len(template), template) for template in templates
    )
    return nearest if similarity >= _MIN_SIMILARITY else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_WAIT_DIGITS


def _similarity(parts: list[str], template: str) -> float:
    wanted = template.strip("/").lower().split("/")
    complete = _least_similarity(parts, wanted)
    if not _is_parameter(wanted[-1]):
        return complete
    # The value of the parameter may be what is missing.
    return max(complete, _least_similarity(parts, wanted[:-1]))


def _least_similarity(parts: list[str], wanted: list[str]) -> float:
    """Compare part by part from the end; a path may lack only the first parts of a template."""
    compared = wanted[-len(parts) :]
    if len(compared) < len(parts) or _is_parameter(compared[0]):
        return 0
    return min(
        1 if _is_parameter(expected) else _ratio(part, expected)
        for part, expected in zip(parts, compared, strict=True)
    )


def _ratio(part: str, expected: str) -> float:
    matcher = SequenceMatcher(None, part, expected)
    # The upper bound by length is cheap.
    return matcher.ratio() if matcher.real_quick_ratio() >= _MIN_SIMILARITY else 0


def _is_parameter(part: str) -> bool:
    return part.startswith("{")
