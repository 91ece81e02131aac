"""`history`, `saved` and `tables`: what was asked, what is kept, and what can be asked."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from data_hist_client.command.arguments import Commands, add_service, client_for, count
from data_hist_client.command.parameter_values import encodable
from data_hist_client.command.streams import write_text
from data_hist_client.command.terminal import paged
from data_hist_client.documents import Column, QueryState, Table
from data_hist_client.errors import UsageError
from data_hist_client.figures import elapsed_ms, shown_bytes, shown_cost, shown_seconds
from data_hist_client.profiles import Places
from data_hist_client.table_text import TableText


def add_history(commands: Commands, name: str) -> argparse.ArgumentParser:
    """Add the command that lists queries."""
    parser = _listing(commands, name, "list your queries, the newest first", _history)
    parser.add_argument(
        "text", nargs="?", type=encodable, metavar="TEXT", help="only queries with this text"
    )
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="default: 20")
    parser.add_argument(
        "--status", choices=("queued", "running", "finished", "failed", "cancelled")
    )
    return parser


def add_saved(commands: Commands, name: str) -> argparse.ArgumentParser:
    """Add the command that lists saved questions, or prints one."""
    parser = _listing(commands, name, "list the saved questions, or print one", _saved)
    parser.add_argument("question", nargs="?", metavar="ID", help="print this question")
    return parser


def add_tables(commands: Commands, name: str) -> argparse.ArgumentParser:
    """Add the command that lists tables, or the columns of one."""
    parser = _listing(commands, name, "list the tables, or the columns of one", _tables)
    parser.add_argument("table", nargs="?", metavar="TABLE", help="list the columns of this table")
    return parser


def _listing(commands: Commands, name: str, summary: str, run: Any) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    add_service(parser)
    parser.set_defaults(command=run)
    return parser


def _history(options: argparse.Namespace) -> None:
    with client_for(options, Places.of_user()) as client:
        status = options.status and options.status.upper()
        queries = client.queries(options.limit, status=status, text=options.text)
    if options.format == "json":
        _print_json(map(_query_document, queries))
        return
    _print_table(
        ["submitted", "status", "took", "read", "cost", "query_id", "query"],
        [
            [
                _local(query.submitted_at),
                query.status.lower(),
                shown_seconds(elapsed_ms(query)),
                shown_bytes(query.scanned_bytes),
                shown_cost(query.cost_usd),
                query.query_id,
                " ".join((query.sql or "").split()),
            ]
            for query in queries
        ],
    )


def _query_document(query: QueryState) -> dict[str, Any]:
    return {
        "query_id": query.query_id,
        "query": query.sql,
        "parameters": query.parameters,
        "status": query.status,
        "submitted_at": query.submitted_at.isoformat(),
        "scanned_bytes": query.scanned_bytes,
        "total_ms": query.total_ms,
        "cost_usd": query.cost_usd,
        "error": query.error,
    }


def _saved(options: argparse.Namespace) -> None:
    with client_for(options, Places.of_user()) as client:
        questions = client.saved_questions()
    if options.question is not None:
        found = [each for each in questions if each.id == options.question]
        if not found:
            raise UsageError("There is no such saved question; `saved` lists them.")
        write_text(found[0].state)
    elif options.format == "json":
        _print_json({"id": each.id, "title": each.title, "state": each.state} for each in questions)
    else:
        _print_table(
            ["id", "updated", "title"],
            [[each.id, _local(each.updated_at), each.title] for each in questions],
        )


def _tables(options: argparse.Namespace) -> None:
    with client_for(options, Places.of_user()) as client:
        tables = client.tables()
    if options.table is None:
        if options.format == "json":
            _print_json({"name": each.name, "description": each.description} for each in tables)
        else:
            print_tables(tables)
        return
    found = table_named(tables, options.table)
    if options.format == "json":
        _print_json(
            {"name": each.name, "type": each.type, "description": each.description}
            for each in found.columns
        )
    else:
        print_columns(found)


def table_named(tables: Sequence[Table], name: str) -> Table:
    """Return the table of that name, in whatever case.

    Raises:
        UsageError: There is none.
    """
    for table in tables:
        if table.name.lower() == name.lower():
            return table
    raise UsageError(f"There is no such table; there are {', '.join(t.name for t in tables)}.")


def print_columns(table: Table) -> None:
    """Print the columns of a table."""
    _print_table(
        ["column", "type", "description"],
        [[each.name, each.type, each.description] for each in table.columns],
    )


def print_tables(tables: Sequence[Table]) -> None:
    """Print what tables there are."""
    _print_table(["table", "description"], [[each.name, each.description] for each in tables])


def _print_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    columns = [Column(name, "varchar") for name in names]
    table = TableText(columns, rows, with_types=False)
    with paged(len(rows) + 2, table.width) as out:
        for line in (*table.head(), *map(table.line, rows)):
            print(line, file=out)


def _print_json(documents: Any) -> None:
    is_unicode = sys.stdout.encoding.lower().startswith("utf")
    print(json.dumps(list(documents), indent=2, ensure_ascii=not is_unicode))


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
