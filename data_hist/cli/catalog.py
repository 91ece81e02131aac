"""`data-hist catalog`: check and describe the catalog file; each of its commands is a module."""

from data_hist.cli import catalog_check, catalog_discover, catalog_glue
from data_hist.cli.arguments import Commands


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("catalog", help="check and describe the catalog file")
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (catalog_check, catalog_discover, catalog_glue):
        module.add_command(subcommands)
