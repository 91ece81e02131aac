"""`data-hist sample-data`: write a sample archive."""

import argparse
import subprocess
from pathlib import Path

from data_hist.cli.arguments import Commands
from data_hist.cli.local_athena import local_athena_command
from data_hist.cli.process_group import StartError


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("sample-data", help="write a sample archive")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write it to")
    parser.set_defaults(command=_sample_data)


def _sample_data(options: argparse.Namespace) -> int:
    command = local_athena_command("sample-data", "--", str(options.folder))
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        command, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise StartError(ended.stderr.strip().removeprefix("local-athena: "))
    print(f"A sample archive is in {options.folder}.")
    return 0
