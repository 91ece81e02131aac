"""Debian's nginx with the project's configuration on a free port, and what stands behind it."""

import os
import select
import shutil
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
import pytest
import yaml

from tests.e2e.commands import DEADLINE_SECONDS, ROOT, free_port

CONFIGURATION = ROOT / "deploy/gateway/nginx.conf"
IN_CONTAINER = "/etc/nginx/data-hist/nginx.conf"
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
SECRET = "the-secret-of-the-gateway"
PASSWORD = "correct horse"
TENANTS = {"alice": 11000, "bob": 11001, "operator": 1}
# Known, but of no tenant; the second differs from alice in its case alone.
STRANGERS = ("carol", "ALICE")


@contextmanager
def running_gateway(
    folder: Path, upstream_port: int, *, allowed_origin: str | None = None, **changes: str
) -> Iterator[str]:
    """Run nginx before a port of this machine, and give its URL; its log is `log` in the folder.

    `changes` are directives and the values they get instead of those in the configuration.
    """
    port = free_port()
    text = CONFIGURATION.read_text()
    text = _replaced(text, "listen 8000;", f"listen 127.0.0.1:{port};")
    text = _replaced(text, "server data-hist:8080;", f"server 127.0.0.1:{upstream_port};")
    if allowed_origin:
        before = "map $http_origin $allowed_origin {"
        text = _replaced(text, before, f'{before} "{allowed_origin}" $http_origin;')
    for directive, value in changes.items():
        old = next(line.strip() for line in text.splitlines() if line.split()[:1] == [directive])
        text = _replaced(text, old, f"{directive} {value};")
    configuration = folder / "nginx.conf"
    configuration.write_text(text)
    _write_secrets(folder / "secrets")
    here = {"/tmp": str(folder), IN_CONTAINER: str(configuration)}  # noqa: S108 - its own there
    arguments = [here.get(part, part) for part in COMPOSE["services"]["gateway"]["command"]]
    if os.geteuid() == 0:
        # Started by root, its workers would be somebody who cannot read the folder.
        arguments[-1] += " user root;"
    with (folder / "log").open("ab") as log, listening(arguments, port, output=log):
        yield f"http://127.0.0.1:{port}"


_PREFIX_PROXY = """
pid nginx.pid;
error_log stderr crit;
events {{}}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location {prefix}/ {{
            proxy_pass {upstream}/;
            proxy_set_header X-Forwarded-Prefix {prefix};
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


@contextmanager
def running_prefix_proxy(folder: Path, prefix: str, upstream: str) -> Iterator[str]:
    """Run an nginx that shows a server under a path prefix, and give its URL without that."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_PREFIX_PROXY.format(port=port, prefix=prefix, upstream=upstream))
    arguments = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    with listening([*arguments, "-g", directives], port):
        yield f"http://127.0.0.1:{port}"


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def _write_secrets(folder: Path) -> None:
    folder.mkdir()
    (folder / "header").write_text(f'proxy_set_header X-Gateway-Secret "{SECRET}";\n')
    for user, tenant in TENANTS.items():
        assert add_user(folder, user, tenant).returncode == 0
    users = folder / "users"
    hashed = users.read_text().splitlines()[0].partition(":")[2]
    users.write_text(users.read_text() + "".join(f"{user}:{hashed}\n" for user in STRANGERS))


def add_user(folder: Path, user: str, tenant: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deploy/gateway/add-user", folder, user, str(tenant)],
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def running_workers(endpoint_url: str, workers: int) -> Iterator[int]:
    """Run `data-hist serve` as it stands behind the gateway, and give its port."""
    port = free_port()
    arguments = [sys.executable, "-m", "data_hist", "serve", "--host", "127.0.0.1"]
    environment = COMPOSE["services"]["data-hist"]["environment"] | {
        "DATA_HIST_ENDPOINT_URL": endpoint_url,
        "DATA_HIST_GATEWAY_SECRET": SECRET,
    }
    with listening([*arguments, "--port", str(port), "--workers", str(workers)], port, environment):
        yield port


@contextmanager
def listening(
    arguments: Sequence[str],
    port: int,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server from the moment that it listens; who connects waits until it answers."""
    process = subprocess.Popen(
        arguments,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=output,
    )
    overdue = threading.Timer(DEADLINE_SECONDS, process.kill)
    overdue.start()
    try:
        while not _connects(port):
            assert process.poll() is None, f"{arguments[0]} has ended"
            select.select([], [], [], 0.02)
        overdue.cancel()
        yield process
    finally:
        overdue.cancel()
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE_SECONDS)


def _connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class HeldUpstream:
    """A server that sends half of a stream, and the rest when it is told."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.ends_well = True
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="upstream")
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            self.requests.append(request)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
            )
            assert self.go_on.wait(DEADLINE_SECONDS)
            if self.ends_well:
                connection.sendall(b"6\r\nsecond\r\n0\r\n\r\n")

    def close(self) -> None:
        self.go_on.set()
        self._thread.join(DEADLINE_SECONDS)
        self._listener.close()


needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
API = "/v0/data_hist"
NEWEST = "/v1/data_hist"


def api(url: str, user: str, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=url + API, auth=(user, PASSWORD), headers=headers, timeout=120)


PREFIX = "/archive/events"


def exchanged(url: str, request: str) -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    with connected(url) as connection:
        connection.sendall(request.encode())
        return until_closed(connection)


def connected(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=120)


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    while block := connection.recv(65536):
        received += block
    return received
