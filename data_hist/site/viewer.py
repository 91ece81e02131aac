"""The viewer, for each version of the API; it is built from `viewer/`."""

from importlib.resources import files

from data_hist.http.middleware import Page
from data_hist.site.layout import content_security_policy, page_headers
from data_hist.site.static_files import StaticFile, redirect_to, served_name

_FOLDER = files("data_hist").joinpath("viewer", "static")
_INDEX = "index.html"
# Every other name holds a hash of the content.
_LASTING_NAMES = (_INDEX, "licences.txt")
_HEADERS = page_headers(
    content_security_policy(
        script_src="'self'", style_src="'self'", img_src="'self' data:", connect_src="'self'"
    )
    + "; require-trusted-types-for 'script'"
)
_HASHED_HEADERS = {**_HEADERS, "Cache-Control": "max-age=31536000, immutable"}


def viewer_pages(base_path: str) -> dict[str, Page]:
    """Return the viewer of one version, by path."""
    folder = f"{base_path}/viewer/"
    pages: dict[str, Page] = {f"{base_path}/viewer": redirect_to("viewer/")}
    for stored in _FOLDER.iterdir():
        name = served_name(stored.name)
        headers = _HEADERS if name in _LASTING_NAMES else _HASHED_HEADERS
        path = folder if name == _INDEX else folder + name
        pages[path] = StaticFile(stored.name, stored.read_bytes(), headers)
    return pages
