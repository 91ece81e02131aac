"""The `data-hist` command: parse arguments and start what does the work."""

import argparse
import asyncio
import hashlib
import ipaddress
import logging.config
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from data_hist.settings import PREFIX, SettingsError, load_settings, workers_asked_for
from data_hist.supervisor import (
    Command,
    StartError,
    free_port,
    require_free_port,
    run_together,
)

_log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_PORT = 8080
_ATHENA_PORT = 8090
# As pydantic reads them.
_TRUE = {"1", "on", "t", "true", "y", "yes"}
# An archive on a disk may be of any age.
_ALL_DAYS = "0001-01-01,9999-12-31"
_LOCAL_BUCKET = "data-hist-results"
# glibc gives every thread memory of its own, and Arrow has another allocator: of all that, blocks
# of results would leave much unused.
_SERVICE_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
_READY = """
Ready.
  Start page   {url}/
  Swagger UI   {url}/v0/data_hist/ui/
  First query  curl -s {url}/v0/data_hist/query -H 'Content-Type: application/json' \\
                 -d '{{"query": "SELECT servicename, count(*) AS records FROM events \
GROUP BY 1 ORDER BY 2 DESC", "wait_seconds": 10, "results_per_page": 5}}'
  Stop         Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (StartError, SettingsError) as error:
        print(f"data-hist: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="data-hist", description="SQL over HTTP on Athena.")
    parser.add_argument("--version", action="version", version=f"data-hist {version('data-hist')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="the service on AWS, configured by DATA_HIST_*")
    _add_address(serve, _PORT, host="0.0.0.0")  # noqa: S104 - what a container is asked for
    _add_workers(serve)
    serve.set_defaults(command=_serve)

    sweep = commands.add_parser("sweep", help="delete expired results once, for cron")
    sweep.set_defaults(command=_sweep)

    local = commands.add_parser("local", help="the service on an embedded Athena")
    _add_archive(local)
    _add_address(local, _PORT)
    _add_workers(local)
    local.set_defaults(command=_local)

    athena = commands.add_parser("local-athena", help="the embedded Athena endpoint alone")
    _add_archive(athena)
    _add_address(athena, _ATHENA_PORT)
    athena.set_defaults(command=_local_athena)

    sample = commands.add_parser("sample-data", help="write a sample archive")
    sample.add_argument("folder", type=Path, metavar="DIR", help="a folder to fill")
    sample.set_defaults(command=_sample_data)
    return parser


def _add_archive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="an archive as Secor writes it"
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="where queries and results are kept (default: a folder for each archive below "
        "$XDG_STATE_HOME or ~/.local/state)",
    )


def _add_address(parser: argparse.ArgumentParser, port: int, host: str = _LOOPBACK) -> None:
    parser.add_argument("--host", default=host, help="the address to bind (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=_number_up_to(65535),
        default=port,
        metavar="N",
        help="the port (default: %(default)s)",
    )


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=_number_up_to(64),
        default=workers_asked_for(),
        metavar="N",
        help=f"worker processes (default: {PREFIX}WORKERS, or %(default)s)",
    )


def _number_up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a number from 1 to {most}")
        return int(text)

    return number


def _serve(options: argparse.Namespace) -> int:
    from data_hist.athena import AthenaClient
    from data_hist.auth.authentication import authenticator_from
    from data_hist.errors import DataHistError
    from data_hist.observability.logs import LOGGING

    settings = load_settings()
    logging.config.dictConfig(LOGGING)
    if not authenticator_from(settings).checks_credentials:
        _log.warning(
            "no credentials are checked, whoever reaches this port may name any tenant; "
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
        # It may be there in a moment, and /readyz tells.
        _log.warning("not ready yet: %s", error.detail)
    arguments = _gunicorn(options)
    environment = _SERVICE_ENVIRONMENT | os.environ | _workers_environment(options)
    os.execve(arguments[0], arguments, environment)  # noqa: S606 - our own interpreter


def _sweep(_options: argparse.Namespace) -> int:
    from data_hist.errors import DataHistError
    from data_hist.retention.sweeper import sweeper_from

    try:
        counts = sweeper_from(load_settings()).sweep()
    except DataHistError as error:
        raise StartError(error.detail) from error
    print(
        f"Deleted {counts.deleted:,} of {counts.listed:,} result objects "
        f"({counts.deleted_bytes:,} bytes)."
    )
    if counts.failed:
        print(
            f"data-hist: {counts.failed:,} expired objects could not be deleted.", file=sys.stderr
        )
        return 1
    return 0


def _local(options: argparse.Namespace) -> int:
    _require_archive(options.data)
    _warn_of_missing_topics(options.data)
    athena_port = free_port(_LOOPBACK)
    athena_url = f"http://{_LOOPBACK}:{athena_port}"
    environment = local_environment(athena_url)
    warn_of_open_door(options.host, options.port, environment)
    require_free_port(options.host, options.port)
    url = address_to_open(options.host, options.port)
    athena = Command(
        "The embedded Athena",
        [
            *(sys.executable, "-m", "data_hist", "local-athena"),
            *("--data", str(options.data), "--state", str(_state_folder(options))),
            *("--port", str(athena_port)),
        ],
        os.environ,
        f"{athena_url}/healthz",
    )
    service = Command(
        "The service",
        _gunicorn(options),
        _SERVICE_ENVIRONMENT | os.environ | environment | _workers_environment(options),
        f"{url}/readyz",
    )
    return asyncio.run(run_together([athena, service], _READY.format(url=url)))


def _local_athena(options: argparse.Namespace) -> int:
    from local_athena.server import serve
    from local_athena.settings import LocalAthenaSettings
    from local_athena.tables import parse_catalog

    from data_hist.catalog import load_catalog
    from data_hist.catalog.glue import ArchiveLayout, glue_documents

    layout = ArchiveLayout("s3://archive/", days=_ALL_DAYS)
    _require_archive(options.data)
    if not _is_loopback(options.host):
        _warn(f"whoever reaches {options.host}:{options.port} may run queries over all records.")
    require_free_port(options.host, options.port)
    serve(
        LocalAthenaSettings(
            data=options.data,
            state=_state_folder(options),
            host=options.host,
            port=options.port,
        ),
        parse_catalog(glue_documents(load_catalog(), layout)),
    )
    return 0


def _sample_data(options: argparse.Namespace) -> int:
    from local_athena.sample.archive import NotASampleArchive, write_sample_archive

    try:
        write_sample_archive(options.folder)
    except NotASampleArchive as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(f"Cannot write to {options.folder} ({error.strerror}).") from error
    print(f"A sample archive is in {options.folder}.")
    return 0


def _gunicorn(options: argparse.Namespace) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "--config", "python:data_hist.server.gunicorn_conf"),
        *("--bind", f"{options.host}:{options.port}", "--workers", str(options.workers)),
    ]


def _workers_environment(options: argparse.Namespace) -> dict[str, str]:
    return {f"{PREFIX}WORKERS": str(options.workers)}


def local_environment(athena_url: str) -> dict[str, str]:
    """The service's settings for an embedded Athena; what the caller has set goes before."""
    settings = {
        "REGION": "local-1",
        "RESULT_BUCKET": _LOCAL_BUCKET,
        "ACCESS_KEY_ID": "local",
        "SECRET_ACCESS_KEY": "local",
        "TENANT_REQUIRED": "false",
        # Nothing is moved away from a disk: a century.
        "ARCHIVED_AFTER_DAYS": "36500",
        # Nobody else calls it, and it has no quota.
        "STATUS_CALLS_PER_SECOND": "400",
        # No load balancer is to be told.
        "SHUTDOWN_NOTICE_SECONDS": "0",
    }
    chosen = {
        PREFIX + name: os.environ.get(PREFIX + name, value) for name, value in settings.items()
    }
    return chosen | {PREFIX + "ENDPOINT_URL": athena_url}


