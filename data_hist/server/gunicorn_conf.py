"""The configuration of gunicorn; `data-hist serve` passes the rest on its command line."""

import gc
import logging
import os
import resource
import shutil
import signal
import tempfile
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from data_hist.observability.logs import LOGGING
from data_hist.server.catalog_copy import CatalogCopy
from data_hist.settings import PREFIX, SettingsError, catalog_asked_for

# Connexion imports Starlette's test client, which warns about its own dependencies.
warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
logging.captureWarnings(True)

wsgi_app = "data_hist.app:create_app()"
worker_class = "data_hist.server.worker.Worker"
# Workers stop within 25 seconds; orchestrators kill after 30.
graceful_timeout = 28
timeout = 60
keepalive = 75
# The socket would be a file in the home directory that all gunicorns of the user share.
control_socket_disable = True
logconfig_dict = LOGGING

_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_CATALOG = f"{PREFIX}CATALOG"

_run_folder = Path()
_catalog: CatalogCopy


def on_starting(_server: Any) -> None:
    """Raise the limit of open files, and make what the workers share: a folder, and modules."""
    # Each long poll holds a socket.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    global _run_folder  # noqa: PLW0603 - gunicorn only calls functions
    # A folder of its own, or it would add up the metrics of other gunicorns.
    _run_folder = Path(tempfile.mkdtemp(prefix="data-hist-run-"))
    os.environ[_METRICS_FOLDER] = str(_run_folder / "metrics")
    Path(os.environ[_METRICS_FOLDER]).mkdir()
    # Workers that find the modules loaded start sooner, also in place of one that died.
    import_module(wsgi_app.partition(":")[0])


def when_ready(server: Any) -> None:
    """Copy the catalog for the workers, and take another one on SIGHUP."""
    global _catalog  # noqa: PLW0603 - gunicorn only calls functions
    try:
        _catalog = CatalogCopy(catalog_asked_for(), _run_folder / "catalog.yaml")
    except SettingsError as error:
        server.halt(reason=str(error), exit_status=1)

    def handle_hup() -> None:
        if _catalog.update():
            server.kill_workers(signal.SIGHUP)

    # gunicorn would replace the workers, and cut the streams short that they are sending.
    server.handle_hup = handle_hup


def post_fork(_server: Any, _worker: Any) -> None:
    """Let a worker read the copy of the catalog."""
    os.environ[_CATALOG] = str(_catalog.path)


def child_exit(_server: Any, worker: Any) -> None:
    """Remove the gauges of a worker that has ended; its counters still count."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the folder that the workers shared."""
    shutil.rmtree(_run_folder, ignore_errors=True)


def post_worker_init(_worker: Any) -> None:
    """Exclude loaded modules from garbage collection, and collect less often.

    A page of rows consists of many small objects without cycles, which would trigger collections
    that find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
