"""An embedded endpoint for tests: a process of its own on a free port."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_athena.settings import LocalAthenaSettings

from data_hist.catalog import load_catalog
from data_hist.catalog.glue import ArchiveLayout, glue_documents

# These only turn a hang into a failure.
_START_SECONDS = 120
_STOP_SECONDS = 120


class Endpoint:
    """A running endpoint; `url` is where its clients go."""

    def __init__(self, settings: LocalAthenaSettings, tables: Sequence[Mapping[str, Any]]) -> None:
        self.settings = settings
        code = (
            "from pathlib import *\n"
            "from local_athena.server import serve\n"
            "from local_athena.settings import *\n"
            "from local_athena.tables import *\n"
            f"serve({settings!r}, parse_catalog({tables!r}))"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.url = self._announced_url()

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """End the process and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        try:
            return self.process.wait(_STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def _announced_url(self) -> str:
        """Read the line that the endpoint prints once it listens."""
        assert self.process.stdout is not None
        overdue = threading.Timer(_START_SECONDS, self.process.kill)
        overdue.start()
        line = self.process.stdout.readline()
        overdue.cancel()
        if " listens on " not in line:
            raise RuntimeError(f"the endpoint did not start: status {self.stop()}")
        return line.rpartition(" ")[2].strip()


@contextmanager
def endpoint_process(
    data: Path,
    state: Path,
    tables: Sequence[Mapping[str, Any]] | None = None,
    **settings: Any,
) -> Iterator[Endpoint]:
    """Run an endpoint, by default over the tables of the service, and demand that it ends well."""
    if tables is None:
        layout = ArchiveLayout("s3://archive/", days="0001-01-01,9999-12-31")
        tables = glue_documents(load_catalog(), layout)
    endpoint = Endpoint(LocalAthenaSettings(data=data, state=state, port=0, **settings), tables)
    try:
        yield endpoint
    finally:
        status = endpoint.stop()
    assert status in (0, -signal.SIGKILL)


@contextmanager
def running_endpoint(data: Path, state: Path, **settings: Any) -> Iterator[str]:
    """Run an endpoint for those who need no more than its URL."""
    with endpoint_process(data, state, **settings) as endpoint:
        yield endpoint.url
