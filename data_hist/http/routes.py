"""Name the route of a request by its path template, without the values of its parameters."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

NO_ROUTE = "none"
"""The route of a path that is not served."""

_TO_READ = ("get",)


class Routes:
    """Finds the route of a path, whatever becomes of the request later."""

    def __init__(self) -> None:
        self._whole: dict[str, str] = {}
        self._by_folder: dict[str, str] = {}
        self._methods: dict[str, tuple[str, ...]] = {}

    def add(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take the paths of an OpenAPI document that is served under a base path.

        Raises:
            ValueError: A path has a parameter before its last part.
        """
        for path, operations in specification["paths"].items():
            self._add(base_path + path, [name for name in operations if name != "parameters"])

    def add_api(self, base_path: str, specification: Mapping[str, Any]) -> None:
        """Take a whole API: its paths, and what is served beside them."""
        self.add(base_path, specification)
        for path in ("", "/", "/ui", "/ui/", "/openapi.json"):
            self._add(base_path + path, _TO_READ)
        self._by_folder[f"{base_path}/ui"] = f"{base_path}/ui/"

    def add_site(self) -> None:
        """Take the pages that belong to no API."""
        for path in ("/", "/problems"):
            self._add(path, _TO_READ)
        self._by_folder["/problems"] = "/problems/{slug}"

    def route_of(self, path: str) -> str:
        """The template of a path."""
        return self._whole.get(path) or self._by_folder.get(path.rpartition("/")[0]) or NO_ROUTE

    @property
    def templates(self) -> Collection[str]:
        """All routes."""
        return self._methods.keys()

    def methods_of(self, path: str) -> tuple[str, ...]:
        """The methods that a path takes."""
        return self._methods.get(self.route_of(path), ())

    def _add(self, template: str, methods: Sequence[str]) -> None:
        folder, _, last = template.rpartition("/")
        if "{" in folder:
            raise ValueError(f"{template} has a parameter before its last part")
        if "{" in last:
            self._by_folder[folder] = template
        else:
            self._whole[template] = template
        heads = ("HEAD",) if "get" in methods else ()
        self._methods[template] = (*map(str.upper, methods), *heads)
