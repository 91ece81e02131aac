"""`query`: run SQL, and write its rows to the terminal, a pipe or a file."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from data_hist_client.client import Client
from data_hist_client.command.arguments import (
    Commands,
    add_service,
    client_for,
    count,
)
from data_hist_client.command.parameter_values import attach_values, encodable, parameter
from data_hist_client.command.statements import script_of
from data_hist_client.command.streams import decoded, read_input, warn, write_rows
from data_hist_client.command.terminal import Progress, paged
from data_hist_client.documents import Estimate, QueryState
from data_hist_client.downloads import FORMATS
from data_hist_client.errors import UsageError
from data_hist_client.figures import shown_bytes, shown_cost, shown_rows, shown_work
from data_hist_client.files import check_writable, format_of, whole_file
from data_hist_client.profiles import Places
from data_hist_client.results import Result
from data_hist_client.table_text import TableText
from data_hist_client.values import row_reader

_BINARY = {"arrow", "parquet"}


def add_command(commands: Commands, name: str) -> argparse.ArgumentParser:
    """Add the command to a parser."""
    parser = commands.add_parser(
        name,
        help="run SQL, or open a prompt",
        epilog="Without SQL, it is read from standard input; on a terminal, a prompt opens.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("sql", nargs="?", type=encodable, metavar="SQL", help="one SELECT")
    source.add_argument("-f", "--file", type=Path, help="read the SQL from a file")
    parser.add_argument(
        "-p",
        "--param",
        action="append",
        default=[],
        type=parameter,
        metavar="VALUE",
        help="value of the next `?`: a number, true, false, null, TYPE:VALUE, or a text",
    )
    parser.add_argument(
        "--format",
        choices=("table", *FORMATS),
        help="default: that of the output file, a table on a terminal, or csv",
    )
    destination = parser.add_mutually_exclusive_group()
    destination.add_argument(
        "-o", "--output", type=_output, metavar="FILE", help="write to a file; - is standard output"
    )
    destination.add_argument(
        "--dry-run", action="store_true", help="only check, and estimate what it would cost"
    )
    parser.add_argument(
        "--max-age",
        type=count,
        metavar="MINUTES",
        help="accept the result of the same query that is at most so old",
    )
    attach_values(parser)
    add_service(parser)
    parser.set_defaults(command=_query)
    return parser


def _output(text: str) -> Path | None:
    if text.endswith(os.sep):
        raise argparse.ArgumentTypeError(f"{text} is a folder")
    return None if text == "-" else Path(text)


def _query(options: argparse.Namespace) -> None:
    places = Places.of_user()
    sql = _sql_of(options)
    with client_for(options, places) as client:
        if sql is None:
            from data_hist_client.command.prompt import run_prompt

            run_prompt(client, places.history, lambda text: run_query(client, text, options))
        else:
            run_query(client, sql, options)


def _sql_of(options: argparse.Namespace) -> str | None:
    """Return the SQL, or None if there is somebody to type it."""
    if options.file is not None:
        try:
            return decoded(options.file.read_bytes())
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"Cannot read {options.file}: {error}") from error
    if options.sql is not None and options.sql != "-":
        return str(options.sql)
    is_typed = options.sql is None and sys.stdin.isatty() and sys.stdout.isatty()
    return None if is_typed else read_input()


def run_query(client: Client, sql: str, options: argparse.Namespace) -> None:
    """Run a query and write its rows where the options say.

    Raises:
        DataHistError: It failed.
    """
    sql = _statement(sql)
    if options.dry_run:
        if options.format not in (None, "table", "json"):
            raise UsageError("--dry-run has no rows: its --format is table or json.")
        _write_estimate(client.estimate(sql, options.param), options.format)
        return
    result_format = _format(options)
    progress = Progress(sys.stderr)
    try:
        result = client.query(
            sql,
            options.param,
            max_age_minutes=options.max_age,
            watch=progress.watch if progress.is_shown else None,
        )
        progress.clear()
        for warning in result.query.warnings:
            warn(warning)
        _write(result, result_format, options.output, progress)
    finally:
        progress.clear()


def _statement(sql: str) -> str:
    """Return a statement without its `;`; what to do with several is up to the service."""
    statements = script_of(sql).all
    if not statements:
        raise UsageError("There is no SQL.")
    return statements[0] if len(statements) == 1 else sql


def _format(options: argparse.Namespace) -> str:
    if options.output is not None:
        # Nobody wants to pay for rows that have no place.
        check_writable(options.output)
        return "table" if options.format == "table" else format_of(options.output, options.format)
    is_terminal = sys.stdout.isatty()
    if options.format in _BINARY and is_terminal:
        raise UsageError(f"{options.format} is not for a terminal; choose a file with --output.")
    return options.format or ("table" if is_terminal else "csv")


def _write(result: Result, result_format: str, output: Path | None, progress: Progress) -> None:
    if result_format == "table":
        rows = _write_table(result, output)
        progress.note(f"{shown_rows(rows)}  {_figures(result.query)}")
        return
    if result_format == "ndjson":
        _require_unique_names(result)
    if output is None:
        write_rows(result.stream(result_format))
    else:
        result.download(output, result_format, progress.downloaded)
        size = shown_bytes(progress.received)
        progress.note(f"{output}: {size}  {_figures(result.query)}")


def _require_unique_names(result: Result) -> None:
    names = [column.name for column in result.columns]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError(
            f"Two columns have the name {twice[0]}, which ndjson cannot tell apart: name them "
            "apart with AS, or choose --format json or csv."
        )


def _write_table(result: Result, output: Path | None) -> int:
    """Write all rows as a table, to a file or to the terminal; gives their number."""
    first = result.first_page()
    read = row_reader(first.columns)
    table = TableText(first.columns, [read(row) for row in first.rows])
    # Nobody knows how many more there are.
    lines = len(first.rows) + 3 if first.paging_token is None else sys.maxsize
    rows = 0
    with _line_writer(output, lines, table.width) as write:
        for line in table.head():
            write(line)
        for row in result:
            write(table.line(row))
            rows += 1
    return rows


@contextlib.contextmanager
def _line_writer(output: Path | None, lines: int, width: int) -> Iterator[Callable[[str], object]]:
    if output is None:
        with paged(lines, width) as out:
            yield lambda line: print(line, file=out)
    else:
        with whole_file(output) as file:
            yield lambda line: file.write(f"{line}\n".encode())


def _figures(query: QueryState) -> str:
    return "  ".join(shown_work(query))


def _write_estimate(estimate: Estimate, result_format: str | None) -> None:
    if result_format == "json":
        print(json.dumps(asdict(estimate)))
        return
    if estimate.scanned_bytes is None or estimate.cost_usd is None:
        print("The query is valid. What it would read is not known.")
    else:
        print(
            f"The query is valid. It reads at most {shown_bytes(estimate.scanned_bytes)} "
            f"in {estimate.files:,} files, for {shown_cost(estimate.cost_usd)}."
        )
    if not estimate.bounded:
        print("It has no range of time with two ends, and may read years.")
    for warning in estimate.warnings:
        warn(warning)
