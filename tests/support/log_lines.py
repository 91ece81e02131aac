"""The lines that the service logs, as it writes them."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from data_hist.observability.logs import LOGGING, JsonFormatter

# It only turns a hang into a failure.
DEADLINE_SECONDS = 120.0


class LogLines:
    """Lines in the order they were written; a line may come after the answer that it is about."""

    def __init__(self) -> None:
        self._text = ""
        self._more = threading.Condition()

    @property
    def text(self) -> str:
        with self._more:
            return self._text

    def write(self, text: str) -> None:
        with self._more:
            self._text += text
            self._more.notify_all()

    def about(self, request_id: str) -> dict[str, Any]:
        """The one line that tells how a request went."""
        (line,) = (line for line in self.during(request_id) if line["message"] == "request")
        return line

    def during(self, request_id: str) -> list[dict[str, Any]]:
        """All lines of a request; the one that tells how it went is waited for."""
        with self._more:
            assert self._more.wait_for(lambda: self._is_told(request_id), DEADLINE_SECONDS)
            return self._lines(request_id)

    def _is_told(self, request_id: str) -> bool:
        return any(line["message"] == "request" for line in self._lines(request_id))

    def _lines(self, request_id: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self._text.splitlines())
        return [line for line in lines if line.get("request_id") == request_id]


class RequestLines(io.TextIOBase):
    """Where services in this process write the lines of their requests: to whoever reads them."""

    def __init__(self) -> None:
        self.readers: list[LogLines] = []

    def write(self, text: str) -> int:
        for reader in tuple(self.readers):
            reader.write(text)
        return len(text) if self.readers else sys.stderr.write(text)


REQUEST_LINES = RequestLines()


@contextmanager
def log_lines() -> Iterator[LogLines]:
    """Take the lines that are logged meanwhile, at the levels of the service's configuration."""
    lines = LogLines()
    handler = logging.StreamHandler(_Stream(lines))
    handler.setFormatter(JsonFormatter())
    levels = {
        name: logger["level"] for name, logger in LOGGING["loggers"].items() if name != "asyncio"
    }
    # gunicorn's worker hands the level on; the client of the tests is in this process, too.
    levels |= {"": "INFO", "uvicorn.access": levels["gunicorn.access"], "httpx": "WARNING"}
    before = {name: logging.getLogger(name).level for name in levels}
    logging.getLogger().addHandler(handler)
    try:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        REQUEST_LINES.readers.append(lines)
        yield lines
    finally:
        for name, level_before in before.items():
            logging.getLogger(name).setLevel(level_before)
        logging.getLogger().removeHandler(handler)
        REQUEST_LINES.readers.remove(lines)


class _Stream(io.TextIOBase):
    def __init__(self, lines: LogLines) -> None:
        self._lines = lines

    def write(self, text: str) -> int:
        self._lines.write(text)
        return len(text)
