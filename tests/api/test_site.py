"""The pages for browsers, and the JSON for programs at the same paths."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from data_hist.http.specification import problem_descriptions
from tests.support.api_calls import assert_problem
from tests.support.path_prefixes import PREFIXES

API = "/v0/data_hist"
NEWEST = "/v1/data_hist"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = ["/start", "/problems", "/problems/invalid-sql"]
VIEWER = f"{API}/viewer/"


def at(client: httpx.Client, path: str, **headers: str) -> httpx.Response:
    """Request a path outside the API."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(client.base_url.join(path), headers=names)


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


@pytest.mark.parametrize("path", [*PAGES, f"{API}/ui/", VIEWER])
def test_a_page_loads_nothing_from_elsewhere(tenants: httpx.Client, path: str) -> None:
    page = at(tenants, path, **HTML)

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|style=", page.text)
    assert not [link for link in Links(page.text).found if urlsplit(link).netloc]


@pytest.mark.parametrize("path", [*PAGES, f"{API}/ui/", VIEWER])
def test_every_link_leads_somewhere(tenants: httpx.Client, path: str) -> None:
    links = [link for link in Links(at(tenants, path, **HTML).text).found if ":" not in link]

    statuses = {link: at(tenants, urljoin(path, link)).status_code for link in links}

    assert statuses
    assert set(statuses.values()) == {200}, statuses


def test_the_first_query_of_the_start_page_runs(client: httpx.Client) -> None:
    page = at(client, "/start", **HTML).text.replace("&quot;", '"')
    url, body = re.findall(r"curl (\S+) .*?-d '(.*?)'", page, re.S)[0]

    answer = client.post(url, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["status"] == "FINISHED"


def test_programs_get_the_links_as_json(client: httpx.Client) -> None:
    links = at(client, "/start").json()

    assert [version["api"] for version in links["versions"]] == [API, NEWEST]
    assert at(client, links["problems"]).status_code == 200
    for version in links["versions"]:
        for path in (version["viewer"], version["openapi"], f"{version['api']}/tables"):
            assert at(client, path).status_code == 200


@pytest.mark.parametrize("slug", problem_descriptions())
def test_the_type_of_a_problem_is_a_page(tenants: httpx.Client, slug: str) -> None:
    description = problem_descriptions()[slug]
    page = at(tenants, f"/problems/{slug}", **HTML)
    document = at(tenants, f"/problems/{slug}").json()

    assert page.status_code == 200
    assert description["value"]["title"] in page.text
    assert document["status"] == description["value"]["status"]
    assert document["when"] == description["description"]
    assert document["example"] == description["value"]


def test_problems_are_listed(client: httpx.Client) -> None:
    listed = at(client, "/problems").json()["problems"]
    page = at(client, "/problems", **HTML).text

    assert [problem["type"] for problem in listed] == [
        f"/problems/{slug}" for slug in problem_descriptions()
    ]
    assert all(f'href="problems/{slug}"' in page for slug in problem_descriptions())


def test_an_unknown_problem(client: httpx.Client) -> None:
    assert_problem(at(client, "/problems/nothing"), 404, "not-found")


@pytest.mark.parametrize("path", [API, f"{API}/", f"{API}/ui"])
def test_short_paths_redirect_to_swagger_ui(client: httpx.Client, path: str) -> None:
    answer = at(client, path, Host="evil.example")

    assert answer.status_code == 303
    assert urljoin(path, answer.headers["location"]) == f"{API}/ui/"


@pytest.mark.parametrize(
    "path", ["/", *PAGES, f"{API}/", f"{API}/ui/", VIEWER, f"{API}/openapi.json"]
)
def test_pages_are_read_only(client: httpx.Client, path: str) -> None:
    url = client.base_url.join(path)
    refused = client.post(url, content=b"{}")

    assert_problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == "GET, HEAD"
    assert "GET and HEAD" in refused.json()["detail"]
    assert client.head(url).status_code < 400
    assert client.head(url).content == b""


def test_swagger_ui_is_version_5(client: httpx.Client) -> None:
    bundle = at(client, f"{API}/ui/swagger-ui-bundle.js").text

    assert re.findall(r'PACKAGE_VERSION:"(\d+)\.', bundle) == ["5"]


@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "swagger-ui.css"])
def test_files_are_compressed_on_request_and_cached(client: httpx.Client, name: str) -> None:
    path = f"{API}/ui/{name}"
    compressed = at(client, path, Accept_Encoding="gzip")
    plain = at(client, path, Accept_Encoding="identity")
    again = at(client, path, If_None_Match=plain.headers["etag"])

    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert compressed.content == plain.content
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("given", "prefix"), PREFIXES)
def test_links_have_the_prefix_of_the_proxy(client: httpx.Client, given: str, prefix: str) -> None:
    def asked(path: str, **headers: str) -> httpx.Response:
        return at(client, path, X_Forwarded_Prefix=given, **headers)

    start = asked("/start").json()
    assert start["problems"] == f"{prefix}/problems"
    assert start["versions"][0]["api"] == f"{prefix}{API}"
    assert asked(f"{API}/openapi.json").json()["servers"] == [{"url": f"{prefix}{API}"}]
    host = f"{client.base_url.host}:{client.base_url.port}"
    assert f"{host}{prefix}{NEWEST}/query" in asked("/start", **HTML).text
    assert asked("/problems").json()["problems"][0]["type"] == f"{prefix}/problems/invalid-request"
    missing = asked(f"{API}/querys").json()
    assert missing["type"] == f"{prefix}/problems/not-found"
    assert f"{prefix}{API}/query?" in missing["detail"]
    assert "evil" not in asked(API).headers["location"]


def test_two_prefixes_are_ignored(client: httpx.Client) -> None:
    headers = [("X-Forwarded-Prefix", "/a"), ("X-Forwarded-Prefix", "/b")]

    answer = client.get("/nothing", headers=headers)

    assert answer.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"Host": "events.example:8443"}, "http://events.example:8443"),
        ({"Host": "events.example", "X-Forwarded-Proto": "https"}, "https://events.example"),
        ({"Host": "[::1]:80"}, "http://[::1]:80"),
        ({"Host": "a", "X-Forwarded-Proto": "javascript"}, "http://a"),
        ({"Host": "a'; rm x'"}, "http://localhost"),
    ],
)
def test_the_first_query_names_the_host_of_the_browser(
    client: httpx.Client, headers: dict[str, str], origin: str
) -> None:
    page = client.get(client.base_url.join("/start"), headers={**HTML, **headers}).text

    assert f"curl {origin}{NEWEST}/query " in page


def test_the_tenant_header_is_shown_if_it_is_needed(
    client: httpx.Client, tenants: httpx.Client
) -> None:
    assert "curl -H 'X-Trebuchet-Tenant-Id: TENANT' " in at(tenants, "/start", **HTML).text
    assert "X-Trebuchet-Tenant-Id" not in at(client, "/start", **HTML).text


def test_an_unknown_path_suggests_another(client: httpx.Client) -> None:
    near: dict[str, Any] = assert_problem(client.get("/querys"), 404, "not-found")
    far = assert_problem(client.get("/nothing"), 404, "not-found")

    assert f"Did you mean {API}/query?" in near["detail"]
    assert "; /start leads to" in far["detail"]
    assert "nothing at" in json.dumps(far)
