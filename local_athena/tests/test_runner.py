"""The process that runs statements, without the process: what an interrupt reaches."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.dialect import translate
from local_athena.backends.duckdb.runner import Runner
from local_athena.backends.duckdb.statement_process import Fault, Task
from local_athena.engine.backend import Abandoned, IsAbandoned, Outcome
from local_athena.errors import StatementFailure
from local_athena.tables import Catalog

OUTCOME = Outcome((), rows=1, scanned_bytes=0, planning_ms=0, engine_ms=0)


class FakeDatabase:
    """Does in its statement what a test says, and counts interrupts."""

    def __init__(self, during: Callable[[], None]) -> None:
        self.interrupts = 0
        self._during = during

    def run(self, _plan: object, _result: Path, is_abandoned: IsAbandoned) -> Outcome:
        self._during()
        if is_abandoned():
            raise Abandoned
        return OUTCOME

    def interrupt(self) -> None:
        self.interrupts += 1


def task(number: int) -> Task:
    return Task(number, translate("SELECT 1", Catalog(), "default"), Path("result"))


def runner_of(database: FakeDatabase) -> Runner:
    return Runner(cast(Database, database))


def test_an_interrupt_reaches_the_statement_that_runs() -> None:
    database = FakeDatabase(lambda: runner.interrupt(7))
    runner = runner_of(database)

    assert isinstance(runner.run(task(7)), Abandoned)
    assert database.interrupts == 1


def test_a_late_interrupt_reaches_nothing() -> None:
    database = FakeDatabase(lambda: runner.interrupt(6))
    runner = runner_of(database)

    assert runner.run(task(7)) == OUTCOME
    runner.interrupt(7)
    assert runner.run(task(8)) == OUTCOME
    assert database.interrupts == 0


def test_an_early_interrupt_abandons_its_statement() -> None:
    runner = runner_of(FakeDatabase(lambda: None))

    runner.interrupt(7)

    assert isinstance(runner.run(task(7)), Abandoned)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (MemoryError(), "EXCEEDED_MEMORY_LIMIT"),
        (StatementFailure("TYPE_MISMATCH", "x", line=2, column=3), "TYPE_MISMATCH"),
    ],
)
def test_a_failure_is_the_reply(error: Exception, name: str) -> None:
    reply = runner_of(FakeDatabase(lambda: fail(error))).run(task(1))

    assert isinstance(reply, StatementFailure)
    assert reply.name == name


def test_a_fault_is_told_with_its_traceback() -> None:
    reply = runner_of(FakeDatabase(lambda: fail(ValueError("broken")))).run(task(1))

    assert isinstance(reply, Fault)
    assert reply.traceback.startswith("Traceback")
    assert reply.traceback.endswith("ValueError: broken\n")


def fail(error: Exception) -> None:
    raise error
