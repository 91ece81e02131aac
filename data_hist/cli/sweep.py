"""`data-hist sweep`: delete expired results once."""

import argparse
import sys

from data_hist.cli.arguments import Commands
from data_hist.cli.process_group import StartError
from data_hist.settings import load_settings


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("sweep", help="delete expired results once, for cron")
    parser.set_defaults(command=_sweep)


def _sweep(_options: argparse.Namespace) -> int:
    from data_hist.errors import DataHistError
    from data_hist.retention.sweeper import create_sweeper

    try:
        counts = create_sweeper(load_settings()).sweep()
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
