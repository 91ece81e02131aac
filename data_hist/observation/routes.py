"""The paths that are served, as templates: a route is named without what stands in its place."""

from collections.abc import Mapping
from typing import Any

NO_ROUTE = "none"
"""The route of a path that is not served."""


class Routes:
    """Finds the route of a path, whatever becomes of the request later."""

    def __init__(self) -> None:
        self._whole: dict[str, str] = {}
        self._by_folder: dict[str, str] = {}

    def add(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take the paths of an OpenAPI document that is served under a base path.

        Raises:
            ValueError: A path has a parameter before its last part.
        """
        for path in specification["paths"]:
            template = base_path + path
            folder, _, last = template.rpartition("/")
            if "{" in folder:
                raise ValueError(f"{path} has a parameter before its last part")
            if "{" in last:
                self._by_folder[folder] = template
            else:
                self._whole[template] = template

    def add_api(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take a whole API: its paths, and what Connexion serves beside them."""
        self.add(base_path, specification)
        self._whole[f"{base_path}/openapi.json"] = f"{base_path}/openapi.json"
        self._by_folder[f"{base_path}/ui"] = f"{base_path}/ui/"

    def route_of(self, path: str) -> str:
        """The template of a path."""
        return self._whole.get(path) or self._by_folder.get(path.rpartition("/")[0]) or NO_ROUTE
