"""Command-line arguments that several commands share."""

import argparse
import hashlib
import ipaddress
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from data_hist.cli.process_group import StartError
from data_hist.settings import PREFIX, workers_asked_for

# argparse has no public name for what `add_subparsers` returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

LOOPBACK = "127.0.0.1"
SERVICE_PORT = 8080


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Add `--data` and `--state`."""
    add_data(parser)
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="folder for queries and results (default: a folder per archive under "
        "$XDG_STATE_HOME or ~/.local/state)",
    )


def add_data(parser: argparse.ArgumentParser, *, is_required: bool = True) -> None:
    """Add `--data`."""
    parser.add_argument(
        "--data", type=Path, required=is_required, metavar="DIR", help="folder of the archive"
    )


def add_address(parser: argparse.ArgumentParser, port: int, host: str = LOOPBACK) -> None:
    """Add `--host` and `--port`."""
    parser.add_argument("--host", default=host, help="address to bind (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=_number_up_to(65535),
        default=port,
        metavar="N",
        help="port to listen on (default: %(default)s)",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add `--workers`."""
    parser.add_argument(
        "--workers",
        type=_number_up_to(64),
        default=workers_asked_for(),
        metavar="N",
        help=f"number of worker processes (default: {PREFIX}WORKERS, or %(default)s)",
    )


def _number_up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a number from 1 to {most}")
        return int(text)

    return number


def require_archive(folder: Path) -> None:
    """Refuse an archive that is not a folder."""
    if not folder.is_dir():
        raise StartError(
            f"{folder} is not a folder; `data-hist sample-data {folder}` writes a sample archive."
        )


def state_folder(options: argparse.Namespace) -> Path:
    """Return the folder for state; each archive has its own, so that results are never mixed."""
    if options.state is not None:
        return Path(options.state)
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    archive = options.data.resolve()
    digest = hashlib.sha256(str(archive).encode()).hexdigest()[:12]
    return base / "data-hist" / f"{archive.name}-{digest}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server on this address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
