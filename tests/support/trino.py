"""The emulator with a real Trino behind it, which `scripts/trino` starts."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data_hist.cli.local_athena import RESULT_BUCKET
from local_athena import testing
from tests.e2e.commands import free_port

SCRIPT = Path(__file__).parents[2] / "scripts" / "trino"


@contextmanager
def running_trino_endpoint(
    documents: list[dict[str, Any]], data: Path, state: Path
) -> Iterator[str]:
    """Run an endpoint and its Trino; gives the URL of the endpoint.

    Trino lists every partition of the projection that a query does not exclude, so the tables
    should project a few thousand at most. If Trino does not start, no test runs: each would fail
    for the same reason.
    """
    tables = state / "trino-tables.json"
    tables.write_text(json.dumps(documents), encoding="utf-8")
    port = free_port()
    places = ("--tables", tables, "--data", data, "--port", str(port))
    # Trino inherits the file; it would keep a pipe open.
    with (state / "trino-start.log").open("w+") as messages:
        started = subprocess.run([SCRIPT, "start", *places], stderr=messages, check=False)
        messages.seek(0)
        if started.returncode:
            pytest.exit(messages.read().strip(), returncode=1)
    try:
        with testing.running_endpoint(
            tables,
            # Its S3 lists the files that Trino reads.
            data,
            state,
            bucket=RESULT_BUCKET,
            backend="trino",
            trino_url=f"http://127.0.0.1:{port}",
        ) as endpoint:
            yield endpoint.url
    finally:
        subprocess.run([SCRIPT, "stop"], check=True)
