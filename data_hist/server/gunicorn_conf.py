"""The configuration of gunicorn; `data-hist serve` passes the rest on its command line."""

import gc
import logging
import os
import resource
import shutil
import tempfile
import warnings
from typing import Any

from data_hist.observability.logs import LOGGING

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


def on_starting(_server: Any) -> None:
    """Raise the limit of open files, and create the folder for the metrics of the workers."""
    # Each long poll holds a socket.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # A folder of its own, or it would add up the metrics of other gunicorns.
    os.environ[_METRICS_FOLDER] = tempfile.mkdtemp(prefix="data-hist-metrics-")


def child_exit(_server: Any, worker: Any) -> None:
    """Remove the gauges of a worker that has ended; its counters still count."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the folder for the metrics."""
    shutil.rmtree(os.environ[_METRICS_FOLDER], ignore_errors=True)


def post_worker_init(_worker: Any) -> None:
    """Exclude loaded modules from garbage collection, and collect less often.

    A page of rows consists of many small objects without cycles, which would trigger collections
    that find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
