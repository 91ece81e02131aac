"""`data-hist catalog`, for the catalog file; each of its commands is a module."""

from data_hist.cli import catalog_check, catalog_discover, catalog_glue
from data_hist.cli.arguments import Commands
from data_hist.settings import PREFIX


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "catalog",
        help="write, check and describe the catalog file",
        description="Commands for the catalog file, which says what lies in the archive and what "
        f"callers see of it. {PREFIX}CATALOG names it; without it, the packaged one is used.",
        epilog="`data-hist catalog COMMAND --help` explains a command.",
    )
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (catalog_check, catalog_discover, catalog_glue):
        module.add_command(subcommands)
