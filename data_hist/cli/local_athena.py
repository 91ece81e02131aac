"""`data-hist local-athena`: the embedded Athena alone, over the tables of the service."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from data_hist.cli.arguments import (
    Commands,
    add_address,
    add_archive,
    is_loopback,
    require_archive,
    state_folder,
)
from data_hist.cli.process_group import StartError, require_free_port, warn
from data_hist.settings import catalog_asked_for, workgroups_asked_for

if TYPE_CHECKING:
    from data_hist.catalog.sources import Source

RESULT_BUCKET = "data-hist-results"
_PORT = 8090
# An archive on a disk may be of any age.
_ALL_DATES = (date(1000, 1, 1), date(9999, 12, 31))
_TABLES = "tables.json"
# The workgroup that every account has.
_PRIMARY = "primary"


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("local-athena", help="run the embedded Athena alone")
    add_archive(parser)
    add_address(parser, _PORT)
    parser.set_defaults(command=_local_athena)


def _local_athena(options: argparse.Namespace) -> int:
    from data_hist.catalog.document import load_document

    require_archive(options.data)
    if not is_loopback(options.host):
        warn(f"whoever reaches {options.host}:{options.port} may run queries over all records.")
    require_free_port(options.host, options.port)
    sources = load_document(catalog_asked_for()).sources
    state = state_folder(options)
    arguments = local_athena_arguments(options.data, sources, state, options.host, options.port)
    os.execv(arguments[0], arguments)  # noqa: S606 - our own interpreter


def local_athena_command(*arguments: str) -> list[str]:
    """Build a command line of `local-athena`.

    Raises:
        StartError: It is not installed.
    """
    try:
        version("local-athena")
    except PackageNotFoundError:
        raise StartError(
            'The embedded Athena is not installed; install "data-hist[local]".'
        ) from None
    return [sys.executable, "-m", "local_athena", *arguments]


def local_athena_arguments(
    archive: Path, sources: "Mapping[str, Source]", state: Path, host: str, port: int
) -> list[str]:
    """Build the command line that serves an archive, and write the tables that it names.

    Raises:
        StartError: It is not installed, or the folder for state cannot be written.
        SettingsError: The workgroups of tenants are not written as the setting takes them.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        (state / _TABLES).write_text(
            json.dumps(local_documents(sources), indent=2), encoding="utf-8"
        )
    except OSError as error:
        raise StartError(f"Cannot write to {state} ({error.strerror}).") from error
    return local_athena_command(
        "serve",
        *("--tables", str(state / _TABLES), "--data", str(archive), "--state", str(state)),
        *("--host", host, "--port", str(port), "--bucket", RESULT_BUCKET),
        *(f"--workgroup={name}" for name in workgroups_asked_for() if name != _PRIMARY),
    )


def local_documents(sources: "Mapping[str, Source]") -> list[dict[str, object]]:
    """Describe the tables of an archive on a disk as documents of AWS Glue."""
    from data_hist.catalog.glue import glue_documents

    # A folder stands for the bucket, so its name does not matter.
    return glue_documents(sources, "s3://archive/", _ALL_DATES)
