"""Swagger UI and the OpenAPI document that it shows; nothing is loaded from another host."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from data_hist.http.middleware import Page
from data_hist.http.routes import path_prefix
from data_hist.json_documents import dumps
from data_hist.site.layout import content_security_policy, page_headers
from data_hist.site.static_files import StaticFile, redirect_to

_FOLDER = files(__name__)
_PAGE_HEADERS = page_headers(
    content_security_policy(
        script_src="'self'", style_src="'self'", img_src="'self' data:", connect_src="'self'"
    )
)
_VERSIONS = "<!-- versions -->"


def swagger_ui_pages(
    base_path: str, specification: dict[str, Any], base_paths: Sequence[str]
) -> dict[str, Page]:
    """Return Swagger UI, its files, the OpenAPI document, and redirects to them, by path.

    Args:
        base_path: The base path of the version that the page shows.
        specification: Its OpenAPI document.
        base_paths: Those of all versions, which the page links to.
    """
    ui = f"{base_path}/ui/"
    index = _FOLDER.joinpath("index.html").read_text(encoding="utf-8")
    index = index.replace(_VERSIONS, _render_versions(base_path, base_paths))
    pages: dict[str, Page] = {ui: StaticFile("index.html", index.encode(), _PAGE_HEADERS)}
    for name in ("page.js", "page.css"):
        pages[ui + name] = StaticFile(name, _FOLDER.joinpath(name).read_bytes(), _PAGE_HEADERS)
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        stored = f"{name}.gz"
        compressed = _FOLDER.joinpath("vendor", stored).read_bytes()
        pages[ui + name] = StaticFile(stored, compressed, _PAGE_HEADERS)
    return {
        **pages,
        f"{base_path}/openapi.json": _OpenApiDocument(base_path, specification),
        base_path: redirect_to(f"{base_path.rpartition('/')[2]}/ui/"),
        f"{base_path}/": redirect_to("ui/"),
        f"{base_path}/ui": redirect_to("ui/"),
    }


def _render_versions(base_path: str, base_paths: Sequence[str]) -> str:
    """Link to the page of each other version; relative, which works behind any proxy."""
    if len(base_paths) == 1:
        return ""
    entries = (
        f'<strong aria-current="page">{_version(path)}</strong>'
        if path == base_path
        else f'<a href="../../..{path}/ui/">{_version(path)}</a>'
        for path in base_paths
    )
    return f'<nav aria-label="Versions of the API">Version {" ".join(entries)}</nav>'


def _version(base_path: str) -> str:
    return base_path.split("/")[1]


class _OpenApiDocument:
    """The OpenAPI document, whose server is the one that the client asked."""

    def __init__(self, base_path: str, specification: dict[str, Any]) -> None:
        self._base_path = base_path
        self._specification = specification

    def __call__(self, request: Request) -> Response:
        server = path_prefix(request.scope["headers"]) + self._base_path
        return Response(
            dumps(self._specification | {"servers": [{"url": server}]}),
            media_type="application/json",
            headers={"Cache-Control": "no-cache", "Vary": "X-Forwarded-Prefix"},
        )
