"""The commands that ask a service: `data-hist-client`, and a part of `data-hist`."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from types import FrameType

from data_hist_client.command import listings, mcp, query
from data_hist_client.command.arguments import Commands
from data_hist_client.command.streams import drop_unwritable, open_streams, say, shown_error
from data_hist_client.errors import (
    DataHistError,
    DownloadBroken,
    ServiceFault,
    ServiceUnreachable,
    TooManyRequests,
)

# What a shell says of a program that Ctrl-C ended, or whose reader has gone.
_INTERRUPTED, _READER_GONE = 130, 141
_FAILED, _UNAVAILABLE = 1, 3
_LATER = (ServiceUnreachable, ServiceFault, TooManyRequests, DownloadBroken)
# Windows has no terminals that hang up.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


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
        open_streams()
        _end_on_signals()
        try:
            command(options)
            sys.stdout.flush()
        except DataHistError as error:
            say(shown_error(error))
            return _UNAVAILABLE if isinstance(error, _LATER) else _FAILED
        except KeyboardInterrupt:
            say("interrupted")
            return _INTERRUPTED
        except BrokenPipeError:
            return _READER_GONE
        except OSError as error:
            say(f"{error.filename or 'Cannot write the output'}: {error.strerror}")
            return _FAILED
        finally:
            drop_unwritable()
        return 0

    return run


def _end_on_signals() -> None:
    """Let whoever stops the program, or closes its terminal, stop its query."""
    for number in _ENDING:
        # `nohup` ignores it.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _exit)


def _exit(signal_number: int, _: FrameType | None) -> None:
    # A second one would interrupt the cancellation.
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + signal_number)
