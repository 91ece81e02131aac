"""The compose file: its commands run, and its parts find each other."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from data_hist.settings import PREFIX, Settings
from tests.e2e.commands import free_port
from tests.e2e.gateway import COMPOSE, IN_CONTAINER, listening

SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_the_embedded_athena_runs_over_a_sample(tmp_path: Path) -> None:
    port = free_port()
    athena = SERVICES["athena"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def here(argument: str) -> str:
        moved = argument.replace("/data/", f"{tmp_path}/").replace("8090", str(port))
        return moved.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as it stands in the file

    with listening(list(map(here, athena["command"])), port, {"PATH": path}):
        _, *check = athena["healthcheck"]["test"]
        subprocess.run(
            [sys.executable, *map(here, check[1:])], check=True, capture_output=True, timeout=60
        )


def test_the_settings_are_those_of_the_service() -> None:
    names = {name.removeprefix(PREFIX).lower() for name in SERVICES["data-hist"]["environment"]}

    assert names <= set(Settings.model_fields)
    assert {name for name, field in Settings.model_fields.items() if field.is_required()} <= names


def test_the_parts_find_each_other() -> None:
    endpoint = SERVICES["data-hist"]["environment"][f"{PREFIX}ENDPOINT_URL"]

    assert endpoint == "http://athena:8090"
    assert "--port 8090" in SERVICES["athena"]["command"][-1]
    assert f"./gateway/nginx.conf:{IN_CONTAINER}:ro" in SERVICES["gateway"]["volumes"]
    assert {part for service in SERVICES.values() for part in service.get("depends_on", ())} <= set(
        SERVICES
    )


def test_nothing_but_the_gateway_is_reached_from_outside() -> None:
    published = {name: service.get("ports") for name, service in SERVICES.items()}

    assert published == {"athena": None, "data-hist": None, "gateway": ["127.0.0.1:8000:8000"]}
    assert all(service["read_only"] for service in SERVICES.values())
