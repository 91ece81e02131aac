"""How gunicorn runs the service; what is not here is a command-line option of `data-hist`."""

import gc
import resource
import warnings
from typing import Any

from data_hist.logs import LOGGING

# Connexion imports Starlette's test client, which tells of its own dependencies.
warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")

wsgi_app = "data_hist.app:create_app()"
worker_class = "data_hist.server.worker.Worker"
# A worker ends by itself before; orchestrators kill after 30 seconds.
graceful_timeout = 28
timeout = 60
keepalive = 75
# It would be a file in the home directory, shared by every gunicorn of the user.
control_socket_disable = True
logconfig_dict = LOGGING


def on_starting(_server: Any) -> None:
    """Have as many files as the system allows: each caller who waits holds a socket."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def post_worker_init(_worker: Any) -> None:
    """Keep the garbage collector away from what was loaded, and from pages while they are made.

    They are many small objects without cycles, which would set it off again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
