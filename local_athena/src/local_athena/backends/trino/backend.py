"""The Trino backend: checks the syntax of statements, and runs them on a cluster as they are."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local_athena.backends.trino.client import Page, TrinoClient, TrinoLimits, TrinoServer
from local_athena.backends.trino.errors import parse_failure
from local_athena.backends.trino.result_writer import ResultWriter
from local_athena.engine.backend import Abandoned, IsAbandoned, Outcome
from local_athena.errors import MalformedQuery, StatementFailure
from local_athena.tables import Table

_BLANK = r"(?>\s|--[^\n]*|/\*.*?\*/)"
_OPTION = rf"{_BLANK}*(?:TYPE|FORMAT){_BLANK}+\w+{_BLANK}*"
# EXPLAIN ANALYZE runs its statement, so what it explains has to be known.
_STATEMENT = re.compile(
    rf"(?P<explain>{_BLANK}*EXPLAIN\b(?:{_BLANK}*(?:ANALYZE|VERBOSE)\b)*"
    rf"(?:{_BLANK}*\({_OPTION}(?:,{_OPTION})*\))?)?(?:{_BLANK}|\()*(?P<word>\w+)",
    re.DOTALL | re.IGNORECASE,
)
# The one SHOW that the catalog of tables cannot answer.
_SHOW_FUNCTIONS = re.compile(rf"{_BLANK}*SHOW{_BLANK}+FUNCTIONS\b", re.DOTALL | re.IGNORECASE)
# What Hive calls the partition of rows whose key is NULL.
_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_QUERIES = frozenset({"SELECT", "TABLE", "VALUES", "WITH"})
# On a line of its own, so that the columns of Trino's positions are those of the statement.
_PREPARE = "PREPARE local_athena FROM\n"


@dataclass(frozen=True)
class TrinoStatement:
    """A statement, and the schema that it runs in."""

    sql: str
    schema: str
    substatement: str


class TrinoBackend:
    """Runs statements on a Trino cluster."""

    def __init__(self, server: TrinoServer, limits: TrinoLimits | None = None) -> None:
        self._server = server
        self._limits = limits or TrinoLimits()

    def plan(self, sql: str, database: str) -> TrinoStatement:
        """Let Trino parse a statement; see `Backend.plan`."""
        _check_schema(database)
        try:
            self._parse(sql, database)
        except Abandoned:
            # Trino is slow.
            pass
        except StatementFailure as failure:
            # It may be over when the statement runs, which reports its own failure.
            if not failure.retryable:
                raise
        return TrinoStatement(sql, database, _substatement(sql))

    def open_session(self, folder: Path) -> "TrinoSession":
        """Open a session; Trino itself needs no folder."""
        del folder
        return TrinoSession(TrinoClient(self._server, self._limits))

    def list_partitions(self, table: Table) -> Iterator[tuple[str, ...]]:
        """List the values of the partition keys of each partition that Trino's catalog knows.

        Raises:
            StatementFailure: Trino cannot tell.
        """
        name = table.name.replace('"', '""')
        order = ", ".join(str(number + 1) for number in range(len(table.partition_columns)))
        sql = f'SELECT * FROM "{name}$partitions" ORDER BY {order}'  # noqa: S608 - it is quoted
        with closing(self._impatient_client().pages(sql, table.database)) as pages:
            for page in pages:
                _raise_error(page)
                for row in page.get("data", ()):
                    yield tuple(_NULL_PARTITION if each is None else str(each) for each in row)

    def _impatient_client(self) -> TrinoClient:
        """Make a client for what nobody can interrupt."""
        limits = replace(self._limits, read_seconds=self._limits.parse_seconds, retry_seconds=0)
        return TrinoClient(self._server, limits)

    def _parse(self, sql: str, schema: str) -> None:
        deadline = time.monotonic() + self._limits.parse_seconds
        pages = self._impatient_client().pages(
            _PREPARE + sql, schema, lambda: time.monotonic() > deadline
        )
        with closing(pages):
            for page in pages:
                if "error" in page:
                    raise _refusal(page["error"])
                if _is_parsed(page):
                    break


class TrinoSession:
    """Runs statements one after the other, each with a connection of its own."""

    def __init__(self, client: TrinoClient) -> None:
        self._client = client

    def prepare(self) -> None:
        """Do nothing: a statement opens its connection when it starts."""

    def run(self, plan: TrinoStatement, result: Path, is_abandoned: IsAbandoned) -> Outcome:
        """Run a statement, and write its result page by page; see `Session.run`."""
        stats: dict[str, Any] = {}
        with (
            closing(self._client.pages(plan.sql, plan.schema, is_abandoned)) as pages,
            ResultWriter(result, is_text=plan.substatement == "EXPLAIN") as writer,
        ):
            for page in pages:
                _raise_error(page)
                writer.write(page)
                stats = page["stats"]
        return _outcome(writer, stats)

    def interrupt(self) -> None:
        """Break off the call in flight; the thread that made it then cancels the statement."""
        self._client.abort()

    def close(self) -> None:
        """Do nothing: a statement closes its connection when it ends."""


def _raise_error(page: Page) -> None:
    if "error" in page:
        raise parse_failure(page["error"])


def _is_parsed(page: Page) -> bool:
    """Whether Trino goes on with the statement; running PREPARE may take long, and is of no use."""
    return bool(page["stats"]["elapsedTimeMillis"]) or "/executing/" in page.get("nextUri", "")


def _outcome(writer: ResultWriter, stats: dict[str, int]) -> Outcome:
    queue_ms = stats["queuedTimeMillis"]
    return Outcome(
        writer.columns,
        writer.rows,
        scanned_bytes=stats["physicalInputBytes"],
        # Older servers do not tell.
        planning_ms=stats.get("planningTimeMillis", 0),
        engine_ms=stats["elapsedTimeMillis"] - queue_ms,
        queue_ms=queue_ms,
    )


def _refusal(error: dict[str, Any]) -> MalformedQuery | StatementFailure:
    failure = parse_failure(error)
    if failure.name == "SYNTAX_ERROR" and failure.line and failure.column:
        # A statement that is too large to parse is reported at the line of PREPARE.
        return MalformedQuery(failure.text, max(1, failure.line - 1), failure.column)
    return failure


def _substatement(sql: str) -> str:
    if _SHOW_FUNCTIONS.match(sql):
        return "SHOW_FUNCTIONS"
    found = _STATEMENT.match(sql)
    word = found["word"].upper() if found else ""
    if found and word in _QUERIES:
        return "EXPLAIN" if found["explain"] else "SELECT"
    raise StatementFailure("NOT_SUPPORTED", f"This endpoint runs queries only, not {word}")


def _check_schema(name: str) -> None:
    """Refuse a name that cannot be sent, because it travels in a header."""
    if not (name.isprintable() and name.isascii()):
        raise StatementFailure("SCHEMA_NOT_FOUND", f"Schema '{name}' does not exist")
