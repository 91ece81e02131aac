"""Store executions as files, so that they outlive the process.

One JSON document per execution, replaced atomically.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
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
