"""The commands of `docs/costs.md` do what the page says, on the settings that it starts with."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from data_hist.app import Limits
from data_hist.queries.budgets import BudgetLimits
from data_hist.queries.limits import QueryLimits
from data_hist.settings import Settings, load_settings, workgroups_asked_for
from tests.support.archive_files import record, write_records
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for

PAGE = (Path(__file__).parents[2] / "docs/costs.md").read_text()
BLOCKS = re.findall(r"^```(json)?\n(.*?)^```", PAGE, re.M | re.S)
START, UNBOUNDED, FIRST, SESSION, NEXT = (text for kind, text in BLOCKS if not kind)
REFUSAL, BUDGET, EXHAUSTED = (text for kind, text in BLOCKS if kind)
# Each request counts anew.
COUNTING = Limits(
    queries=QueryLimits(budgets=BudgetLimits(kept=timedelta(), seconds_of_workgroup=0))
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The service that the page starts, over more bytes than its budget."""
    archive = tmp_path_factory.mktemp("archive")
    padded = (record(n, 11000, data={"message": os.urandom(60_000).hex()}) for n in range(60))
    write_records(archive, "events", padded)
    with pytest.MonkeyPatch.context() as patch:
        required = {"DATA_HIST_REGION": "local-1", "DATA_HIST_RESULT_BUCKET": "data-hist-results"}
        for name, value in (required | environment()).items():
            patch.setenv(name, value)
        others = [name for name in workgroups_asked_for() if name != "primary"]
        with (
            running_endpoint(archive, tmp_path_factory.mktemp("state"), workgroup=others) as url,
            running_service(settings_of_page(url), limits=COUNTING) as client,
        ):
            yield client


def environment() -> dict[str, str]:
    """The settings of the command that starts the service."""
    *settings, command = shlex.split(START.replace("\\\n", ""))
    assert command == "scripts/serve"
    return dict(setting.split("=", 1) for setting in settings)


def settings_of_page(url: str) -> Settings:
    """The settings for tests, with those of the page."""
    asked = load_settings()
    names = [name.removeprefix("DATA_HIST_").lower() for name in environment()]
    return settings_for(url, **{name: getattr(asked, name) for name in names})


def run(service: httpx.Client, command: str) -> dict[str, object]:
    """Run a command of the page against this service, whose records are older than three days."""
    local = command.replace("localhost:8080", f"{service.base_url.host}:{service.base_url.port}")
    local = local.replace("""'"'3'"' day""", """'"'36500'"' day""")
    ended = subprocess.run(["bash", "-c", local], capture_output=True, text=True, check=True)
    document: dict[str, object] = json.loads(ended.stdout)
    return document


def test_the_commands_in_turn(service: httpx.Client) -> None:
    assert run(service, UNBOUNDED) == json.loads(REFUSAL)

    assert run(service, FIRST)["status"] == "FINISHED"

    shown = json.loads(f"{{{BUDGET}}}")["budget"]
    budget = run(service, SESSION)["budget"]
    assert isinstance(budget, dict)
    assert budget.keys() == shown.keys()
    assert budget["limit_bytes"] == shown["limit_bytes"] < budget["used_bytes"]

    refused, expected = run(service, NEXT), json.loads(EXHAUSTED)
    assert refused.keys() == expected.keys()
    assert refused["type"] == expected["type"]
    assert refused["budget"] == budget