def _require_archive(folder: Path) -> None:
    if not folder.is_dir():
        raise StartError(
            f"{folder} is not a folder; `data-hist sample-data {folder}` fills one to try."
        )


def _warn_of_missing_topics(archive: Path) -> None:
    """Only warn: a new archive has no topics yet, and what is written to it is seen at once."""
    from data_hist.catalog import load_catalog
    from data_hist.catalog.archive_folders import warnings_about

    try:
        for warning in warnings_about(archive, load_catalog()):
            _warn(warning)
    except OSError as error:
        raise StartError(f"Cannot read {archive} ({error.strerror}).") from error


def warn_of_open_door(host: str, port: int, local_environment: Mapping[str, str]) -> None:
    """Warn where others than who types the command are served as the operator."""
    if not _is_loopback(host) and _everyone_is_operator(local_environment):
        _warn(
            f"whoever reaches {host}:{port} is the operator and sees every row; "
            f"{PREFIX}HTPASSWD_FILE asks for a password, --host {_LOOPBACK} is for you alone."
        )


def _everyone_is_operator(local_environment: Mapping[str, str]) -> bool:
    """Whether a request without tenant and password is served, as far as the settings say."""
    tenant_required = local_environment[f"{PREFIX}TENANT_REQUIRED"].lower() in _TRUE
    asked = (os.environ.get(f"{PREFIX}{name}") for name in ("HTPASSWD_FILE", "GATEWAY_SECRET"))
    return not tenant_required and not any(asked)


def address_to_open(host: str, port: int) -> str:
    """The URL of a server that is bound there: 0.0.0.0 is not an address to connect to."""
    shown = _LOOPBACK if _is_unspecified(host) else host
    return f"http://{shown}:{port}"


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _warn(text: str) -> None:
    print(f"data-hist: warning: {text}", file=sys.stderr, flush=True)


def _state_folder(options: argparse.Namespace) -> Path:
    """Each archive's own, so that the queries of one never answer with the rows of another."""
    if options.state is not None:
        return Path(options.state)
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    archive = options.data.resolve()
    digest = hashlib.sha256(str(archive).encode()).hexdigest()[:12]
    return base / "data-hist" / f"{archive.name}-{digest}"
