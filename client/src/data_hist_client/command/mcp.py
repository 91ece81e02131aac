"""`mcp`: tools for an assistant, over standard input and output."""

import argparse
import asyncio

from data_hist_client.async_client import AsyncClient
from data_hist_client.command.arguments import Commands, add_service, count
from data_hist_client.errors import UsageError
from data_hist_client.http import Address
from data_hist_client.profiles import Places, address_of

_MOST_SCANNED_BYTES = 10 * 2**30


def add_command(commands: Commands, name: str) -> argparse.ArgumentParser:
    """Add the command to a parser."""
    parser = commands.add_parser(
        name,
        help="serve tools to an assistant, by the Model Context Protocol",
        epilog="An assistant starts it, and speaks to it by standard input and output.",
    )
    parser.add_argument(
        "--max-scanned-bytes",
        type=count,
        default=_MOST_SCANNED_BYTES,
        metavar="N",
        help="refuse queries that would read more, by their estimate (default: 10 GiB)",
    )
    add_service(parser)
    parser.set_defaults(command=_mcp)
    return parser


def _mcp(options: argparse.Namespace) -> None:
    address = address_of(
        Places.of_user(), url=options.url, profile=options.profile, tenant=options.tenant
    )
    asyncio.run(_serve(address, options.max_scanned_bytes))


async def _serve(address: Address, max_scanned_bytes: int) -> None:
    try:
        from data_hist_client.mcp_answers import Bounds
        from data_hist_client.mcp_server import mcp_server
    except ModuleNotFoundError as error:
        raise UsageError('The SDK is not installed; install "data-hist-client[mcp]".') from error
    async with AsyncClient(address) as client:
        await mcp_server(client, Bounds(scanned_bytes=max_scanned_bytes)).run_stdio_async()
