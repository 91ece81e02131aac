"""Run the measured processes, each on a core of its own, and read their cost."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

_CORES = sorted(os.sched_getaffinity(0))
MEASURED_CORE = {_CORES[0]}
OTHER_CORE = {_CORES[-1]}
CORES = len(_CORES)
_HOST = "127.0.0.1"
_START_SECONDS = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")
_GUNICORN = ("-m", "gunicorn", "--workers", "1", "--worker-class", "uvicorn_worker.UvicornWorker")


@dataclass(frozen=True)
class Worker:
    """A process whose cost is read from /proc."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the processor time so far, of all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self) -> float:
        """Return the current memory."""
        return self._status("VmRSS")

    def peak_mb(self) -> float:
        """Return the peak memory since it started."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


@contextlib.contextmanager
def stub(bytes_per_second: int = 0) -> Iterator[Worker]:
    """Run the stub of Athena and S3; 0 is as fast as the loopback interface."""
    port = _free_port()
    arguments = ["-m", "benchmarks.stub", str(port), str(bytes_per_second)]
    with _running(arguments, {}, OTHER_CORE) as process:
        _wait(port, process)
        yield Worker(process.pid, port)


@contextlib.contextmanager
def service(stub_port: int) -> Iterator[Worker]:
    """Run the service with one worker, as `data-hist serve` does."""
    settings = {
        "DATA_HIST_REGION": "eu-central-1",
        "DATA_HIST_RESULT_BUCKET": "benchmarks",
        "DATA_HIST_TENANT_REQUIRED": "false",
        "DATA_HIST_ENDPOINT_URL": f"http://{_HOST}:{stub_port}",
        "DATA_HIST_RESULT_LINK_SECONDS": "300",
    }
    port = _free_port()
    arguments = ["-m", "data_hist", "serve", "--host", _HOST, "--port", str(port), "--workers", "1"]
    with _running(arguments, settings, MEASURED_CORE) as process:
        _wait(port, process, "/readyz")
        yield Worker(_only_child(process.pid), port)


@contextlib.contextmanager
def relay(stub_port: int) -> Iterator[Worker]:
    """Run the relay of the stub's bytes."""
    port = _free_port()
    arguments = ["-m", "benchmarks.relay", str(port), str(stub_port)]
    with _running(arguments, {}, MEASURED_CORE) as process:
        _wait(port, process)
        yield Worker(process.pid, port)


@contextlib.contextmanager
def peer_service(name: str, stub_port: int) -> Iterator[Worker]:
    """Run another service of `peer_services` on the same server."""
    port = _free_port()
    app = f"benchmarks.peer_services:{name}()"
    arguments = [*_GUNICORN, "--bind", f"{_HOST}:{port}", "--no-control-socket", app]
    with _running(arguments, _at_stub(stub_port), MEASURED_CORE) as process:
        _wait(port, process, "/readyz")
        yield Worker(_only_child(process.pid), port)


def peer_client(name: str, stub_port: int, rows: int, service_port: int = 0) -> dict[str, Any]:
    """Run a function of `peer_clients` in a process of its own; return its measurement."""
    ports = {"STUB_PORT": str(stub_port), "SERVICE_PORT": str(service_port)}
    arguments = [sys.executable, "-m", "benchmarks.peer_clients", name, str(rows)]
    finished = subprocess.run(  # noqa: S603 - our own interpreter
        arguments,
        env=_environment(_at_stub(stub_port) | ports),
        preexec_fn=partial(os.sched_setaffinity, 0, MEASURED_CORE),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found


def _at_stub(port: int) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": f"http://{_HOST}:{port}"}


def _environment(more: dict[str, str]) -> dict[str, str]:
    """Return an environment without the settings and proxies of the caller."""
    foreign = ("AWS_", "DATA_HIST_", "GUNICORN_", "HTTP_", "http_", "ALL_", "all_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    credentials = {
        "AWS_ACCESS_KEY_ID": "benchmarks",
        "AWS_SECRET_ACCESS_KEY": "benchmarks",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return own | credentials | more


@contextlib.contextmanager
def _running(
    arguments: Sequence[str], environment: dict[str, str], cores: set[int]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments],
        env=_environment(environment),
        preexec_fn=partial(os.sched_setaffinity, 0, cores),  # noqa: PLW1509 - no threads
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=None if "BENCHMARKS_VERBOSE" in os.environ else subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], path: str | None = None) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{process.args!r} does not start; BENCHMARKS_VERBOSE=1 shows why.")
        time.sleep(0.05)


def _answers(port: int, path: str | None) -> bool:
    try:
        if path is None:
            socket.create_connection((_HOST, port)).close()
            return True
        with urllib.request.urlopen(f"http://{_HOST}:{port}{path}", timeout=10):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _only_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    if len(children) != 1:
        raise SystemExit(f"The server has {len(children)} workers and not one.")
    return int(children[0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
