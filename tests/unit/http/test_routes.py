"""Paths are known by their templates, so that no parameter reaches logs and metrics."""

import pytest

from data_hist.http import specification as contract
from data_hist.http.routes import NO_ROUTE, Routes

BASE = "/v0/data_hist"


@pytest.fixture(scope="module")
def routes() -> Routes:
    routes = Routes()
    routes.add_api(BASE, contract.api_specification("X-Tenant", "X-Secret"))
    routes.add("", contract.health_specification())
    routes.add_site()
    return routes


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (f"{BASE}/query", f"{BASE}/query"),
        (f"{BASE}/query/1", f"{BASE}/query/{{query_id}}"),
        (f"{BASE}/status/x y", f"{BASE}/status/{{query_id}}"),
        (f"{BASE}/results/x", f"{BASE}/results/{{query_id}}"),
        (f"{BASE}/tables", f"{BASE}/tables"),
        (f"{BASE}/tables/x", f"{BASE}/tables/{{table}}"),
        (f"{BASE}/tables/x/fields", f"{BASE}/tables/{{table}}/fields"),
        (f"{BASE}/tables/fields", f"{BASE}/tables/{{table}}"),
        (f"{BASE}/tables/x/y/fields", NO_ROUTE),
        (f"{BASE}/tables/x/field", NO_ROUTE),
        (f"{BASE}/status/x/fields", NO_ROUTE),
        (f"{BASE}/ui/", f"{BASE}/ui/"),
        (f"{BASE}/ui/swagger-ui.css", f"{BASE}/ui/"),
        (f"{BASE}/viewer", f"{BASE}/viewer"),
        (f"{BASE}/viewer/", f"{BASE}/viewer/"),
        (f"{BASE}/viewer/index-abcdefgh.js", f"{BASE}/viewer/"),
        (f"{BASE}/openapi.json", f"{BASE}/openapi.json"),
        ("/healthz", "/healthz"),
        ("/metrics", "/metrics"),
        (BASE, BASE),
        (f"{BASE}/", f"{BASE}/"),
        (f"{BASE}/ui", f"{BASE}/ui"),
        ("/", "/"),
        ("/start", "/start"),
        ("/problems", "/problems"),
        ("/problems/invalid-sql", "/problems/{slug}"),
        ("", NO_ROUTE),
        (f"{BASE}/status/", f"{BASE}/status/{{query_id}}"),
        (f"{BASE}/status/x/y", NO_ROUTE),
        (f"{BASE}/status/x\n", f"{BASE}/status/{{query_id}}"),
        ("/v9/data_hist/query", NO_ROUTE),
        ("/v0xdata_hist/query", NO_ROUTE),
    ],
)
def test_route(routes: Routes, path: str, route: str) -> None:
    assert routes.route_of(path) == route


def test_all_routes_are_replaced(routes: Routes) -> None:
    replaced = Routes()
    replaced.add("", {"paths": {"/old/{a}/b": {"get": {}}}})

    replaced.become(routes)

    assert vars(replaced) == vars(routes)
    assert replaced.route_of("/old/x/b") == NO_ROUTE
    assert replaced.route_of(f"{BASE}/tables/x/fields") == f"{BASE}/tables/{{table}}/fields"


@pytest.mark.parametrize("path", ["/a/{b}/c/d", "/a/{b}/{c}"])
def test_other_parameters_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="one of its last two parts"):
        Routes().add("", {"paths": {path: {}}})


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (f"{BASE}/query", ("POST",)),
        (f"{BASE}/query/1", ("DELETE",)),
        (f"{BASE}/status/1", ("GET", "HEAD")),
        (f"{BASE}/ui/", ("GET", "HEAD")),
        (f"{BASE}/viewer/icon.svg", ("GET", "HEAD")),
        ("/", ("GET", "HEAD")),
        ("/none", ()),
    ],
)
def test_methods(routes: Routes, path: str, methods: tuple[str, ...]) -> None:
    assert routes.methods_of(path) == methods
