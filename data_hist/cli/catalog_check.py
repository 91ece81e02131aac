"""`data-hist catalog check`: tell whether a catalog file is right, and fits an archive."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data_hist.cli.arguments import Commands, add_data, require_archive
from data_hist.cli.process_group import StartError, warn
from data_hist.settings import PREFIX, catalog_asked_for

if TYPE_CHECKING:
    from data_hist.catalog.versions import CatalogDocument


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="check the catalog file",
        description=f"Check the catalog file that {PREFIX}CATALOG names; without it, the packaged "
        "one. With --data, compare it with the folders and a sample of the records of an archive. "
        "Exits with 1 if anything is wrong; a note may be meant so.",
    )
    add_data(parser, is_required=False)
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    from data_hist.catalog.document import PACKAGED_FILE, load_document
    from data_hist.sql_guard.catalog_expressions import expression_problems

    file = catalog_asked_for() or PACKAGED_FILE
    document = load_document(file, [expression_problems])
    if options.data is not None:
        require_archive(options.data)
        if not _fits(document, file, options.data):
            return 1
    print(f"OK: {file}, {_summary(document)}.")
    return 0


def _fits(document: "CatalogDocument", file: Path, archive: Path) -> bool:
    """Print what does not fit, and whether only notes were printed."""
    from data_hist.catalog.discovery.compare import compare_with_archive
    from data_hist.catalog.document import describe_problems
    from data_hist.catalog.yaml_file import Problem

    try:
        findings = list(compare_with_archive(document, archive, datetime.now(UTC), warn))
    except OSError as error:
        raise StartError(f"Cannot read {archive} ({error.strerror}).") from error
    text = file.read_text(encoding="utf-8")
    for is_note, start in ((False, ""), (True, "note: ")):
        chosen = [Problem(each.path, each.text) for each in findings if each.is_note is is_note]
        for line in describe_problems(file, text, chosen):
            print(start + line)
    return all(finding.is_note for finding in findings)


def _summary(document: "CatalogDocument") -> str:
    versions = (
        f"{name} with the tables {', '.join(version.tables)}"
        for name, version in document.versions.items()
    )
    return f"with the sources {', '.join(document.sources)}, and {', '.join(versions)}"
