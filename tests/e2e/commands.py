"""The `data-hist` command as a user starts it, on free ports, always stopped again."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_to_end(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "data_hist", *arguments],
        env=_environment(environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


@contextmanager
def running(
    arguments: Sequence[str],
    ready: str,
    printed: list[str] | None = None,
    environment: Mapping[str, str] | None = None,
    errors: IO[str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run a command that goes on, from the line that says it is ready; `printed` gets its lines."""
    process = subprocess.Popen(
        [sys.executable, "-m", "data_hist", *arguments],
        env=_environment(environment),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    try:
        _wait_for(process, ready, [] if printed is None else printed)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()


def required_settings(endpoint_url: str) -> dict[str, str]:
    """What `data-hist serve` needs in its environment to run before an embedded endpoint."""
    return {
        "DATA_HIST_REGION": "local-1",
        "DATA_HIST_RESULT_BUCKET": "data-hist-results",
        "DATA_HIST_ENDPOINT_URL": endpoint_url,
        "DATA_HIST_ACCESS_KEY_ID": "local",
        "DATA_HIST_SECRET_ACCESS_KEY": "local",
    }


@contextmanager
def serving(
    endpoint_url: str, workers: int = 2, *, log: IO[bytes] | None = None, **settings: object
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run `data-hist serve` before an embedded endpoint; gives gunicorn and the service's URL."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "data_hist", "serve"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        ],
        env=_environment(
            required_settings(endpoint_url)
            | {"DATA_HIST_TENANT_REQUIRED": "false", "DATA_HIST_SHUTDOWN_NOTICE_SECONDS": "1"}
            | {f"DATA_HIST_{name.upper()}": str(value) for name, value in settings.items()}
        ),
        cwd=ROOT,
        stderr=log,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=120) as client:
            assert client.get(f"{url}/readyz").status_code == 200
        yield process, url
    finally:
        children = descendants_of(process.pid) if process.poll() is None else []
        process.terminate()
        process.wait(DEADLINE_SECONDS)
        assert not any(is_alive(child) for child in children)


def _wait_for(process: subprocess.Popen[str], ready: str, printed: list[str]) -> None:
    assert process.stdout is not None
    overdue = threading.Timer(DEADLINE_SECONDS, process.kill)
    overdue.start()
    try:
        for line in process.stdout:
            printed.append(line)
            if ready in line:
                return
        raise AssertionError(f"ended with {process.wait()} before it was ready")
    finally:
        overdue.cancel()


def _environment(changes: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", **(changes or {})}


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, oldest first, by Linux's own account."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(child) for task in tasks for child in task.read_text().split())


def descendants_of(pid: int) -> list[int]:
    """The processes that a process, or one of these, has started."""
    return [found for child in children_of(pid) for found in (child, *descendants_of(child))]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
