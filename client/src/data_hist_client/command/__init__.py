"""The commands that ask a service: `data-hist-client`, and a part of `data-hist`."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from types import FrameType

from data_hist_client.command import listings, mcp, query
from data_hist_client.command.arguments import Commands
from data_hist_client.errors import (
    DataHistError,
    ServiceFault,
    ServiceUnreachable,
    TooManyRequests,
)

# What a shell says of a program that Ctrl-C ended, or whose reader has gone.
_INTERRUPTED, _READER_GONE = 130, 141
_FAILED, _UNAVAILABLE = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="data-hist-client", description="Ask the Historical Event Viewer Service."
    )
    parser.add_argument(
        "--version", action="version", version=f"data-hist-client {version('data-hist-client')}"
    )
    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def add_commands(commands: Commands) -> None:
    """Add the commands to a parser; each sets `command`, which returns the exit status."""
    for name, add in (
        ("query", query.add_command),
        ("history", listings.add_history),
        ("saved", listings.add_saved),
        ("tables", listings.add_tables),
        ("mcp", mcp.add_command),
    ):
        parser = add(commands, name)
        parser.set_defaults(command=_guarded(parser.get_default("command")))


def _guarded(command: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    """Let errors become messages and exit statuses."""

    def run(options: argparse.Namespace) -> int:
        # Whoever stops the program stops its query.
        signal.signal(signal.SIGTERM, _exit)
        try:
            command(options)
            sys.stdout.flush()
        except DataHistError as error:
            print(f"data-hist: {error}", file=sys.stderr)
            is_later = isinstance(error, ServiceUnreachable | ServiceFault | TooManyRequests)
            return _UNAVAILABLE if is_later else _FAILED
        except KeyboardInterrupt:
            print("data-hist: interrupted", file=sys.stderr)
            return _INTERRUPTED
        except BrokenPipeError:
            # Python flushes again when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _READER_GONE
        return 0

    return run


def _exit(signal_number: int, _: FrameType | None) -> None:
    sys.exit(128 + signal_number)
