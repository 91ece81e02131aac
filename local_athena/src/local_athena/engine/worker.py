"""The worker thread, which runs statements from the queue one after the other.

Owns a session and a folder. The registry refuses a change after a final state: a query that was
stopped stays CANCELLED, and its result is never published.
"""

import logging
import queue
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_athena.engine.backend import Abandoned, Backend, Outcome, Plan
from local_athena.engine.execution_registry import ExecutionRegistry
from local_athena.engine.executions import (
    Execution,
    Failure,
    Statistics,
    milliseconds_since,
)
from local_athena.engine.result_metadata import encode_metadata
from local_athena.errors import StatementFailure
from local_athena.s3_api.object_store import ObjectInfo, ObjectStore, split_location

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A queued statement; `plan` is what to run, or the failure that Athena reports."""

    execution_id: str
    plan: Plan | StatementFailure


JobQueue = queue.SimpleQueue[Job | None]


class Worker(threading.Thread):
    """Runs jobs until the queue returns None."""

    def __init__(
        self,
        folder: Path,
        jobs: JobQueue,
        registry: ExecutionRegistry,
        objects: ObjectStore,
        backend: Backend[Any],
    ) -> None:
        super().__init__(name=f"local-athena-{folder.name}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._result = folder / "result"
        self._jobs = jobs
        self._registry = registry
        self._objects = objects
        self._session = backend.open_session(folder)
        self._job_lock = threading.Lock()
        self._current: tuple[str, float] | None = None

    def run(self) -> None:
        """Run the jobs of the queue."""
        while (job := self._next_job()) is not None:
            try:
                self._run_job(job)
            except Exception:
                # A full disk, for example, must cost one execution and not the worker.
                _log.exception("the state of execution %s could not be kept", job.execution_id)
        self._session.close()

    def _next_job(self) -> Job | None:
        # Before it takes a job: another worker may be ready.
        try:
            self._session.prepare()
        except Exception:
            _log.exception("a worker is not ready; the next query tries again")
        return self._jobs.get()

    @property
    def current(self) -> tuple[str, float] | None:
        """Return the running execution, and for how many seconds it has run."""
        current = self._current
        return current and (current[0], time.monotonic() - current[1])

    def result_bytes(self) -> int:
        """Return the size of the result so far."""
        try:
            return self._result.stat().st_size
        except FileNotFoundError:
            return 0

    def interrupt(self, execution_id: str) -> None:
        """Interrupt an execution, if it is still running."""
        # The lock keeps an interrupt from reaching the next execution in the same session.
        with self._job_lock:
            if self._current and self._current[0] == execution_id:
                self._session.interrupt()

    def _run_job(self, job: Job) -> None:
        if not self._registry.change(job.execution_id, Execution.running):
            return
        with self._job_lock:
            self._current = (job.execution_id, time.monotonic())
        try:
            self._finish(job, self._execute(job))
        except Abandoned:
            pass
        except StatementFailure as failure:
            self._fail(job, Failure.of(failure))
        except Exception:
            _log.exception("execution %s met a fault of the endpoint", job.execution_id)
            self._fail(job, Failure.internal("The endpoint could not run the query"))
        finally:
            with self._job_lock:
                self._current = None
            self._result.unlink(missing_ok=True)

    def _execute(self, job: Job) -> Outcome:
        if isinstance(job.plan, StatementFailure):
            raise job.plan
        return self._session.run(job.plan, self._result, lambda: self._is_final(job))

    def _finish(self, job: Job, outcome: Outcome) -> None:
        # Inside the change of state: a query stopped meanwhile must not leave a result behind.
        def publish(execution: Execution) -> Execution:
            limit = execution.request.scan_limit_bytes
            if limit is not None and outcome.scanned_bytes > limit:
                return execution.cut_off(_statistics(execution, outcome))
            started = time.perf_counter()
            # First: whoever sees the result finds what describes it.
            self._put(execution.metadata_location, self._metadata(execution, outcome))
            size = self._put(execution.result_location, self._result).size
            service_ms = round((time.perf_counter() - started) * 1000)
            statistics = _statistics(execution, outcome, size, service_ms)
            return execution.succeeded(outcome.columns, statistics)

        self._registry.change(job.execution_id, publish)

    def _put(self, location: str, content: Path) -> ObjectInfo:
        return self._objects.put(*split_location(location), content)

    def _metadata(self, execution: Execution, outcome: Outcome) -> Path:
        path = self._result.with_name("metadata")
        path.write_bytes(encode_metadata(execution.id, outcome.columns))
        return path

    def _fail(self, job: Job, failure: Failure) -> None:
        self._registry.change(job.execution_id, lambda execution: execution.failed(failure))

    def _is_final(self, job: Job) -> bool:
        execution = self._registry.find(job.execution_id)
        return execution is None or execution.state.is_final


def _statistics(
    execution: Execution, outcome: Outcome, output_bytes: int = 0, service_ms: int = 0
) -> Statistics:
    return Statistics(
        queue_ms=execution.statistics.queue_ms + outcome.queue_ms,
        planning_ms=outcome.planning_ms,
        engine_ms=outcome.engine_ms,
        service_ms=service_ms,
        total_ms=milliseconds_since(execution.submitted_at),
        scanned_bytes=outcome.scanned_bytes,
        output_rows=outcome.rows,
        output_bytes=output_bytes,
    )
