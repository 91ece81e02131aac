"""The files of the viewer over HTTP: headers, caching, compressed forms, and what is not there."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from data_hist.site import viewer
from tests.support.api_calls import assert_problem
from tests.support.running_service import connected

BUILD = Path(viewer.__file__).parents[1] / "viewer/static"
FOLDERS = ["/v0/data_hist/viewer/", "/v1/data_hist/viewer/"]
FOLDER = FOLDERS[0]
MOST_BYTES = 500_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
TYPES = {
    "": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
STORED = sorted(path.name for path in BUILD.iterdir())
SERVED = [name.removesuffix(".gz").replace("index.html", "") for name in STORED]
LASTING = ["", "licences.txt"]
SCRIPT = next(name for name in SERVED if name.startswith("index-") and name.endswith(".js"))


def get(client: httpx.Client, path: str, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(client.base_url.join(path), headers=names)


def test_the_build_is_small() -> None:
    assert sum(path.stat().st_size for path in BUILD.iterdir()) <= MOST_BYTES


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", SERVED)
def test_a_file_needs_no_tenant_and_has_all_headers(
    tenants: httpx.Client, folder: str, name: str
) -> None:
    answer = get(tenants, folder + name)
    headers = answer.headers

    assert answer.status_code == 200
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-type"] == TYPES[name.rpartition(".")[2]]
    lasting = "no-cache" if name in LASTING else "max-age=31536000, immutable"
    assert headers["cache-control"] == lasting


def test_each_name_that_is_kept_for_a_year_holds_a_hash() -> None:
    kept = [name for name in SERVED if name not in LASTING]

    assert kept
    assert [name for name in kept if not re.search(r"-[\w-]{8}\.(css|js|svg)$", name)] == []


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=0", None),
        ("identity", None),
        ("br", None),
        ("", None),
        ("gzip2", None),
    ],
)
def test_a_script_is_compressed_for_who_accepts_it(
    client: httpx.Client, accepted: str, encoding: str | None
) -> None:
    answer = get(client, FOLDER + SCRIPT, Accept_Encoding=accepted)

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == gzip.decompress((BUILD / f"{SCRIPT}.gz").read_bytes())


@pytest.mark.parametrize("name", SERVED)
def test_who_has_a_file_is_not_sent_it_again(client: httpx.Client, name: str) -> None:
    tag = get(client, FOLDER + name).headers["etag"]

    for known in (tag, f'"other", {tag}'):
        again = get(client, FOLDER + name, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert get(client, FOLDER + name, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize("name", ["", SCRIPT])
def test_head_has_the_headers_of_get(client: httpx.Client, name: str) -> None:
    url = client.base_url.join(FOLDER + name)
    head, whole = client.head(url), client.get(url)

    assert (head.status_code, head.content) == (200, b"")
    for header in ("content-length", "etag", "cache-control", "content-security-policy"):
        assert head.headers[header] == whole.headers[header]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", FOLDER, FOLDER + SCRIPT])
def test_files_are_read_only(client: httpx.Client, method: str, path: str) -> None:
    refused = client.request(method, client.base_url.join(path), content=b"{}")

    assert_problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "none.js",
        "index.html.gz",
        f"{SCRIPT}.gz",
        f"{SCRIPT}/",
        f"static/{SCRIPT}",
        "../viewer/static/index.html",
        "../../../pyproject.toml",
        "..%2f..%2fsettings.py",
        "%2e%2e/%2e%2e/settings.py",
        "..\\settings.py",
        "/etc/passwd",
        f"{SCRIPT}%00",
    ],
)
def test_what_is_not_of_the_build_is_not_there(client: httpx.Client, path: str) -> None:
    # By hand: a client would tidy the path up.
    with connected(client) as connection:
        request = f"GET {FOLDER}{path} HTTP/1.1\r\nHost: viewer\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"/problems/not-found" in answer


@pytest.mark.parametrize("path", ["/", "/v1/data_hist/viewer"])
def test_short_paths_lead_to_the_newest_viewer(client: httpx.Client, path: str) -> None:
    for headers in ({}, {"X_Forwarded_Prefix": "/archive"}, {"Host": "evil.example"}):
        answer = get(client, path, **headers)
        assert answer.status_code == 303
        # Relative: right under any host and prefix.
        assert not answer.headers["location"].startswith(("/", "http"))
        joined = httpx.URL(f"http://host/prefix{path}").join(answer.headers["location"])
        assert joined == "http://host/prefix/v1/data_hist/viewer/"


class Loaded(HTMLParser):
    """What a page loads or links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def test_the_page_loads_only_what_is_built_with_it(client: httpx.Client) -> None:
    loaded = Loaded(get(client, FOLDER).text).found

    assert loaded
    assert {name.removeprefix("./") for name in loaded} <= set(SERVED)
