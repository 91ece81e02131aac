"""Every kind of statement that the viewer writes runs, in each version of the API."""

import json
from pathlib import Path

import httpx
import pytest

from tests.support.running_service import running_service, settings_for

GOLDEN = Path(__file__).parents[2] / "viewer/src/question/statements.golden.json"
STATEMENTS: dict[str, dict[str, dict[str, object]]] = json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("version", STATEMENTS)
def test_every_statement_of_the_viewer_runs(endpoint_url: str, version: str) -> None:
    failed = {}
    with running_service(settings_for(endpoint_url)) as service:
        base = service.base_url.copy_with(path=f"/{version}/data_hist")
        with httpx.Client(base_url=base, timeout=service.timeout) as client:
            for name, statement in STATEMENTS[version].items():
                response = client.post("/query", json={**statement, "wait_seconds": 30})
                if response.json().get("status") != "FINISHED":
                    failed[name] = response.text

    assert failed == {}
