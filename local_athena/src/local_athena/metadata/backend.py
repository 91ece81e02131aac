"""A backend that answers SHOW and DESCRIBE itself, and leaves everything else to another one."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from local_athena.engine.backend import Abandoned, Backend, IsAbandoned, Outcome, Plan, Session
from local_athena.metadata.answers import Answer, PartitionLister, answer, check_target
from local_athena.metadata.statements import MetadataStatement, parse_metadata_statement
from local_athena.tables import Catalog


class MetadataBackend:
    """Answers the statements of metadata from a catalog.

    Args:
        queries: The backend that runs queries.
        catalog: The tables.
        list_partitions: Lists the partitions of a table.
    """

    def __init__(
        self, queries: Backend[Any], catalog: Catalog, list_partitions: PartitionLister
    ) -> None:
        self._queries = queries
        self._catalog = catalog
        self._list_partitions = list_partitions

    def plan(self, sql: str, database: str) -> Plan:
        """Plan a statement; see `Backend.plan`.

        Raises:
            EntityNotFound: The statement describes a table that does not exist.
        """
        statement = parse_metadata_statement(sql, database)
        if statement is None:
            plan: Plan = self._queries.plan(sql, database)
            return plan
        check_target(statement, self._catalog)
        return statement

    def open_session(self, folder: Path) -> "MetadataSession":
        """Open a session, and one of the other backend."""
        answers = partial(answer, catalog=self._catalog, list_partitions=self._list_partitions)
        return MetadataSession(self._queries.open_session(folder), answers)


class MetadataSession:
    """Writes answers, and lets the session of the other backend run everything else."""

    def __init__(
        self, queries: Session[Any], answers: Callable[[MetadataStatement], Answer]
    ) -> None:
        self._queries = queries
        self._answers = answers

    def prepare(self) -> None:
        """Prepare the other session."""
        self._queries.prepare()

    def run(self, plan: Plan, result: Path, is_abandoned: IsAbandoned) -> Outcome:
        """Run a statement and write its result; see `Session.run`."""
        if not isinstance(plan, MetadataStatement):
            return self._queries.run(plan, result, is_abandoned)
        started = time.perf_counter()
        answered = self._answers(plan)
        rows = _write(answered.lines, result, is_abandoned)
        engine_ms = round((time.perf_counter() - started) * 1000)
        return Outcome(answered.columns, rows, scanned_bytes=0, planning_ms=0, engine_ms=engine_ms)

    def interrupt(self) -> None:
        """Interrupt the other session; answers look for themselves whether they are wanted."""
        self._queries.interrupt()

    def close(self) -> None:
        """Close the other session."""
        self._queries.close()


def _write(lines: Iterable[str], result: Path, is_abandoned: IsAbandoned) -> int:
    count = 0
    with result.open("w", encoding="utf-8", newline="") as file:
        for count, line in enumerate(lines, 1):
            if is_abandoned():
                raise Abandoned
            file.write(line if count == 1 else f"\n{line}")
    return count
