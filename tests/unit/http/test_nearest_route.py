"""The nearest route is suggested for an unknown path."""

import pytest

from data_hist.http import specification as contract
from data_hist.http.routes import Routes, nearest_route

BASE = "/v0/data_hist"
ROUTES = Routes()
ROUTES.add_api(BASE, contract.api_specification("X-Tenant", "X-Secret"))
ROUTES.add("", contract.health_specification())
ROUTES.add_site()


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (f"{BASE}/querys", "/query"),
        (f"{BASE}/Query", "/query"),
        (f"{BASE}/queries/", "/queries"),
        (f"{BASE}/table", "/tables"),
        (f"{BASE}/status", "/status/{query_id}"),
        (f"{BASE}/stats/abc", "/status/{query_id}"),
        (f"{BASE}/result/abc", "/results/{query_id}"),
        (f"{BASE}/swagger", None),
        ("/query", "/query"),
        ("/status/abc", "/status/{query_id}"),
        ("/data_hist/next", "/next"),
        ("/openapi.json", "/openapi.json"),
        (f"{BASE}/nothing", None),
        (f"{BASE}/status/a/b", None),
        ("/abc", None),
        (f"{BASE}/" + "x" * 100_000, None),
    ],
)
def test_nearest_route(path: str, route: str | None) -> None:
    assert nearest_route(path, ROUTES.templates) == (route and BASE + route)


@pytest.mark.parametrize(
    ("path", "route"), [("/healtz", "/healthz"), ("/problem", "/problems"), ("//", "/"), ("", "/")]
)
def test_a_path_outside_of_the_api_is_found_too(path: str, route: str) -> None:
    assert nearest_route(path, ROUTES.templates) == route
