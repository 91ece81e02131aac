"""What the service writes to its log: never SQL, rows, tokens or S3 paths.

An exception's message may quote any of these, so that a traceback here is made of places and types
only; whoever raises an error on purpose logs what the operator needs.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class PlacesFormatter(logging.Formatter):
    """Formats a record, and an exception without its message."""

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - logging's own name
        """Name the exceptions of the chain and the places they came through."""
        error = ei[1]
        lines: list[str] = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} raised through")
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "places": {
            "()": PlacesFormatter,
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "places"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        "gunicorn.access": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
        # It tells of every start and stop of a worker, which gunicorn does too.
        "uvicorn.error": {"level": "WARNING"},
        # These write what callers send.
        "connexion": {"level": "CRITICAL"},
        "sqlglot": {"level": "CRITICAL"},
        "botocore": {"level": "WARNING"},
    },
}
