"""The options of `local-athena serve` that name a Trino cluster, and its secrets."""

import argparse
import base64
import re
from collections.abc import Mapping

from local_athena.backends.trino.client import TrinoServer

_DEFAULTS = TrinoServer("")
_SERVER_URL = re.compile(
    r"https?://([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?/?", re.ASCII | re.IGNORECASE
)
# Secrets come from the environment, because command lines are shown to every user of a machine.
_PASSWORD = "LOCAL_ATHENA_TRINO_PASSWORD"  # noqa: S105 - the name of a variable
_TOKEN = "LOCAL_ATHENA_TRINO_TOKEN"  # noqa: S105 - the name of a variable


class TrinoOptionsError(Exception):
    """Options that do not name a cluster; the message says what to write instead."""


def add_trino_options(parser: argparse._ActionsContainer) -> None:
    """Add the options to a parser."""
    parser.add_argument(
        "--trino-url",
        type=_server_url,
        metavar="URL",
        help="address of the Trino cluster, such as https://trino.example:8443",
    )
    parser.add_argument(
        "--trino-catalog",
        type=_header_text,
        default=_DEFAULTS.catalog,
        metavar="NAME",
        help="catalog of Trino that stands for AwsDataCatalog (default: %(default)s)",
    )
    parser.add_argument(
        "--trino-user",
        type=_header_text,
        default=_DEFAULTS.user,
        metavar="NAME",
        help=f"user that Trino sees (default: %(default)s); ${_PASSWORD} or ${_TOKEN} holds its "
        "password or JSON Web Token",
    )


def read_server(options: argparse.Namespace, environment: Mapping[str, str]) -> TrinoServer:
    """Read which cluster the options name.

    Raises:
        TrinoOptionsError: They name none, or the secrets do not fit.
    """
    if options.trino_url is None:
        raise TrinoOptionsError("Trino needs --trino-url, the address of the cluster.")
    authorization = _authorization(options.trino_url, options.trino_user, environment)
    return TrinoServer(options.trino_url, options.trino_user, options.trino_catalog, authorization)


def _server_url(text: str) -> str:
    if not _SERVER_URL.fullmatch(text):
        raise argparse.ArgumentTypeError("write it as https://trino.example:8443")
    return text


def _header_text(text: str) -> str:
    if not (text and text.isascii() and text.isprintable()):
        raise argparse.ArgumentTypeError("must be printable ASCII, because it is sent in a header")
    return text


def _authorization(url: str, user: str, environment: Mapping[str, str]) -> str | None:
    password, token = environment.get(_PASSWORD), environment.get(_TOKEN)
    if not password and not token:
        return None
    if password and token:
        raise TrinoOptionsError(f"Set either {_PASSWORD} or {_TOKEN}, not both.")
    if not url.lower().startswith("https:"):
        raise TrinoOptionsError(
            "Credentials are sent over TLS only: --trino-url must begin with https."
        )
    if token:
        return f"Bearer {token}"
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
