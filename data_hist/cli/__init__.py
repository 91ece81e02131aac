"""The `data-hist` command; each of its commands is a module of this package."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from data_hist.cli import catalog, client, local, local_athena, sample_data, serve, sweep
from data_hist.cli.process_group import StartError
from data_hist.settings import SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    try:
        # This imports the client.
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except (StartError, SettingsError) as error:
        print(f"data-hist: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="data-hist", description="Run SQL on Amazon Athena over HTTP."
    )
    parser.add_argument("--version", action="version", version=f"data-hist {version('data-hist')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (serve, sweep, catalog, local, local_athena, sample_data, client):
        module.add_command(commands)
    return parser
