"""The engine: the queue of statements, its workers and their limits.

Executions are asynchronous as on Athena: `start` returns at once, and the state changes later.
Knows no wire protocol.
"""

import logging
import queue
import re
import threading
from typing import Any

from local_athena.engine.backend import Backend, Plan
from local_athena.engine.execution_registry import ExecutionRegistry, ExecutionStore
from local_athena.engine.executions import Execution, Failure, Request
from local_athena.engine.parameters import bind_parameters
from local_athena.engine.result_files import ResultQuota
from local_athena.engine.result_reuse import find_reusable
from local_athena.engine.worker import Job, JobQueue, Worker
from local_athena.errors import StatementFailure
from local_athena.s3_api.object_store import ObjectStore
from local_athena.settings import LocalAthenaSettings
from local_athena.tables import CATALOG_NAME

_log = logging.getLogger(__name__)

_WATCH_INTERVAL_SECONDS = 0.1
# The database of Athena that a statement means when it and its context name none.
_DEFAULT_DATABASE = "default"
_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*|/\*.*?\*/)*+(\w*)", re.DOTALL)
_FAILED_KINDS = {"DESC": "DESCRIBE_TABLE", "DESCRIBE": "DESCRIBE_TABLE", "EXPLAIN": "EXPLAIN"}


class TooManyActiveQueries(Exception):
    """The quota on queued and running queries is used up."""


class Engine:
    """Runs statements on a backend.

    Args:
        settings: The limits, and the folder for state.
        backend: Understands and runs statements.
        objects: The object store for results.
    """

    def __init__(
        self, settings: LocalAthenaSettings, backend: Backend[Any], objects: ObjectStore
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._objects = objects
        self._registry = ExecutionRegistry(ExecutionStore(settings.state / "executions"))
        self._quota = ResultQuota(self._registry, objects, settings.max_results_bytes)
        self._start_lock = threading.Lock()
        self._jobs: JobQueue = queue.SimpleQueue()
        self._workers: list[Worker] = []
        self._closing = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="local-athena-watchdog")

    def open(self) -> None:
        """Start the workers."""
        self._workers = [self._worker(number) for number in range(self._settings.workers)]
        for thread in (*self._workers, self._watchdog):
            thread.start()

    def start(self, request: Request) -> str:
        """Queue a statement and return the id of its execution, or of the one it repeats.

        Raises:
            MalformedQuery: The text does not parse; nothing was started.
            IdempotentParameterMismatch: The token was used for another request.
            TooManyActiveQueries: The quota is used up.
        """
        if earlier := self._registry.find_repeated(request):
            return earlier.id
        plan = self._plan(request)
        with self._start_lock:
            # Another request may have brought the same token while this one was being parsed.
            if earlier := self._registry.find_repeated(request):
                return earlier.id
            self._check_quota()
            execution = self._registry.add(request, _substatement(plan, request.sql))
            if reusable := find_reusable(request, self._registry, self._objects):
                self._registry.change(execution.id, lambda each: each.reusing(reusable))
            else:
                self._jobs.put(Job(execution.id, plan))
        return execution.id

    def find(self, execution_id: str) -> Execution | None:
        """Look up an execution."""
        return self._registry.find(execution_id)

    def newest(self, workgroup: str, limit: int, before: int | None = None) -> list[Execution]:
        """List the executions of a workgroup, newest first, from below a sequence number."""
        return self._registry.newest(workgroup, limit, before)

    def stop(self, execution_id: str) -> None:
        """Cancel an execution; does nothing if it has finished."""
        if self._registry.change(execution_id, Execution.cancelled):
            self._interrupt(execution_id)

    def close(self) -> None:
        """Fail unfinished executions, and end all sessions and threads."""
        self._closing.set()
        self._registry.abandon("The endpoint stopped before the query finished")
        for _ in self._workers:
            self._jobs.put(None)
        for thread in (self._watchdog, *self._workers):
            while thread.is_alive():
                self._interrupt_abandoned()
                thread.join(timeout=_WATCH_INTERVAL_SECONDS)

    def _check_quota(self) -> None:
        limit = self._settings.max_active_queries
        if limit is not None and len(self._registry.active()) >= limit:
            raise TooManyActiveQueries

    def _plan(self, request: Request) -> Plan | StatementFailure:
        if request.catalog and request.catalog.lower() != CATALOG_NAME:
            return StatementFailure(
                "CATALOG_NOT_FOUND", f"Catalog '{request.catalog}' does not exist"
            )
        try:
            sql = bind_parameters(request.sql, request.parameters)
            plan: Plan = self._backend.plan(sql, request.database or _DEFAULT_DATABASE)
        except StatementFailure as failure:
            return failure
        return plan

    def _worker(self, number: int) -> Worker:
        folder = self._settings.state.resolve() / "workers" / str(number)
        return Worker(folder, self._jobs, self._registry, self._objects, self._backend)

    def _watch(self) -> None:
        while not self._closing.wait(_WATCH_INTERVAL_SECONDS):
            try:
                self._watch_once()
            except Exception:
                # One fault, such as a file that cannot be removed, must not end all limits.
                _log.exception("the limits could not be enforced this time")

    def _watch_once(self) -> None:
        for worker in self._workers:
            self._enforce_limits(worker)
        # An interrupt may come too early, and a backend may answer only a repeated one by force.
        self._interrupt_abandoned()
        self._quota.enforce()

    def _enforce_limits(self, worker: Worker) -> None:
        current = worker.current
        if current is None:
            return
        execution_id, seconds = current
        if seconds > self._settings.query_timeout_seconds:
            failure = Failure.of(StatementFailure("QUERY_TIMEOUT", "Query timeout"))
        elif worker.result_bytes() > self._settings.max_results_bytes:
            failure = Failure.internal("The result exceeds the room for results of this endpoint")
        else:
            return
        self._registry.change(execution_id, lambda execution: execution.failed(failure))

    def _interrupt_abandoned(self) -> None:
        for worker in self._workers:
            current = worker.current
            execution = self._registry.find(current[0]) if current else None
            if execution and execution.state.is_final:
                worker.interrupt(execution.id)

    def _interrupt(self, execution_id: str) -> None:
        for worker in self._workers:
            worker.interrupt(execution_id)


def _substatement(plan: Plan | StatementFailure, sql: str) -> str:
    if not isinstance(plan, StatementFailure):
        return plan.substatement
    first = _FIRST_WORD.match(sql)
    return _FAILED_KINDS.get(first[1].upper() if first else "", "SELECT")
