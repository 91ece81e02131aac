"""Superset itself, in a process of its own, asked over its REST API as its pages ask it."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

from tests.service import DEADLINE_SECONDS, free_port
from tests.waiting import wait_until

# scripts/test-superset installs it there.
COMMAND = Path(__file__).parents[2] / ".venv-superset/bin/superset"
PASSWORD = "not-a-secret"
CONFIGURATION = """
import os
SECRET_KEY = "of a Superset that ends with its test"
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.environ["SUPERSET_HOME"] + "/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
"""


class Superset:
    """Its REST API, after a login."""

    def __init__(self, url: str) -> None:
        """Log in."""
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=DEADLINE_SECONDS)
        token = self.post(
            "/security/login",
            {"username": "admin", "password": PASSWORD, "provider": "db", "refresh": False},
        )["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    def post(self, path: str, document: dict[str, Any]) -> Any:
        return self._answer(self._client.post(path, json=document))

    def get(self, path: str, **parameters: str) -> Any:
        return self._answer(self._client.get(path, params=parameters))

    @staticmethod
    def _answer(response: httpx.Response) -> Any:
        assert response.is_success, response.text
        return response.json()


@contextmanager
def running_superset(folder: Path) -> Iterator[Superset]:
    """Run a new Superset until the block ends."""
    (folder / "superset_config.py").write_text(CONFIGURATION)
    environment = os.environ | {
        "FLASK_APP": "superset",
        "SUPERSET_HOME": str(folder),
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
    }
    names = (
        "--username",
        "admin",
        "--firstname",
        "-",
        "--lastname",
        "-",
        "--email",
        "admin@invalid",
    )
    with (folder / "log").open("w") as log:
        for command in (
            ("db", "upgrade"),
            ("fab", "create-admin", *names, "--password", PASSWORD),
            ("init",),
        ):
            subprocess.run([COMMAND, *command], env=environment, stdout=log, stderr=log, check=True)
        port = free_port()
        process = subprocess.Popen(
            [COMMAND, "run", "--port", str(port), "--with-threads"],
            env=environment,
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(url), "Superset")
        with Superset(url) as superset:
            yield superset
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE_SECONDS)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False
