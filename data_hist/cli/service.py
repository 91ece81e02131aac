"""Build the command line and the environment of gunicorn, which runs the service."""

import argparse
import os
import sys

from data_hist.settings import PREFIX

# glibc gives each thread an arena of its own, and Arrow has another allocator: blocks of results
# would leave most of that memory unused.
_MEMORY_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def gunicorn_arguments(options: argparse.Namespace) -> list[str]:
    """Build the command line that serves on the address of the options."""
    return [
        *(sys.executable, "-m", "gunicorn", "--config", "python:data_hist.server.gunicorn_conf"),
        *("--bind", f"{options.host}:{options.port}", "--workers", str(options.workers)),
    ]


def service_environment(options: argparse.Namespace, **settings: str) -> dict[str, str]:
    """Build the environment of gunicorn: this process's, with settings of the service."""
    workers = {f"{PREFIX}WORKERS": str(options.workers)}
    return _MEMORY_ENVIRONMENT | os.environ | settings | workers
