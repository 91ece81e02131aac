"""A session whose statements run in a process that can be killed.

Decides when a process is killed and when another one takes its place.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local_athena.backends.duckdb.converter import Converter
from local_athena.backends.duckdb.database import ScanOutcome
from local_athena.backends.duckdb.dialect import Translation
from local_athena.backends.duckdb.statement_process import (
    DatabaseOptions,
    Fault,
    MemoryExceeded,
    ProcessEnded,
    Reply,
    StatementProcess,
    Task,
    memory_failure,
)
from local_athena.engine.backend import Abandoned, IsAbandoned, Outcome
from local_athena.errors import StatementFailure


@dataclass(frozen=True)
class ProcessLimits:
    """When a process is killed.

    Attributes:
        memory_bytes: The resident memory at which its statement fails.
        idle_bytes: The resident memory at which it is replaced between two statements.
        interrupt_seconds: How long an interrupted statement may take to end.
    """

    memory_bytes: int
    idle_bytes: int
    interrupt_seconds: float


class RunnerFault(Exception):
    """The process met a fault of the program; the text is its traceback."""


class ProcessSession:
    """Runs statements in a process of its own; see `Session`."""

    def __init__(
        self,
        options: DatabaseOptions,
        limits: ProcessLimits,
        clock: Callable[[], float] = time.monotonic,
        converter: Converter | None = None,
    ) -> None:
        self._options = options
        self._converter = converter
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._number = 0
        self._is_running = False
        self._interrupted_at: float | None = None
        self._process = StatementProcess(options)

    def prepare(self) -> None:
        """Replace a process that has ended or holds much memory, and wait until it is ready."""
        if self._process.was_killed or self._process.has_ended() or self._is_large():
            self._replace()
        self._process.wait_until_ready()

    def run(self, plan: Translation, result: Path, is_abandoned: IsAbandoned) -> Outcome:
        """Run a statement; see `Session.run`.

        Raises:
            RunnerFault: The process met a fault.
        """
        reply = self._run(Task(self._begin(), plan, result))
        if is_abandoned():
            raise Abandoned
        if isinstance(reply, ScanOutcome) and self._converter:
            self._converter.start(reply.conversion)
        if isinstance(reply, Outcome):
            return reply
        if isinstance(reply, Fault):
            raise RunnerFault(reply.traceback)
        raise reply

    def interrupt(self) -> None:
        """Interrupt the statement; kill the process if it has not ended after a while."""
        with self._lock:
            if not self._is_running:
                return
            now = self._clock()
            if self._interrupted_at is None:
                self._interrupted_at = now
            if now - self._interrupted_at < self._limits.interrupt_seconds:
                self._process.interrupt(self._number)
            else:
                self._process.kill()

    def close(self) -> None:
        """End the process."""
        self._process.close()
        self._remove_spilled_data()
        if self._converter:
            self._converter.close()

    def _is_large(self) -> bool:
        return self._process.resident_bytes() > self._limits.idle_bytes

    def _begin(self) -> int:
        self.prepare()
        with self._lock:
            self._number += 1
            self._interrupted_at = None
            self._is_running = True
        return self._number

    def _run(self, task: Task) -> Reply:
        try:
            reply = self._process.run(task, self._limits.memory_bytes)
        except ProcessEnded as ended:
            text = f"The process that ran the query ended ({ended})"
            reply = StatementFailure("GENERIC_INTERNAL_ERROR", text, retryable=True)
        except MemoryExceeded:
            self._process.kill()
            reply = memory_failure()
        finally:
            with self._lock:
                self._is_running = False
        return reply

    def _replace(self) -> None:
        self._process.close()
        self._remove_spilled_data()
        process = StatementProcess(self._options)
        with self._lock:
            self._process = process

    def _remove_spilled_data(self) -> None:
        # A process that is killed leaves it behind.
        shutil.rmtree(self._options.folder / "spill", ignore_errors=True)
