"""Liveness and readiness, and the specification that a browser finds."""

from pathlib import Path

import httpx
import pytest

from tests.support.api_calls import assert_problem
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_healthy_service(client: httpx.Client, path: str) -> None:
    response = client.get(client.base_url.copy_with(path=path))

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_service_without_an_engine_is_alive_and_not_ready() -> None:
    with running_service(settings_for("http://127.0.0.1:9")) as client:
        base = client.base_url
        assert client.get(base.copy_with(path="/healthz")).status_code == 200
        response = client.get(base.copy_with(path="/readyz"))
        assert_problem(response, 503, "engine-unavailable")
        assert int(response.headers["retry-after"]) >= 1
        query = client.post("/query", json={"query": "SELECT 1"})
        assert_problem(query, 503, "engine-unavailable")


def test_readiness_says_what_to_change_in_the_workgroup(archive: Path, tmp_path: Path) -> None:
    with (
        running_endpoint(archive, tmp_path, workers=1, enforce_workgroup=True) as url,
        running_service(settings_for(url)) as client,
    ):
        response = client.get(client.base_url.copy_with(path="/readyz"))

        problem = assert_problem(response, 503, "engine-unavailable")
        assert "EnforceWorkGroupConfiguration=false" in problem["detail"]


def test_specification_is_served_for_the_version(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()

    assert document["openapi"] == "3.0.3"
    assert document["servers"] == [{"url": "/v0/data_hist"}]
    assert "/query" in document["paths"]
