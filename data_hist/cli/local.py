"""`data-hist local`: the service and the embedded Athena together."""

import argparse
import asyncio
import ipaddress
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from data_hist.cli.arguments import (
    LOOPBACK,
    SERVICE_PORT,
    Commands,
    add_address,
    add_archive,
    add_workers,
    is_loopback,
    require_archive,
    state_folder,
)
from data_hist.cli.local_athena import RESULT_BUCKET, local_athena_arguments
from data_hist.cli.process_group import (
    Command,
    StartError,
    free_port,
    require_free_port,
    run_together,
    warn,
)
from data_hist.cli.serve import gunicorn_arguments, service_environment
from data_hist.settings import PREFIX, catalog_asked_for

if TYPE_CHECKING:
    from data_hist.catalog.sources import Source
    from data_hist.catalog.tables import ApiVersion

_SECRET_OF_ATHENA = "LOCAL_ATHENA_SECRET_ACCESS_KEY"  # noqa: S105 - the name of a variable
# As pydantic reads them.
_TRUE = {"1", "on", "t", "true", "y", "yes"}
_READY = """
Ready.
  Viewer       {url}/
  Start page   {url}/start
  Swagger UI   {url}/{version}/data_hist/ui/
  First query  curl -s {url}/{version}/data_hist/query -H 'Content-Type: application/json' \\
                 -d '{body}'
  Stop         Ctrl-C
"""


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("local", help="run the service on an embedded Athena")
    add_archive(parser)
    add_address(parser, SERVICE_PORT)
    add_workers(parser)
    parser.set_defaults(command=_local)


def _local(options: argparse.Namespace) -> int:
    from data_hist.catalog.document import load_document
    from data_hist.catalog.resolve import resolve
    from data_hist.sql_guard.catalog_sql import expression_problems

    require_archive(options.data)
    catalog = load_document(catalog_asked_for(), [expression_problems])
    _warn_of_missing_folders(options.data, catalog.sources)
    athena_port = free_port(LOOPBACK)
    athena_url = f"http://{LOOPBACK}:{athena_port}"
    environment = local_environment(athena_url)
    warn_of_open_door(options.host, options.port, environment)
    require_free_port(options.host, options.port)
    url = address_to_open(options.host, options.port)
    athena = Command(
        "The embedded Athena",
        local_athena_arguments(
            options.data, catalog.sources, state_folder(options), LOOPBACK, athena_port
        ),
        # It checks the links that the service signs.
        {**os.environ, _SECRET_OF_ATHENA: environment[f"{PREFIX}SECRET_ACCESS_KEY"]},
        f"{athena_url}/healthz",
    )
    service = Command(
        "The service",
        gunicorn_arguments(options),
        service_environment(options, **environment),
        f"{url}/readyz",
    )
    return asyncio.run(run_together([athena, service], _ready(url, resolve(catalog).newest)))


def _ready(url: str, newest: "ApiVersion") -> str:
    """Say what to open, and a query of the catalog to begin with."""
    first = {"query": newest.first_query, "wait_seconds": 10, "results_per_page": 5}
    return _READY.format(url=url, version=newest.name, body=json.dumps(first))


def local_environment(athena_url: str) -> dict[str, str]:
    """Return the settings for an embedded Athena; the environment takes precedence."""
    settings = {
        "REGION": "local-1",
        "RESULT_BUCKET": RESULT_BUCKET,
        "ACCESS_KEY_ID": "local",
        "SECRET_ACCESS_KEY": "local",
        "TENANT_REQUIRED": "false",
        # A century: nothing moves records off a disk.
        "ARCHIVED_AFTER_DAYS": "36500",
        # The embedded Athena has no quota and no other callers.
        "STATUS_CALLS_PER_SECOND": "400",
        # There is no load balancer to notify.
        "SHUTDOWN_NOTICE_SECONDS": "0",
    }
    chosen = {
        PREFIX + name: os.environ.get(PREFIX + name, value) for name, value in settings.items()
    }
    return chosen | {PREFIX + "ENDPOINT_URL": athena_url}


def _warn_of_missing_folders(archive: Path, sources: "Mapping[str, Source]") -> None:
    """Warn only: a new archive has no topics yet, and records are visible once they are written."""
    from data_hist.catalog.archive_folders import warnings_about

    try:
        for warning in warnings_about(archive, sources):
            warn(warning)
    except OSError as error:
        raise StartError(f"Cannot read {archive} ({error.strerror}).") from error


def warn_of_open_door(host: str, port: int, local_environment: Mapping[str, str]) -> None:
    """Warn if other people can reach the service and count as the operator."""
    if not is_loopback(host) and _everyone_is_operator(local_environment):
        warn(
            f"whoever reaches {host}:{port} is the operator and sees every row; set "
            f"{PREFIX}HTPASSWD_FILE to require a password, or --host {LOOPBACK} to serve only "
            "yourself."
        )


def _everyone_is_operator(local_environment: Mapping[str, str]) -> bool:
    """Whether the settings allow requests without tenant and credentials."""
    tenant_required = local_environment[f"{PREFIX}TENANT_REQUIRED"].lower() in _TRUE
    asked = (os.environ.get(f"{PREFIX}{name}") for name in ("HTPASSWD_FILE", "GATEWAY_SECRET"))
    return not tenant_required and not any(asked)


def address_to_open(host: str, port: int) -> str:
    """Return the URL of a server bound to an address: nobody can connect to 0.0.0.0."""
    shown = LOOPBACK if _is_unspecified(host) else host
    return f"http://{shown}:{port}"


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
