"""Command-line arguments that several commands share; none of them is a secret."""

import argparse
import json
import re
from typing import Any, TypeAlias

from data_hist_client.client import Client
from data_hist_client.profiles import Places, address_of
from data_hist_client.retries import RetryPolicy

# argparse has no public name for what `add_subparsers` returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_TYPED = re.compile(
    r"(boolean|tinyint|smallint|integer|int|bigint|real|double|date|time|timestamp"
    r"|timestamp with time zone|json|decimal(?: ?\([\d, ]+\))?|(?:var)?char(?: ?\(\d+\))?):(.*)",
    re.DOTALL | re.IGNORECASE,
)
# Somebody looks on, and may have misspelt the address.
_POLICY = RetryPolicy(attempts=4)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


def add_service(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whom to ask."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--profile", metavar="NAME", help="profile of the profile file")
    which.add_argument(
        "--url", help="address of the service (default: DATA_HIST_URL, or the profile)"
    )
    parser.add_argument("--tenant", type=int, metavar="N", help="tenant to ask as")


def client_for(options: argparse.Namespace, places: Places) -> Client:
    """Return a client for the service that the options name.

    Raises:
        UsageError: They name none.
    """
    address = address_of(places, url=options.url, profile=options.profile, tenant=options.tenant)
    return Client(address, policy=_POLICY)


def parameter(text: str) -> Any:
    """Read a value for a `?`: `TYPE:VALUE`, a number, true, false or null, or else a text."""
    if found := _TYPED.fullmatch(text):
        return {"type": found[1], "value": found[2]}
    if _NUMBER.fullmatch(text) or text in ("true", "false", "null"):
        return json.loads(text)
    return text


def count(text: str) -> int:
    """Read a number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number of at least 1")
    return int(text)
