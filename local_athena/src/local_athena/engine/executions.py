"""The execution of a statement: its request, state and outcome.

Immutable values: each change of state makes a new one, so that readers never see half a change.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from local_athena.engine.same_query import is_same_query
from local_athena.errors import ErrorCategory, StatementFailure

_DML = frozenset({"SELECT", "EXPLAIN"})
# Their results are rows of values, below the names of the columns.
_WITH_ROWS = frozenset({"SELECT", "SHOW_FUNCTIONS"})
_WITHOUT_UPDATE_COUNT = frozenset({"EXPLAIN", "DESCRIBE_TABLE", "SHOW_CREATE_TABLE"})


class State(StrEnum):
    """The states of an execution, as Athena names them."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether the state is final."""
        return self not in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class Request:
    """A request to StartQueryExecution.

    Attributes:
        output_location: The effective one.
        reuse_minutes: How old a result may be to be used again; None to run the statement.
        scan_limit_bytes: After how many scanned bytes it is cancelled; None for no limit.
    """

    sql: str
    catalog: str | None
    database: str | None
    workgroup: str
    output_location: str
    client_request_token: str
    parameters: tuple[str, ...] = ()
    reuse_minutes: int | None = None
    scan_limit_bytes: int | None = None

    def same_as(self, other: "Request") -> bool:
        """Whether Athena treats both as the same request; it does not compare parameters."""
        return self._identity == other._identity

    def has_result_of(self, other: "Request") -> bool:
        """Whether the result of the other request is also the result of this one."""
        same_place = (self.workgroup, self.parameters) == (other.workgroup, other.parameters)
        return same_place and self._place == other._place and is_same_query(self.sql, other.sql)

    @property
    def _identity(self) -> tuple[str | None, ...]:
        return (self.sql, *self._place)

    @property
    def _place(self) -> tuple[str | None, ...]:
        return (self.catalog, self.database, self.output_location)


@dataclass(frozen=True)
class Failure:
    """Why an execution is FAILED; `message` is its StateChangeReason."""

    message: str
    category: int
    number: int
    retryable: bool = False

    @classmethod
    def of(cls, failure: StatementFailure) -> "Failure":
        """Make the failure from an exception of the backend."""
        return cls(str(failure), int(failure.category), failure.number, failure.retryable)

    @classmethod
    def internal(cls, text: str, *, retryable: bool = False) -> "Failure":
        """Make the failure for a fault of the emulator itself."""
        return cls(f"GENERIC_INTERNAL_ERROR: {text}", int(ErrorCategory.SYSTEM), 200, retryable)


@dataclass(frozen=True)
class Column:
    """A column of a result, as in ColumnInfo."""

    name: str
    type: str
    precision: int
    scale: int
    case_sensitive: bool


@dataclass(frozen=True)
class Statistics:
    """Times, and bytes read and written."""

    queue_ms: int = 0
    planning_ms: int = 0
    engine_ms: int = 0
    service_ms: int = 0
    total_ms: int = 0
    scanned_bytes: int = 0
    output_rows: int = 0
    output_bytes: int = 0


@dataclass(frozen=True)
class Execution:
    """The execution of one statement.

    Attributes:
        sequence: Orders executions by arrival.
        reused: The execution whose result it uses again; None if it has a result of its own.
    """

    id: str
    sequence: int
    request: Request
    substatement: str
    submitted_at: datetime
    state: State = State.QUEUED
    completed_at: datetime | None = None
    failure: Failure | None = None
    state_change_reason: str | None = None
    columns: tuple[Column, ...] = ()
    statistics: Statistics = field(default_factory=Statistics)
    reused: str | None = None

    @property
    def statement_type(self) -> str:
        """The `StatementType`: `DML`, or `UTILITY` for SHOW and DESCRIBE."""
        return "DML" if self.substatement in _DML else "UTILITY"

    @property
    def is_text(self) -> bool:
        """Whether the result is lines of text rather than rows of values."""
        return self.substatement not in _WITH_ROWS

    @property
    def counts_updates(self) -> bool:
        """Whether the result tells a number of updated rows, which is 0 for what only reads."""
        return self.substatement not in _WITHOUT_UPDATE_COUNT

    @property
    def result_location(self) -> str:
        """The S3 URL of the result, known before the result exists."""
        extension = "txt" if self.is_text else "csv"
        return f"{self.request.output_location.rstrip('/')}/{self.reused or self.id}.{extension}"

    @property
    def metadata_location(self) -> str:
        """The S3 URL of the description of the result's columns."""
        return f"{self.result_location}.metadata"

    def running(self) -> "Execution":
        """Return the execution as RUNNING."""
        waited_ms = milliseconds_since(self.submitted_at)
        return replace(
            self, state=State.RUNNING, statistics=replace(self.statistics, queue_ms=waited_ms)
        )

    def succeeded(self, columns: tuple[Column, ...], statistics: Statistics) -> "Execution":
        """Return the execution as SUCCEEDED, with a result."""
        return self._finished(State.SUCCEEDED, columns=columns, statistics=statistics)

    def reusing(self, earlier: "Execution") -> "Execution":
        """Return the execution as SUCCEEDED, with the result of an earlier one; it read nothing."""
        statistics = Statistics(output_rows=earlier.statistics.output_rows)
        return self._finished(
            State.SUCCEEDED, columns=earlier.columns, statistics=statistics, reused=earlier.id
        )

    def failed(self, failure: Failure) -> "Execution":
        """Return the execution as FAILED, for a reason."""
        return self._finished(State.FAILED, failure=failure, state_change_reason=failure.message)

    def cancelled(self) -> "Execution":
        """Return the execution as CANCELLED."""
        return self._finished(State.CANCELLED, state_change_reason="Query cancelled by user")

    def cut_off(self, statistics: Statistics) -> "Execution":
        """Return the execution as CANCELLED, because it scanned more than its workgroup allows."""
        reason = "Bytes scanned limit was exceeded"
        return self._finished(State.CANCELLED, state_change_reason=reason, statistics=statistics)

    def _finished(self, state: State, **changes: object) -> "Execution":
        finished = replace(self, state=state, completed_at=datetime.now(UTC), **changes)  # type: ignore[arg-type]  # each caller names fields of this class
        statistics = finished.statistics
        total_ms = milliseconds_since(self.submitted_at)
        engine_ms = statistics.engine_ms or total_ms - statistics.queue_ms
        return replace(
            finished, statistics=replace(statistics, total_ms=total_ms, engine_ms=engine_ms)
        )


def milliseconds_since(moment: datetime) -> int:
    """Return the milliseconds since a time."""
    return int((datetime.now(UTC) - moment).total_seconds() * 1000)
