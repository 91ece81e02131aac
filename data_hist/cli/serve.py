"""`data-hist serve`: the service on AWS. Builds the command line and environment of gunicorn."""

import argparse
import logging.config
import os
import signal
import sys

from data_hist.cli.arguments import SERVICE_PORT, Commands, add_address, add_workers
from data_hist.cli.process_group import StartError, require_free_port
from data_hist.settings import PREFIX, load_settings

_log = logging.getLogger(__name__)

# glibc gives each thread an arena of its own, and Arrow has another allocator: blocks of results
# would leave most of that memory unused.
_MEMORY_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("serve", help="run the service on AWS, configured by DATA_HIST_*")
    add_address(parser, SERVICE_PORT, host="0.0.0.0")  # noqa: S104 - a container must listen on all addresses
    add_workers(parser)
    parser.set_defaults(command=_serve)


def _serve(options: argparse.Namespace) -> int:
    from data_hist.athena.client import AthenaClient
    from data_hist.auth.authentication import authenticator_from
    from data_hist.catalog.resolve import load_catalog
    from data_hist.errors import DataHistError
    from data_hist.observability.logs import LOGGING
    from data_hist.sql_guard.catalog_sql import expression_problems

    # A catalog may be replaced at any time; gunicorn handles the signal once it can.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    settings = load_settings()
    load_catalog(settings.catalog, [expression_problems])
    logging.config.dictConfig(LOGGING)
    if not authenticator_from(settings).checks_credentials:
        _log.warning(
            "no credentials are checked: whoever reaches this port may name any tenant; "
            "set %sGATEWAY_SECRET or %sHTPASSWD_FILE.",
            PREFIX,
            PREFIX,
        )
    require_free_port(options.host, options.port)
    try:
        AthenaClient(settings).check()
    except DataHistError as error:
        if error.code:
            raise StartError(error.detail) from error
        # Athena may become reachable in a moment; /readyz tells.
        _log.warning("not ready yet: %s", error.detail)
    arguments = gunicorn_arguments(options)
    environment = service_environment(options)
    os.execve(arguments[0], arguments, environment)  # noqa: S606 - our own interpreter


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
