"""Files that pages are made of, served from memory: caching, and compressed forms."""

import gzip
import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data_hist.http.middleware import Page
from data_hist.http.result_response import accepts_gzip

_COMPRESSED = ".gz"
_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}


class StaticFile:
    """Serves a file, and decompresses it for clients that do not accept gzip."""

    def __init__(self, stored_name: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Take the content of a file as it is stored.

        Args:
            stored_name: The name; with `.gz` at the end if the content is compressed.
            content: The bytes, compressed if the name says so.
            headers: The headers of each response.
        """
        self._content = content
        self._is_compressed = stored_name.endswith(_COMPRESSED)
        self._type = _TYPES[served_name(stored_name).rpartition(".")[2]]
        # Weak, since both forms share it.
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        self._headers = {**headers, "ETag": f"W/{self._tag}"}
        if self._is_compressed:
            self._headers["Vary"] = "Accept-Encoding"

    def __call__(self, request: Request) -> Response:
        """Respond with the content, or that the client has it already."""
        if self._tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self._headers)
        if not self._is_compressed:
            return Response(self._content, headers=self._headers, media_type=self._type)
        if accepts_gzip(request.headers.get("accept-encoding")):
            headers = {**self._headers, "Content-Encoding": "gzip"}
            return Response(self._content, headers=headers, media_type=self._type)
        plain = gzip.decompress(self._content)
        return Response(plain, headers=self._headers, media_type=self._type)


def served_name(stored_name: str) -> str:
    """Return the name under which a file is served."""
    return stored_name.removesuffix(_COMPRESSED)


def redirect_to(location: str) -> Page:
    """Redirect to a relative location, which works behind any proxy."""
    return lambda _request: RedirectResponse(location, 303)
