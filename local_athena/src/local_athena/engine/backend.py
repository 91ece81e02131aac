"""What the engine asks of a backend: to plan statements, and to run them in sessions.

The engine owns the queue, the states and the limits; a backend knows SQL and data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from local_athena.engine.executions import Column

IsAbandoned = Callable[[], bool]
"""Whether nobody wants the outcome any more: the execution was cancelled, or took too long."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a successful statement; `queue_ms` was spent in a queue of the backend."""

    columns: tuple[Column, ...]
    rows: int
    scanned_bytes: int
    planning_ms: int
    engine_ms: int
    queue_ms: int = 0


class Abandoned(Exception):
    """The execution was cancelled or timed out."""


class Plan(Protocol):
    """A statement that a backend is ready to run."""

    @property
    def substatement(self) -> str:
        """The `SubstatementType` of the execution, such as `SELECT`."""


PlanT = TypeVar("PlanT", bound=Plan)
PlanT_contra = TypeVar("PlanT_contra", bound=Plan, contravariant=True)


class Session(Protocol[PlanT_contra]):
    """Runs statements one after the other, for one worker."""

    def prepare(self) -> None:
        """Get ready for the next statement, while no statement waits for this session."""

    def run(self, plan: PlanT_contra, result: Path, is_abandoned: IsAbandoned) -> Outcome:
        """Run a statement and write its result, in the format of `results`, to a file.

        Raises:
            StatementFailure: Athena would report the execution as FAILED.
            Abandoned: It was given up.
        """

    def interrupt(self) -> None:
        """Make the running statement end, from another thread.

        Called again and again until the statement has ended, so that force may follow a request.
        """

    def close(self) -> None:
        """Release memory and files."""


class Backend(Protocol[PlanT]):
    """Understands statements, and opens sessions to run them. Thread-safe."""

    def plan(self, sql: str, database: str) -> PlanT:
        """Plan a statement whose tables are in a database unless it says otherwise.

        Raises:
            MalformedQuery: The text does not parse.
            StatementFailure: Athena would accept it, and then report it as FAILED.
        """

    def open_session(self, folder: Path) -> Session[PlanT]:
        """Open a session; only it uses the folder."""
