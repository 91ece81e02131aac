"""What a browser is shown through the gateway, also under a path prefix."""

import httpx
import pytest

from tests.e2e.gateway import (
    API,
    NEWEST,
    PASSWORD,
    PREFIX,
    needs_nginx,
)
from tests.support.path_prefixes import PREFIXES

pytestmark = needs_nginx


def test_the_start_page_names_the_gateway(gateway: str) -> None:
    page = httpx.get(f"{gateway}/start", headers={"Accept": "text/html"}, timeout=120).text

    assert f"curl -u NAME {gateway}{NEWEST}/query" in page


@pytest.mark.parametrize("path", [API, f"{API}/"])
def test_the_base_path_leads_to_swagger_ui(gateway: str, path: str) -> None:
    answer = httpx.get(gateway + path, auth=("alice", PASSWORD), follow_redirects=True, timeout=120)

    assert (answer.status_code, answer.url) == (200, f"{gateway}{API}/ui/")


def test_the_address_alone_leads_to_the_viewer_for_who_has_a_password(gateway: str) -> None:
    with httpx.Client(follow_redirects=True, timeout=120) as client:
        refused = client.get(gateway)
        shown = client.get(gateway, auth=("alice", PASSWORD))

    assert (refused.status_code, refused.url) == (401, f"{gateway}{NEWEST}/viewer/")
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert (shown.status_code, shown.url) == (200, f"{gateway}{NEWEST}/viewer/")
    assert "require-trusted-types-for" in shown.headers["content-security-policy"]


def test_all_is_right_under_a_path_prefix(prefixed: str) -> None:
    with httpx.Client(auth=("alice", PASSWORD), follow_redirects=True, timeout=120) as client:
        start = client.get(f"{prefixed}/start", headers={"Accept": "text/html"}).text
        links = client.get(f"{prefixed}/start").json()
        viewer = client.get(f"{prefixed}/")
        base_path = client.get(prefixed + API)
        (server,) = client.get(f"{prefixed}{API}/openapi.json").json()["servers"]
        problem = client.get(f"{prefixed}{API}/none").json()

        assert f"curl -u NAME {prefixed}{NEWEST}/query" in start
        assert (viewer.status_code, viewer.url) == (200, f"{prefixed}{NEWEST}/viewer/")
        assert base_path.url == f"{prefixed}{API}/ui/"
        assert server == {"url": f"{PREFIX}{API}"}
        assert problem["type"] == f"{PREFIX}/problems/not-found"
        for path in (links["problems"], links["versions"][0]["swagger_ui"], problem["type"]):
            assert client.get(httpx.URL(prefixed).join(path)).status_code == 200


def test_a_problem_of_the_gateway_has_the_prefix(prefixed: str) -> None:
    answer = httpx.get(f"{prefixed}{API}/tables", timeout=120)

    assert answer.json()["type"] == f"{PREFIX}/problems/unauthenticated"


@pytest.mark.parametrize(("given", "prefix"), PREFIXES)
def test_the_gateway_takes_the_prefixes_that_the_service_takes(
    gateway: str, given: str, prefix: str
) -> None:
    headers = {"X-Forwarded-Prefix": given}
    of_gateway = httpx.get(f"{gateway}{API}/tables", headers=headers, timeout=120).json()["type"]
    of_service = httpx.get(f"{gateway}/problems/none", headers=headers, timeout=120).json()["type"]

    assert of_gateway == f"{prefix}/problems/unauthenticated"
    assert of_service == f"{prefix}/problems/not-found"
