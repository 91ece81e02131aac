"""The paths that are served, as templates: a route is named without what stands in its places."""

import re
from collections.abc import Mapping
from typing import Any

NO_ROUTE = "none"
"""The route of a path that is not served."""

_PLACE = re.compile(r"\\\{[^}]*\\\}")


class Routes:
    """Finds the route of a path, whatever becomes of the request later."""

    def __init__(self) -> None:
        self._fixed: set[str] = set()
        self._patterns: list[tuple[re.Pattern[str], str]] = []

    def add(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take the paths of an OpenAPI document that is served under a base path."""
        for path in specification["paths"]:
            template = base_path + path
            if "{" in template:
                pattern = _PLACE.sub("[^/]+", re.escape(template))
                self._patterns.append((re.compile(pattern), template))
            else:
                self._fixed.add(template)

    def add_api(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take a whole API: its paths, and what Connexion serves beside them."""
        self.add(base_path, specification)
        self._fixed.add(f"{base_path}/openapi.json")
        self._patterns.append((re.compile(re.escape(base_path) + "/ui/.*"), f"{base_path}/ui/"))

    def route_of(self, path: str) -> str:
        """The template of a path."""
        if path in self._fixed:
            return path
        return next(
            (route for pattern, route in self._patterns if pattern.fullmatch(path)), NO_ROUTE
        )
