"""`data-hist local` over a small archive, in a process of its own on a free port."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# It only turns a hang into a failure.
DEADLINE_SECONDS = 120

# Ends only when it is cancelled.
ENDLESS = (
    "SELECT count(*) AS n FROM UNNEST(sequence(1, 10000)) AS a(x)"
    " CROSS JOIN UNNEST(sequence(1, 10000)) AS b(y) CROSS JOIN UNNEST(sequence(1, 10000)) AS c(z)"
    " WHERE (x * y + z) % 7 = 3"
)
# 2026-11-20 05:00 UTC in milliseconds.
FIRST_ARRIVAL_MS = 1_795_150_800_000


@contextmanager
def running_service(folder: Path) -> Iterator[str]:
    """Run the service until the block ends; gives its URL."""
    write_archive(folder / "archive")
    port = free_port()
    log = (folder / "log").open("w+")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "data_hist", "local", "--workers", "1"),
            *("--data", str(folder / "archive"), "--state", str(folder / "state")),
            *("--port", str(port)),
        ],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "DATA_HIST_RESULT_LINK_SECONDS": "60"},
    )
    overdue = threading.Timer(DEADLINE_SECONDS, process.kill)
    overdue.start()
    try:
        assert process.stdout is not None
        if not any("Ready." in line for line in process.stdout):
            raise AssertionError((folder / "log").read_text())
        overdue.cancel()
        yield f"http://127.0.0.1:{port}"
    finally:
        overdue.cancel()
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE_SECONDS)
        process.stdout.close()
        log.close()


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def write_archive(root: Path) -> None:
    """Write twenty events of two services, one for each minute."""
    for number in range(20):
        arrival = FIRST_ARRIVAL_MS + number * 60_000
        service = "iam-admin" if number % 2 else "filebeat"
        record = {
            "customerid": 11000 + number % 2,
            "servicename": service,
            "service": service,
            "createdtimestamp": arrival - 1000,
            "arrivaltimestamp": arrival,
            "tags": "env:prod",
            "data": {"message": f"number {number}", "level": "INFO"},
        }
        for topic in ("events", "metrics", "logs"):
            folder = root / topic / "dt=2026-11-20" / "hr=05" / f"min={number:02}"
            folder.mkdir(parents=True, exist_ok=True)
            line = json.dumps(record) + "\n"
            (folder / "1_0_00000000000000000000.json.gz").write_bytes(gzip.compress(line.encode()))
