"""The commands that ask a service, such as `data-hist query`: those of `data-hist-client`."""

import argparse

from data_hist.cli.arguments import Commands
from data_hist.cli.process_group import StartError

_NAMES = ("query", "history", "saved", "tables", "mcp")


def add_command(commands: Commands) -> None:
    """Add the commands to the parser."""
    try:
        from data_hist_client.command import add_commands
    except ModuleNotFoundError:
        for name in _NAMES:
            # No argument is an option, so that all of them lead to the same message.
            parser = commands.add_parser(
                name, help='needs "data-hist[client]"', prefix_chars="\0", add_help=False
            )
            parser.add_argument("arguments", nargs="*")
            parser.set_defaults(command=_missing)
    else:
        add_commands(commands)


def _missing(_: argparse.Namespace) -> int:
    raise StartError('The client is not installed; install "data-hist[client]".')
