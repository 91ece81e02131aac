"""Swagger UI and the OpenAPI document that it shows; nothing is loaded from another host."""

import gzip
import hashlib
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data_hist.http.middleware import Page
from data_hist.http.routes import path_prefix
from data_hist.json_documents import dumps
from data_hist.site.layout import content_security_policy, page_headers

_FOLDER = files(__name__)
_PAGE_HEADERS = page_headers(
    content_security_policy(
        script_src="'self'", style_src="'self'", img_src="'self' data:", connect_src="'self'"
    )
)
_TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html"}


def swagger_ui_pages(base_path: str, specification: dict[str, Any]) -> dict[str, Page]:
    """Return Swagger UI, its files, the OpenAPI document, and redirects to them, by path."""
    ui = f"{base_path}/ui/"
    names = {"index.html": "", "page.js": "page.js", "page.css": "page.css"}
    pages: dict[str, Page] = {
        ui + shown: _File(name, _FOLDER.joinpath(name).read_bytes())
        for name, shown in names.items()
    }
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        compressed = _FOLDER.joinpath("vendor", f"{name}.gz").read_bytes()
        pages[ui + name] = _File(name, compressed, is_compressed=True)
    return {
        **pages,
        f"{base_path}/openapi.json": _OpenApiDocument(base_path, specification),
        base_path: _redirect(f"{base_path.rpartition('/')[2]}/ui/"),
        f"{base_path}/": _redirect("ui/"),
        f"{base_path}/ui": _redirect("ui/"),
    }


def _redirect(location: str) -> Page:
    """Redirect to a relative location, which works behind any proxy."""
    return lambda _request: RedirectResponse(location, 303)


class _File:
    def __init__(self, name: str, content: bytes, *, is_compressed: bool = False) -> None:
        self._content = content
        self._is_compressed = is_compressed
        self._type = _TYPES[name.rpartition(".")[2]]
        self._etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    def __call__(self, request: Request) -> Response:
        headers = _PAGE_HEADERS | {"ETag": self._etag}
        if self._is_compressed:
            headers["Vary"] = "Accept-Encoding"
        if self._etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = self._content
        if self._is_compressed:
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
            else:
                content = gzip.decompress(content)
        return Response(content, headers=headers, media_type=self._type)


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
