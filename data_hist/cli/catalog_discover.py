"""`data-hist catalog discover`: write a first catalog from files, or from tables in AWS."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data_hist.cli.arguments import Commands, require_archive
from data_hist.cli.process_group import StartError, warn
from data_hist.errors import DataHistError
from data_hist.settings import PREFIX, Settings, load_settings
from data_hist.spelling import offer, sentence

if TYPE_CHECKING:
    from data_hist.athena.table_metadata import TableMetadataReader
    from data_hist.catalog.discovery.discover_table import RunQuery
    from data_hist.catalog.discovery.found_table import FoundTable

_CATALOG = "awsdatacatalog"
_RETENTION_MINUTES = 60
_RIGHTS = (
    "Check the region and the credentials. It needs the rights of the service, and "
    "athena:GetDatabase, athena:GetTableMetadata, athena:ListTableMetadata, "
    "glue:GetDatabase, glue:GetTable and glue:GetTables."
)


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "discover",
        help="write a first catalog of an archive",
        description="Write a first catalog file to standard output, from a sample of the files of "
        "an archive, or of the records of tables in AWS Glue: folders, columns, types and times. "
        "Messages say what is read and left out.",
    )
    origin = parser.add_mutually_exclusive_group(required=True)
    origin.add_argument("--data", type=Path, metavar="DIR", help="folder of the archive")
    origin.add_argument(
        "--table",
        action="append",
        type=_table_name,
        metavar="DATABASE.TABLE",
        help="table in AWS Glue, of which Athena reads up to 500 records, of the last days if its "
        f"folders tell them; may be given several times. Needs {PREFIX}REGION, "
        f"{PREFIX}RESULT_BUCKET and credentials, like the service",
    )
    parser.set_defaults(command=_discover)


def _table_name(text: str) -> tuple[str, str]:
    database, dot, table = text.lower().partition(".")
    if not database or not dot or not table:
        raise argparse.ArgumentTypeError(f"{text} is no name such as DATABASE.TABLE")
    return database, table


def _discover(options: argparse.Namespace) -> int:
    sys.stdout.write(_of_tables(options.table) if options.table else _of_archive(options.data))
    return 0


def _of_archive(folder: Path) -> str:
    from data_hist.catalog.discovery.discover import discover

    require_archive(folder)
    text = discover(folder, warn)
    if text is None:
        raise StartError(
            f"{folder} has no records to make a catalog of; put files of JSON lines or "
            "Parquet into it, each table into a folder of its own."
        )
    return text


def _of_tables(names: Sequence[tuple[str, str]]) -> str:
    """Ask Athena for the tables, and check that the file can be used.

    Raises:
        StartError: Athena does not answer, or a catalog cannot have a table.
    """
    from data_hist.catalog.discovery.catalog_text import render_catalog
    from data_hist.catalog.document import CatalogError, parse_document

    try:
        tables = list(_describe(load_settings(), list(dict.fromkeys(names))))
    except DataHistError as error:
        reason = f"{sentence(error.detail)} {_RIGHTS}"
        raise StartError(f"Athena does not describe or read the table: {reason}") from error
    text = render_catalog(names[0][0], tables)
    try:
        parse_document(text, Path("catalog"))
    except CatalogError as error:
        raise StartError(f"A catalog cannot have these tables: {error}") from error
    return text


def _describe(settings: Settings, names: Sequence[tuple[str, str]]) -> "Iterator[FoundTable]":
    from data_hist.athena.table_metadata import TableMetadataReader
    from data_hist.catalog.discovery.discover_table import UndescribedTableError, describe_table

    reader, run, taken = TableMetadataReader(settings), _runner(settings), set[str]()
    for database, name in names:
        table = reader.read_table(_CATALOG, database, name)
        if table is None:
            raise StartError(_about_missing(reader, database, name))
        try:
            found = describe_table(database, table, run, datetime.now(UTC), taken)
        except UndescribedTableError as error:
            raise StartError(f"{database}.{name} {error}.") from error
        taken.add(found.name)
        yield found


def _about_missing(reader: "TableMetadataReader", database: str, name: str) -> str:
    if not reader.has_database(_CATALOG, database):
        return f"There is no database {database} in the region."
    try:
        tables = reader.list_tables(_CATALOG, database)
    except DataHistError:
        # To list tables is a right of its own.
        tables = []
    return f"There is no table {name} in {database}{offer(name, tables) or '.'}"


def _runner(settings: Settings) -> "RunQuery":
    """Run queries as samples of the operator, and say what they read."""
    from data_hist.athena.client import AthenaClient
    from data_hist.athena.statements import run_statement
    from data_hist.auth.authentication import OPERATOR
    from data_hist.retention.ownership import Owner, ResultLocations

    engine = AthenaClient(settings)
    locations = ResultLocations(settings.result_bucket, settings.result_prefix)
    location = locations.for_sample(Owner(OPERATOR, _RETENTION_MINUTES))

    def run(sql: str) -> Sequence[Sequence[str | None]]:
        _say(f"Athena reads: {sql[sql.index(' FROM ') + 1 :]}")
        result = run_statement(engine, sql, catalog=_CATALOG, output_location=location)
        _say(f"{len(result.rows):,} records, {result.scanned_bytes:,} bytes scanned.")
        return result.rows

    return run


def _say(text: str) -> None:
    print(f"data-hist: {text}", file=sys.stderr, flush=True)
