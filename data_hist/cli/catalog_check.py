"""`data-hist catalog check`: tell whether a catalog file is right, and fits an archive."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data_hist.cli.arguments import Commands, add_data, require_archive
from data_hist.cli.process_group import StartError, warn
from data_hist.errors import DataHistError
from data_hist.settings import PREFIX, catalog_asked_for, load_settings

if TYPE_CHECKING:
    from data_hist.catalog.discovery.findings import Finding
    from data_hist.catalog.sources import Source
    from data_hist.catalog.versions import CatalogDocument

_CREATE = "write another name, or create it as `data-hist catalog glue` describes it"
_RIGHTS = (
    "Reading them needs athena:GetDatabase, athena:GetTableMetadata, glue:GetDatabase and "
    "glue:GetTable."
)


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="check the catalog file, alone or against an archive or AWS Glue",
        description=f"Check the catalog file that {PREFIX}CATALOG names; without it, the packaged "
        "one. With --data, compare it with the folders and a sample of the records of an archive; "
        "with --glue, with the tables that Athena sees. "
        "Exits with 1 if anything is wrong; a note may be meant so.",
    )
    add_data(parser, is_required=False)
    parser.add_argument(
        "--glue",
        action="store_true",
        help=f"compare the file with the tables in AWS Glue; needs {PREFIX}REGION, "
        f"{PREFIX}RESULT_BUCKET and credentials, like the service",
    )
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    from data_hist.catalog.discovery.findings import Finding
    from data_hist.catalog.document import PACKAGED_FILE, load_document
    from data_hist.sql_guard.catalog_sql import example_problems, expression_problems

    file = catalog_asked_for() or PACKAGED_FILE
    document = load_document(file, [expression_problems])
    findings = [Finding(*problem) for problem in example_problems(document)]
    if options.data is not None:
        findings += _compare_with_archive(document, options.data)
    if options.glue:
        findings += _compare_with_glue(document.sources)
    if not _fits(file, findings):
        return 1
    print(f"OK: {file}, {_summary(document)}.")
    return 0


def _compare_with_archive(document: "CatalogDocument", archive: Path) -> "list[Finding]":
    """Read folders and a sample of the records.

    Raises:
        StartError: They cannot be read.
    """
    from data_hist.catalog.discovery.compare import compare_with_archive

    require_archive(archive)
    try:
        return list(compare_with_archive(document, archive, datetime.now(UTC), warn))
    except OSError as error:
        raise StartError(f"Cannot read {archive} ({error.strerror}).") from error


def _compare_with_glue(sources: "Mapping[str, Source]") -> "Iterator[Finding]":
    """Ask Athena for each table.

    Raises:
        StartError: It does not answer.
    """
    from data_hist.athena.table_metadata import TableMetadataReader
    from data_hist.catalog.discovery.findings import Finding
    from data_hist.catalog.glue_comparison import compare_with_table

    reader = TableMetadataReader(load_settings())
    try:
        for name, source in sources.items():
            table = reader.read_table(source.catalog, source.database, source.table)
            if table is not None:
                yield from compare_with_table(name, source, table)
            elif reader.has_database(source.catalog, source.database):
                yield Finding(("sources", name, "table"), f"there is no such table; {_CREATE}")
            else:
                yield Finding(
                    ("sources", name, "database"), f"there is no such database; {_CREATE}"
                )
    except DataHistError as error:
        raise StartError(
            f"Athena does not describe its tables: {error.detail} {_RIGHTS}"
        ) from error


def _fits(file: Path, findings: "Sequence[Finding]") -> bool:
    """Print what does not fit, and whether only notes were printed."""
    from data_hist.catalog.document import describe_problems
    from data_hist.catalog.yaml_file import Problem

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
