"""Keeps executions in files, so that they outlive the process that ran them.

One JSON document for each execution, replaced in one step, so that a crash leaves the old one or
the new one. What the states mean is `engine`'s business.
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
        """Write the execution, over what was known of it."""
        path = self._path(execution.id)
        # Replaced by a rename: a crash in between leaves the document before it.
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text(
            json.dumps(asdict(execution), default=datetime.isoformat), encoding="utf-8"
        )
        unfinished.replace(path)

    def forget(self, execution_id: str) -> None:
        """Remove the execution's file."""
        self._path(execution_id).unlink(missing_ok=True)

    def load(self) -> list[Execution]:
        """Read all executions, in the order of their arrival."""
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
