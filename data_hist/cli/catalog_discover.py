"""`data-hist catalog discover`: write a first catalog from the files of an archive."""

import argparse
import sys

from data_hist.cli.arguments import Commands, add_data, require_archive
from data_hist.cli.process_group import StartError, warn


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "discover",
        help="write a first catalog of an archive",
        description="Write a first catalog file to standard output, from a sample of the files of "
        "an archive: folders, columns, types and times. Warnings say what is left out.",
    )
    add_data(parser)
    parser.set_defaults(command=_discover)


def _discover(options: argparse.Namespace) -> int:
    from data_hist.catalog.discovery.discover import discover

    require_archive(options.data)
    text = discover(options.data, warn)
    if text is None:
        raise StartError(
            f"{options.data} has no records to make a catalog of; put files of JSON lines or "
            "Parquet into it, each table into a folder of its own."
        )
    sys.stdout.write(text)
    return 0
