"""What the viewer writes runs in each version of the API, and its filters find what they should."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.api_calls import submitted
from tests.support.running_service import running_service, settings_for

SOURCES = Path(__file__).parents[2] / "viewer/src"
GOLDEN, TESTING = SOURCES / "question/statements.golden.json", SOURCES / "testing"
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


def test_every_filter_that_the_viewer_offers_finds_its_record(client: httpx.Client) -> None:
    odd = json.loads((TESTING / "oddRecord.json").read_text())
    conditions = json.loads((TESTING / "oddRecord.golden.json").read_text())
    document = submitted(client, odd["query"], results_per_page=1, big_integers="string")

    assert {key: document["page"][key] for key in ("columns", "rows")} == odd["page"]
    found = holding(client, odd["query"], conditions["found"])
    left_out = holding(client, odd["query"], conditions["left_out"])
    assert {name for name, holds in found.items() if not holds} == set()
    assert {name for name, holds in left_out.items() if holds} == set()


def holding(client: httpx.Client, record: str, conditions: dict[str, Any]) -> dict[str, bool]:
    """Which of the conditions hold for a record."""
    asked = ", ".join(condition["text"] for condition in conditions.values())
    parameters = [each for condition in conditions.values() for each in condition["parameters"]]
    sql = f"SELECT {asked} FROM ({record})"
    document = submitted(client, sql, parameters=parameters, results_per_page=1)
    [row] = document["page"]["rows"]
    return dict(zip(conditions, row, strict=True))
