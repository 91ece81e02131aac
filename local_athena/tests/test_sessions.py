"""A session of the DuckDB backend: its process is interrupted, killed and replaced."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from local_athena.backends.duckdb.backend import DuckDbBackend
from local_athena.backends.duckdb.session import ProcessLimits, ProcessSession
from local_athena.backends.duckdb.statement_process import DatabaseOptions
from local_athena.engine.backend import Abandoned, Outcome
from local_athena.errors import StatementFailure

from tests.archive_tree import CATALOG
from tests.processes import children_of, is_running, limit_of, resident_bytes
from tests.statements import LARGE_RESULT, RECURSIVE, UNCOUNTED_MEMORY, UNINTERRUPTIBLE
from tests.waiting import wait_until

MIB = 1024**2
LIMITS = ProcessLimits(memory_bytes=600 * MIB, idle_bytes=384 * MIB, interrupt_seconds=10**9)
ADDRESS_SPACE_BYTES = 1536 * MIB


class Worker:
    """One session, and the thread that runs its statements."""

    def __init__(self, data: Path, folder: Path, limits: ProcessLimits) -> None:
        self._others = set(children_of(os.getpid()))
        options = DatabaseOptions(data, folder, 200 * MIB, 2, ADDRESS_SPACE_BYTES)
        # Each look at the clock is a second later.
        self.session = ProcessSession(options, limits, count().__next__)
        self.result = folder / "result"
        self._backend = DuckDbBackend(data, CATALOG, 200 * MIB, 2)
        self._thread = ThreadPoolExecutor(1)
        self._abandoned = threading.Event()

    def start(self, sql: str) -> Future[Outcome]:
        self._abandoned.clear()
        plan = self._backend.plan(sql, "data_hist")
        return self._thread.submit(self.session.run, plan, self.result, self._abandoned.is_set)

    def run(self, sql: str) -> Outcome:
        try:
            return self.start(sql).result()
        finally:
            self.prepare()

    def prepare(self) -> None:
        self._thread.submit(self.session.prepare).result()

    def cancel(self, running: Future[Outcome]) -> None:
        """Interrupt a statement until it has ended, as the engine does."""
        self._abandoned.set()
        wait_until(lambda: self.session.interrupt() or running.done(), "the statement ends")
        self.prepare()

    @property
    def pid(self) -> int:
        """The one process of the session."""
        (pid,) = set(children_of(os.getpid())) - self._others
        return pid

    def close(self) -> None:
        pid = self.pid
        # In the thread that may have started the process: Linux kills it with that thread.
        self._thread.submit(self.session.close).result()
        assert not is_running(pid)
        self._thread.shutdown()


@pytest.fixture
def limits() -> ProcessLimits:
    return LIMITS


@pytest.fixture
def worker(small_archive: Path, tmp_path: Path, limits: ProcessLimits) -> Iterator[Worker]:
    opened = Worker(small_archive, tmp_path, limits)
    yield opened
    opened.close()


def written(worker: Worker) -> bool:
    return worker.result.exists() and worker.result.stat().st_size > 0


def test_statements_follow_each_other_in_one_process(worker: Worker) -> None:
    pid = worker.pid

    outcomes = [worker.run("SELECT count(*) FROM events_v0").rows for _ in range(3)]

    assert outcomes == [1, 1, 1]
    assert worker.pid == pid


def test_a_failure_comes_with_its_position_and_costs_no_process(worker: Worker) -> None:
    pid = worker.pid

    with pytest.raises(StatementFailure, match="DIVISION_BY_ZERO"):
        worker.run("SELECT 1 / (customerid - customerid) FROM events_v0")

    assert worker.pid == pid
    assert worker.run("SELECT 1").rows == 1


def cancel_a_large_result(worker: Worker) -> None:
    """Cancel a statement once it has begun to write."""
    running = worker.start(LARGE_RESULT)
    wait_until(lambda: written(worker), "rows arrive")

    worker.cancel(running)

    assert isinstance(running.exception(), Abandoned)


def test_an_interrupt_ends_a_statement_and_leaves_its_process(worker: Worker) -> None:
    pid = worker.pid

    cancel_a_large_result(worker)

    assert worker.run("SELECT 1").rows == 1
    assert worker.pid == pid


@pytest.mark.parametrize("limits", [replace(LIMITS, interrupt_seconds=3)])
@pytest.mark.parametrize("sql", [UNINTERRUPTIBLE, RECURSIVE])
def test_a_statement_that_does_not_end_is_killed(worker: Worker, sql: str) -> None:
    worker.run("SELECT 1")
    pid = worker.pid
    running = worker.start(sql)

    worker.cancel(running)

    assert isinstance(running.exception(), Abandoned)
    assert worker.run("SELECT 1").rows == 1
    assert is_running(pid) == (worker.pid == pid)


@pytest.mark.parametrize("limits", [replace(LIMITS, interrupt_seconds=0)])
def test_a_new_process_takes_over_after_a_kill(worker: Worker) -> None:
    pid = worker.pid

    cancel_a_large_result(worker)

    assert worker.run("SELECT 1").rows == 1
    assert worker.pid != pid
    assert not is_running(pid)


@pytest.mark.parametrize("limits", [replace(LIMITS, interrupt_seconds=0)])
def test_spilled_data_goes_with_a_killed_process(worker: Worker, tmp_path: Path) -> None:
    running = worker.start(
        "SELECT x, y, lpad('', 100, 'z') FROM UNNEST(sequence(1, 10000)) AS a (x) "
        "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y) ORDER BY x * 7919 % 10007, y"
    )
    wait_until(lambda: any(tmp_path.glob("spill/*")), "data spills to disk")

    worker.cancel(running)

    assert not any(tmp_path.glob("spill/*"))


def test_an_interrupt_between_statements_reaches_none(worker: Worker) -> None:
    worker.session.interrupt()

    assert worker.run("SELECT 1").rows == 1


def test_a_process_that_the_system_kills_fails_its_statement_alone(worker: Worker) -> None:
    running = worker.start(LARGE_RESULT)
    wait_until(lambda: written(worker), "rows arrive")

    os.kill(worker.pid, signal.SIGKILL)

    failure = running.exception()
    assert isinstance(failure, StatementFailure)
    assert str(failure) == (
        "GENERIC_INTERNAL_ERROR: The process that ran the query ended (SIGKILL)"
    )
    assert failure.retryable
    assert worker.run("SELECT 1").rows == 1


def test_nobody_notices_that_an_idle_process_was_killed(worker: Worker) -> None:
    pid = worker.pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), "the process ends")

    assert worker.run("SELECT 1").rows == 1


@pytest.mark.parametrize("sql", [UNINTERRUPTIBLE, UNCOUNTED_MEMORY])
def test_memory_that_duckdb_does_not_count_is_limited(worker: Worker, sql: str) -> None:
    with pytest.raises(StatementFailure, match="EXCEEDED_MEMORY_LIMIT: Query exceeded memory"):
        worker.run(sql)

    assert resident_bytes(worker.pid) <= LIMITS.idle_bytes
    assert worker.run("SELECT 1").rows == 1


@pytest.mark.parametrize("limits", [replace(LIMITS, memory_bytes=2**62)])
def test_the_system_limits_what_no_look_at_the_memory_sees(worker: Worker) -> None:
    with pytest.raises(StatementFailure, match="EXCEEDED_MEMORY_LIMIT"):
        worker.run(UNCOUNTED_MEMORY)

    assert worker.run("SELECT 1").rows == 1
    assert limit_of(worker.pid, "Max address space") == str(ADDRESS_SPACE_BYTES)
    assert limit_of(worker.pid, "Max core file size") == "0"


def test_memory_that_a_statement_leaves_behind_is_given_back(worker: Worker) -> None:
    with pytest.raises(StatementFailure, match="EXCEEDED_MEMORY_LIMIT"):
        worker.run(
            "SELECT cardinality(array_agg(x * y)) FROM UNNEST(sequence(1, 10000)) AS a (x) "
            "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y)"
        )

    assert resident_bytes(worker.pid) <= LIMITS.idle_bytes


def test_ctrl_c_in_a_terminal_does_not_reach_the_process(worker: Worker) -> None:
    assert os.getpgid(worker.pid) != os.getpgrp()
