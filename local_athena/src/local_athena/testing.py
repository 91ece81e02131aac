"""Run endpoints for tests, each in a process of its own on a free loopback port."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# They only turn a hang into a failure.
_START_SECONDS = 120
_STOP_SECONDS = 120


class Endpoint:
    """A running endpoint.

    Attributes:
        url: The `endpoint_url` for its clients.
        state: The folder of its executions and objects.
        process: The process, whose standard output is read up to the line that says the URL.
    """

    def __init__(self, arguments: Iterable[str], state: Path) -> None:
        self.state = state
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "local_athena", "serve", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.url = self._announced_url()

    @property
    def client_options(self) -> dict[str, str]:
        """Return arguments of `boto3.client` for this endpoint; any credentials are accepted."""
        return {
            "endpoint_url": self.url,
            "region_name": "us-east-1",
            "aws_access_key_id": "any",
            "aws_secret_access_key": "any",
        }

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """End the process and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        try:
            return self.process.wait(_STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self._output.close()

    @property
    def _output(self) -> Any:
        return self.process.stdout

    def _announced_url(self) -> str:
        overdue = threading.Timer(_START_SECONDS, self.process.kill)
        overdue.start()
        line: str = self._output.readline()
        overdue.cancel()
        if " listens on " not in line:
            raise RuntimeError(f"the endpoint did not start: status {self.stop()}")
        return line.rpartition(" ")[2].strip()


@contextmanager
def running_endpoint(
    tables: Path | Iterable[Mapping[str, Any]], data: Path | None, state: Path, **options: Any
) -> Iterator[Endpoint]:
    """Run an endpoint until the block ends.

    Args:
        tables: A file or folder of `TableInput` documents, or the documents themselves.
        data: The folder that stands for the bucket of the tables; None for other backends than
            DuckDB.
        state: A folder for executions and results, such as pytest's `tmp_path`.
        options: Further options of `local-athena serve`, such as `workers=1`.

    Raises:
        RuntimeError: The process does not start, or ends with an error.
    """
    if not isinstance(tables, Path):
        documents = list(tables)
        state.mkdir(parents=True, exist_ok=True)
        tables = state / "tables.json"
        tables.write_text(json.dumps(documents), encoding="utf-8")
    places = {"tables": tables, "data": data, "state": state, "port": 0}
    endpoint = Endpoint(_arguments(places | options), state)
    try:
        yield endpoint
    finally:
        status = endpoint.stop()
    # A test may have killed it.
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the endpoint ended with status {status}")


def _arguments(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is None:
            continue
        if isinstance(value, bool):
            yield from [flag] if value else []
        elif isinstance(value, list | tuple):
            yield from (f"{flag}={item}" for item in value)
        else:
            yield f"{flag}={value}"
