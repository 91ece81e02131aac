"""How gunicorn runs the service; what is not here is a command-line option of `data-hist`."""

import gc
import logging
import os
import resource
import shutil
import tempfile
import warnings
from typing import Any

from data_hist.observability.logs import LOGGING

# Connexion imports Starlette's test client, which tells of its own dependencies.
warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
logging.captureWarnings(True)

wsgi_app = "data_hist.app:create_app()"
worker_class = "data_hist.server.worker.Worker"
# A worker ends by itself before; orchestrators kill after 30 seconds.
graceful_timeout = 28
timeout = 60
keepalive = 75
# It would be a file in the home directory, shared by every gunicorn of the user.
control_socket_disable = True
logconfig_dict = LOGGING

_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(_server: Any) -> None:
    """Make room for what the workers need: files for their callers, a folder for their numbers."""
    # Each caller who waits holds a socket.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # Each gunicorn has its own, or it would add up others.
    os.environ[_METRICS_FOLDER] = tempfile.mkdtemp(prefix="data-hist-metrics-")


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what a worker was doing when it ended; what it had done still counts."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ[_METRICS_FOLDER], ignore_errors=True)


def post_worker_init(_worker: Any) -> None:
    """Keep the garbage collector away from what was loaded, and from pages while they are made.

    They are many small objects without cycles, which would set it off again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
