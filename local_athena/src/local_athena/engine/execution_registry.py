"""The registry of executions: the only way to change one, and the files that outlive the process.

Enforces the rules across threads and executions: final states do not change, a repeated token
returns the first execution, and a crash fails unfinished executions.
"""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from local_athena.engine.executions import (
    Column,
    Execution,
    Failure,
    Request,
    State,
    Statistics,
)

_log = logging.getLogger(__name__)

# Athena forgets an execution after 45 days.
HISTORY = timedelta(days=45)


class ExecutionStore:
    """The executions in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, execution: Execution) -> None:
        """Write an execution, replacing its file."""
        path = self._path(execution.id)
        # Replaced by a rename: a crash in between leaves the document before it.
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text(
            json.dumps(asdict(execution), default=datetime.isoformat), encoding="utf-8"
        )
        unfinished.replace(path)

    def forget(self, execution_id: str) -> None:
        """Delete the file of an execution."""
        self._path(execution_id).unlink(missing_ok=True)

    def load(self) -> list[Execution]:
        """Read all executions, in order of arrival."""
        return sorted(self._read(), key=lambda execution: execution.sequence)

    def _read(self) -> Iterator[Execution]:
        for path in self._folder.glob("*.json"):
            try:
                yield _execution(json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, KeyError, TypeError):
                _log.warning("%s is no execution and was left out", path.name)

    def _path(self, execution_id: str) -> Path:
        return self._folder / f"{execution_id}.json"


def _execution(document: dict[str, Any]) -> Execution:
    request = document["request"]
    failure = document["failure"]
    return Execution(
        **document
        | {
            "request": Request(**request | {"parameters": tuple(request["parameters"])}),
            "state": State(document["state"]),
            "submitted_at": datetime.fromisoformat(document["submitted_at"]),
            "completed_at": _moment(document["completed_at"]),
            "failure": Failure(**failure) if failure else None,
            "columns": tuple(Column(**column) for column in document["columns"]),
            "statistics": Statistics(**document["statistics"]),
        }
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class IdempotentParameterMismatch(Exception):
    """A ClientRequestToken was used before, with another request."""


class ExecutionRegistry:
    """Executions in memory and in a store. Thread-safe.

    `results` is the number of executions that have succeeded.
    """

    def __init__(self, store: ExecutionStore) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._executions: dict[str, Execution] = {}
        self._tokens: dict[str, str] = {}
        self.results = 0
        for execution in store.load():
            self._restore(execution)
        self.abandon("The endpoint stopped before the query finished")

    def find(self, execution_id: str) -> Execution | None:
        """Look up the current state of an execution."""
        return self._executions.get(execution_id)

    def newest(self, workgroup: str, limit: int, before: int | None = None) -> list[Execution]:
        """List the executions of a workgroup, newest first, from below a sequence number."""
        with self._lock:
            newest_first = reversed(self._executions.values())
            older = (each for each in newest_first if before is None or each.sequence < before)
            return list(islice((e for e in older if e.request.workgroup == workgroup), limit))

    def find_repeated(self, request: Request) -> Execution | None:
        """Find the execution that this request already started.

        Raises:
            IdempotentParameterMismatch: The token belongs to another request.
        """
        with self._lock:
            earlier = self._executions.get(self._tokens.get(request.client_request_token, ""))
        if earlier and not earlier.request.same_as(request):
            raise IdempotentParameterMismatch
        return earlier

    def add(self, request: Request, substatement: str) -> Execution:
        """Record a new execution as QUEUED."""
        with self._lock:
            last = next(reversed(self._executions.values()), None)
            execution = Execution(
                id=str(uuid.uuid4()),
                sequence=last.sequence + 1 if last else 1,
                request=request,
                substatement=substatement,
                submitted_at=datetime.now(UTC),
            )
            self._remember(execution)
            self._store.save(execution)
            return execution

    def change(self, execution_id: str, transition: Callable[[Execution], Execution]) -> bool:
        """Change an execution unless its state is final; return whether it changed."""
        with self._lock:
            # Under the lock, so that of two who end an execution the second one notices.
            current = self._executions[execution_id]
            if current.state.is_final:
                return False
            changed = transition(current)
            self._executions[execution_id] = changed
            self._keep(changed)
            self.results += changed.state is State.SUCCEEDED
            return True

    def abandon(self, reason: str) -> None:
        """Fail unfinished executions; their callers may start them again."""
        for execution in self.active():
            self.change(
                execution.id, lambda each: each.failed(Failure.internal(reason, retryable=True))
            )

    def active(self) -> list[Execution]:
        """Return queued and running executions."""
        with self._lock:
            return [each for each in self._executions.values() if not each.state.is_final]

    def succeeded(self) -> list[Execution]:
        """Return the executions that have or had a result, oldest first."""
        with self._lock:
            return [each for each in self._executions.values() if each.state is State.SUCCEEDED]

    def _restore(self, execution: Execution) -> None:
        if datetime.now(UTC) - execution.submitted_at > HISTORY:
            self._store.forget(execution.id)
        else:
            self._remember(execution)

    def _keep(self, execution: Execution) -> None:
        try:
            self._store.save(execution)
        except OSError:
            # A full disk shall not leave it RUNNING for those who wait.
            _log.exception("execution %s will be lost at a restart", execution.id)

    def _remember(self, execution: Execution) -> None:
        self._executions[execution.id] = execution
        self._tokens[execution.request.client_request_token] = execution.id
        self.results += execution.state is State.SUCCEEDED
