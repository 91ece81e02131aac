"""The server and composition root: Athena and STS at `POST /`, S3 at every other path.

Accepts any credentials, and checks signatures of presigned URLs alone, so it binds the loopback
address by default.
"""

import contextlib
import fcntl
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local_athena.athena_api.endpoint import AthenaProtocol, Throttle
from local_athena.athena_api.workgroups import PRIMARY, Workgroup, Workgroups
from local_athena.backends.duckdb.backend import DuckDbBackend
from local_athena.backends.duckdb.storage.converted_files import ConversionOptions
from local_athena.backends.duckdb.storage.partitions import list_partitions
from local_athena.backends.trino.backend import TrinoBackend
from local_athena.engine.backend import Backend
from local_athena.engine.engine import Engine
from local_athena.metadata.backend import MetadataBackend
from local_athena.s3_api.endpoint import S3Protocol
from local_athena.s3_api.object_store import InvalidBucketName, ObjectStore, split_location
from local_athena.settings import LocalAthenaSettings
from local_athena.sts_api import serve_sts
from local_athena.tables import Catalog

_FORM = "application/x-www-form-urlencoded"
_DRAIN_SECONDS = 1
# Longer than clients pause between two calls: a connection closed under them costs a retry.
_KEEP_ALIVE_SECONDS = 60


class CannotStart(Exception):
    """The endpoint cannot start on this machine."""


def create_app(settings: LocalAthenaSettings, catalog: Catalog) -> Starlette:
    """Build the ASGI application; its threads run from startup to shutdown."""
    objects = _object_store(settings, catalog)
    engine = Engine(settings, _backend(settings, catalog), objects)
    primary = Workgroup(
        PRIMARY, settings.workgroup_output_location, enforces=settings.enforce_workgroup
    )
    workgroups = Workgroups(primary, settings.workgroups)
    throttle = Throttle(settings.call_rates)
    athena = AthenaProtocol(engine, objects, catalog, workgroups, throttle)
    s3 = S3Protocol(objects, settings.secret_access_key)

    async def root(request: Request) -> Response:
        # STS alone takes forms, whose operation is in the body.
        form = request.headers.get("content-type", "").startswith(_FORM)
        return await (serve_sts(request) if form else athena.endpoint(request))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        engine.open()
        try:
            yield
        finally:
            engine.close()

    routes = [
        Route("/", root, methods=["POST"]),
        Route("/healthz", _health, methods=["GET"]),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    # Not a route: the pattern of a route matches no line end, which a key may hold.
    app.router.default = s3
    return app


def _object_store(settings: LocalAthenaSettings, catalog: Catalog) -> ObjectStore:
    """Open the buckets; create those that the settings name, any other is for clients to create."""
    location = settings.workgroup_output_location
    try:
        own = {settings.bucket, *([split_location(location)[0]] if location else [])}
        archives = {
            table.bucket: settings.data
            for table in catalog.tables()
            if settings.data is not None and table.bucket not in own
        }
        objects = ObjectStore(settings.state / "s3", settings.state / "uploads", archives)
        for bucket in own:
            objects.make_bucket(bucket)
    except InvalidBucketName as error:
        raise CannotStart(f"{error} is no name for a bucket") from error
    return objects


def _backend(settings: LocalAthenaSettings, catalog: Catalog) -> Backend[Any]:
    if settings.trino is not None:
        cluster = TrinoBackend(settings.trino)
        return MetadataBackend(cluster, catalog, cluster.list_partitions)
    if settings.data is None or not settings.data.is_dir():
        raise CannotStart(f"there is no archive at {settings.data}")
    conversion = None
    if settings.max_converted_bytes:
        folder = settings.state.resolve() / "converted"
        conversion = ConversionOptions(folder, settings.max_converted_bytes)
    queries = DuckDbBackend(
        settings.data, catalog, settings.memory_limit_bytes, settings.threads, conversion
    )
    return MetadataBackend(queries, catalog, partial(list_partitions, settings.data))


def serve(settings: LocalAthenaSettings, catalog: Catalog) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        SystemExit: With status 1 and a message, if the endpoint cannot start.
    """
    try:
        with _locked(settings.state), _listening(settings) as listener:
            _run(create_app(settings, catalog), listener)
    except CannotStart as error:
        print(f"local-athena: {error}", file=sys.stderr)
        raise SystemExit(1) from error


async def _health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


@contextlib.contextmanager
def _locked(state: Path) -> Iterator[None]:
    """Lock the folder, so that a second process does not fail its running executions."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(f"cannot keep its state in {state}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CannotStart(f"{state} is in use by another process") from error
    finally:
        os.close(lock)


@contextlib.contextmanager
def _listening(settings: LocalAthenaSettings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    address = f"{settings.host}:{settings.port}"
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(f"cannot listen on {address}: {error.strerror}") from error
        yield listener


class _AnnouncingServer(uvicorn.Server):
    """Announces on standard output that it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or () if self.started else ():
            host, port = listener.getsockname()[:2]
            print(f"local-athena listens on http://{host}:{port}", flush=True)


def _run(app: Starlette, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    # uvicorn raises the signal that ended it once more, which would be the exit status.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    _AnnouncingServer(config).run(sockets=[listener])
