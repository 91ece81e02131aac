"""`data-hist catalog check`: tell whether the service can use the catalog file."""

import argparse
from typing import TYPE_CHECKING

from data_hist.cli.arguments import Commands
from data_hist.settings import PREFIX, catalog_asked_for

if TYPE_CHECKING:
    from data_hist.catalog.versions import CatalogDocument


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="check the catalog file",
        description=f"Check the catalog file that {PREFIX}CATALOG names; without it, the packaged "
        "one. Exits with 1 if anything is wrong.",
    )
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    from data_hist.catalog.document import PACKAGED_FILE, load_document
    from data_hist.sql_guard.catalog_expressions import expression_problems

    file = catalog_asked_for() or PACKAGED_FILE
    document = load_document(file, [expression_problems])
    print(f"OK: {file}, {_summary(document)}.")
    return 0


def _summary(document: "CatalogDocument") -> str:
    versions = (
        f"{name} with the tables {', '.join(version.tables)}"
        for name, version in document.versions.items()
    )
    return f"with the sources {', '.join(document.sources)}, and {', '.join(versions)}"
