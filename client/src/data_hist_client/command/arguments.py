"""Command-line arguments that several commands share; none of them is a secret."""

import argparse
from typing import TypeAlias

from data_hist_client.client import Client
from data_hist_client.command.parameter_values import encodable
from data_hist_client.profiles import Places, address_of
from data_hist_client.retries import RetryPolicy

# argparse has no public name for what `add_subparsers` returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

# Somebody looks on, and may have misspelt the address.
_POLICY = RetryPolicy(attempts=4)


def add_service(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whom to ask."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--profile", type=encodable, metavar="NAME", help="profile of the profile file"
    )
    which.add_argument(
        "--url",
        type=encodable,
        help="address of the service (default: DATA_HIST_URL, or the profile)",
    )
    parser.add_argument("--tenant", type=int, metavar="N", help="tenant to ask as")


def client_for(options: argparse.Namespace, places: Places) -> Client:
    """Return a client for the service that the options name.

    Raises:
        UsageError: They name none.
    """
    address = address_of(places, url=options.url, profile=options.profile, tenant=options.tenant)
    return Client(address, policy=_POLICY)


def count(text: str) -> int:
    """Read a number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number of at least 1")
    return int(text)
