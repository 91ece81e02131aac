"""Runs statements on the embedded engine, in this process, and interrupts those that do not end."""

from dataclasses import dataclass

from local_athena.errors import MalformedQuery, StatementFailure

from tests.dialect.running import Endpoint
from tests.oracle.goldens import Row


@dataclass(frozen=True)
class Answer:
    """What the embedded engine gave: types and rows, or an error."""

    types: list[str] | None = None
    rows: list[Row] | None = None
    error: str | None = None
    message: str | None = None
    position: list[int] | None = None


class EmbeddedEngine:
    """A database with the dialect installed, opened anew after an internal error.

    Args:
        deadline_seconds: How long a statement may run before it is interrupted.
    """

    def __init__(self, deadline_seconds: float) -> None:
        self._deadline_seconds = deadline_seconds
        self._endpoint = Endpoint()

    def close(self) -> None:
        """Close the database."""
        self._endpoint.close()

    def answer(self, sql: str) -> Answer:
        """Run one statement."""
        try:
            return self._run(sql)
        except MalformedQuery as error:
            return Answer(
                error="SYNTAX_ERROR", message=error.text, position=[error.line, error.column]
            )
        except StatementFailure as failure:
            return _failed(failure)
        except Exception as error:
            # The engine reports whatever else is raised as a fault of its own.
            self._endpoint.close()
            self._endpoint = Endpoint()
            text = f"{type(error).__name__}: {error}"
            return Answer(error="GENERIC_INTERNAL_ERROR", message=text)

    def _run(self, sql: str) -> Answer:
        result = self._endpoint.run(sql, deadline_seconds=self._deadline_seconds)
        return Answer(result.types, result.rows)


def _failed(failure: StatementFailure) -> Answer:
    position = None
    if failure.line is not None and failure.column is not None:
        position = [failure.line, failure.column]
    return Answer(error=failure.name, message=failure.text, position=position)
