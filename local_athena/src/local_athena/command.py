"""The `local-athena` command: parse arguments and start the server, or write the sample."""

import argparse
import hashlib
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

from local_athena.backends.trino.options import TrinoOptionsError, add_trino_options, read_server
from local_athena.sample.archive import (
    NotASampleArchive,
    write_sample_archive,
    write_sample_tables,
)
from local_athena.settings import CallRate, LocalAthenaSettings
from local_athena.tables import TablesError, read_catalog

_DEFAULTS = LocalAthenaSettings(Path())
_SECRET = "LOCAL_ATHENA_SECRET_ACCESS_KEY"  # noqa: S105 - the name of a variable
_WORKGROUP = re.compile(r"([a-zA-Z0-9._-]{1,128})(?:=([0-9]{1,18}))?")
_LEAST_SCAN_LIMIT = 10_000_000
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT])(I?)B")


class CommandError(Exception):
    """A command cannot run; the message says why, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (CommandError, TrinoOptionsError, TablesError, NotASampleArchive) as error:
        print(f"local-athena: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-athena", description="An Athena-compatible endpoint that runs SQL over files."
    )
    parser.add_argument(
        "--version", action="version", version=f"local-athena {version('local-athena')}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    server = commands.add_parser("serve", help="run the endpoint until SIGTERM or SIGINT")
    _add_places(server)
    _add_backend(server)
    _add_limits(server)
    _add_workgroup(server)
    server.set_defaults(command=_serve)

    sample = commands.add_parser("sample-data", help="write a sample archive with its tables")
    sample.add_argument("folder", type=Path, metavar="DIR", help="an empty or absent folder")
    sample.set_defaults(command=_sample_data)
    return parser


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tables",
        type=Path,
        required=True,
        metavar="FILE",
        help="tables as TableInput documents of AWS Glue: a JSON file, or a folder of JSON files",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder that stands for the bucket of the tables; required by DuckDB",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="folder for executions and results (default: a folder per data folder or cluster "
        "under $XDG_STATE_HOME or ~/.local/state)",
    )
    _add_number(parser, "port", "port to listen on; 0 for any free port", _number(int, 0, 65535))
    parser.add_argument(
        "--host",
        default=_DEFAULTS.host,
        help="address to bind; anyone who reaches it may query (default: %(default)s)",
    )


def _add_backend(parser: argparse.ArgumentParser) -> None:
    backend = parser.add_argument_group("backend")
    backend.add_argument(
        "--backend",
        choices=("duckdb", "trino"),
        default="duckdb",
        help="what runs the SQL (default: %(default)s)",
    )
    add_trino_options(backend)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("limits")
    _add_number(limits, "workers", "number of queries that run at once")
    _add_number(limits, "threads", "threads per query of DuckDB")
    _add_number(limits, "query-timeout-seconds", "longest running time of a query")
    _add_number(limits, "max-results-bytes", "disk space for results; the oldest are deleted")
    _add_number(
        limits,
        "max-converted-bytes",
        "disk space for JSON files converted to Parquet, which queries read faster the next time; "
        "0 for none",
        _number(int, 0),
    )
    limits.add_argument(
        "--memory-limit",
        dest="memory_limit_bytes",
        type=_size,
        default="1GB",
        metavar="SIZE",
        help="DuckDB's memory per query, such as 500MB; its process may have 512 MiB more "
        "(default: %(default)s)",
    )
    limits.add_argument(
        "--max-active-queries",
        type=_number(int, 1),
        metavar="N",
        help="quota on queued and running queries (default: none)",
    )
    limits.add_argument(
        "--call-rate",
        dest="call_rates",
        type=_call_rate,
        action="append",
        default=[],
        metavar="OPERATION=RATE:BURST",
        help="quota on calls per second, such as GetQueryExecution=20:100; may be repeated "
        "(default: none)",
    )


def _add_workgroup(parser: argparse.ArgumentParser) -> None:
    workgroup = parser.add_argument_group("buckets and workgroups")
    workgroup.add_argument(
        "--bucket",
        default=_DEFAULTS.bucket,
        metavar="NAME",
        help="bucket to create at startup (default: %(default)s)",
    )
    workgroup.add_argument(
        "--workgroup-output-location",
        metavar="S3_URI",
        help="output location of queries in `primary` that name none; its bucket is created at "
        "startup (default: none, so queries must name one)",
    )
    workgroup.add_argument(
        "--enforce-workgroup",
        action="store_true",
        help="use that output location even for queries that name another",
    )
    workgroup.add_argument(
        "--workgroup",
        dest="workgroups",
        type=_named_workgroup,
        action="append",
        default=[],
        metavar="NAME[=BYTES]",
        help="a workgroup beside `primary`, whose queries are cancelled if they scan more bytes; "
        "may be repeated (default: none)",
    )


def _add_number(
    parser: argparse._ActionsContainer,
    name: str,
    text: str,
    number: Callable[[str], float] | None = None,
) -> None:
    default = getattr(_DEFAULTS, name.replace("-", "_"))
    parser.add_argument(
        f"--{name}",
        type=number or _number(type(default), 0.001 if isinstance(default, float) else 1),
        default=default,
        metavar="N",
        help=f"{text} (default: %(default)s)",
    )


def _number(kind: type[float], least: float, most: float = math.inf) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            limits = f"from {least} to {most}" if most < math.inf else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"must be a number {limits}")
        return number

    return read


def _size(text: str) -> int:
    parts = _SIZE.fullmatch(text.strip().upper())
    if parts is None:
        raise argparse.ArgumentTypeError("write it as 500MB or 2GiB")
    number, prefix, binary = parts.groups()
    unit = 1024.0 if binary else 1000.0
    return round(float(number) * unit ** (1 + "KMGT".index(prefix)))


def _call_rate(text: str) -> tuple[str, CallRate]:
    operation, _, rate = text.partition("=")
    per_second, _, burst = rate.partition(":")
    try:
        return operation, CallRate(float(per_second), int(burst))
    except ValueError:
        raise argparse.ArgumentTypeError("write it as GetQueryExecution=20:100") from None


def _named_workgroup(text: str) -> tuple[str, int | None]:
    parts = _WORKGROUP.fullmatch(text)
    if parts is None:
        raise argparse.ArgumentTypeError("write it as customer_11000=50000000000")
    name, limit = parts.groups()
    if limit is not None and int(limit) < _LEAST_SCAN_LIMIT:
        raise argparse.ArgumentTypeError(f"Athena has no limit below {_LEAST_SCAN_LIMIT} bytes")
    return name, None if limit is None else int(limit)


def _serve(options: argparse.Namespace) -> int:
    server = read_server(options, os.environ) if options.backend == "trino" else None
    if server is None and options.data is None:
        raise CommandError("DuckDB needs --data, the folder that stands for the bucket.")
    given = vars(options) | {
        "trino": server,
        "state": options.state or _state_folder(server.url if server else options.data.resolve()),
        "call_rates": dict(options.call_rates),
        "workgroups": dict(options.workgroups),
        "secret_access_key": os.environ.get(_SECRET),
    }
    names = {field.name for field in fields(LocalAthenaSettings)}
    settings = LocalAthenaSettings(**{name: given[name] for name in names})
    catalog = read_catalog(options.tables)
    from local_athena.server import serve

    serve(settings, catalog)
    return 0


def _state_folder(source: Path | str) -> Path:
    """Return the state folder of an archive or cluster, so that results are never mixed."""
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    digest = hashlib.sha256(str(source).encode()).hexdigest()[:12]
    return base / "local-athena" / f"{Path(source).name}-{digest}"


def _sample_data(options: argparse.Namespace) -> int:
    try:
        write_sample_archive(options.folder)
        tables = write_sample_tables(options.folder)
    except OSError as error:
        raise CommandError(f"Cannot write to {options.folder} ({error.strerror}).") from error
    print(
        f"A sample archive is in {options.folder}. Serve it with\n"
        f"  local-athena serve --tables {tables} --data {options.folder}"
    )
    return 0
