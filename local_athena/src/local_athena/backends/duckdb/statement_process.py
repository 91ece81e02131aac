"""The handle of a process that runs statements: its messages, its memory and its end.

`runner` is the other side: it reads tasks from a socket, and numbers of statements to interrupt
from its standard input.
"""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import IO, cast

from local_athena.backends.duckdb.dialect import Translation
from local_athena.backends.duckdb.storage.converted_files import ConversionOptions
from local_athena.engine.backend import Abandoned, Outcome
from local_athena.errors import StatementFailure

# Bytes of a statement's number on the standard input of the process.
NUMBER_BYTES = 8

_RUNNER = "local_athena.backends.duckdb.runner"
_START_SECONDS = 60.0
_WATCH_INTERVAL_SECONDS = 0.1
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class DatabaseOptions:
    """What a process needs to open its DuckDB, and its limit on address space in bytes.

    Without `conversion`, there are no converted files.
    """

    archive: Path
    folder: Path
    memory_limit_bytes: int
    threads: int
    address_space_bytes: int
    conversion: ConversionOptions | None = None


@dataclass(frozen=True)
class Task:
    """A statement to run; numbers grow from task to task."""

    number: int
    plan: Translation
    result: Path


@dataclass(frozen=True)
class Fault:
    """An exception that is a fault of the program, as a traceback."""

    traceback: str


Reply = Outcome | StatementFailure | Abandoned | Fault


def memory_failure() -> StatementFailure:
    """Make the failure of a statement that needs more memory than there is."""
    return StatementFailure("EXCEEDED_MEMORY_LIMIT", "Query exceeded memory limit")


class ProcessEnded(Exception):
    """The process ended before it replied."""


class MemoryExceeded(Exception):
    """The process has more memory than it may have."""


class StatementProcess:
    """A running process; it ends with this one, however this one ends.

    `was_killed` tells that it ends soon, if it has not ended.
    """

    def __init__(self, options: DatabaseOptions) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-P", "-m", _RUNNER, str(theirs.fileno())],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C in a terminal is for the server, which ends its processes itself.
                start_new_session=True,
            )
        self._is_ready = False
        self.was_killed = False
        # An interrupt must never wait for a process that does not read.
        os.set_blocking(self._control.fileno(), False)
        self._send(options)

    def wait_until_ready(self) -> None:
        """Wait until the process can run a statement, or has ended."""
        if not self._is_ready:
            with contextlib.suppress(EOFError, OSError):
                if self._connection.poll(_START_SECONDS):
                    self._connection.recv()
                else:
                    self.kill()
            self._is_ready = True

    def run(self, task: Task, memory_bytes: int) -> Reply:
        """Run a statement and wait for the reply; only a kill interrupts the wait.

        Raises:
            ProcessEnded: The process ended.
            MemoryExceeded: It has more resident memory than `memory_bytes`; it still runs.
        """
        self._send(task)
        try:
            while not self._connection.poll(_WATCH_INTERVAL_SECONDS):
                if self.resident_bytes() > memory_bytes:
                    raise MemoryExceeded
            reply: Reply = self._connection.recv()
        except (EOFError, OSError) as error:
            raise ProcessEnded(self._end()) from error
        return reply

    def interrupt(self, number: int) -> None:
        """Ask the process to interrupt a statement, if it still runs."""
        with contextlib.suppress(BrokenPipeError):
            self._control.write(number.to_bytes(NUMBER_BYTES))

    def kill(self) -> None:
        """Kill the process, from any thread; `run` notices it."""
        self.was_killed = True
        self._process.kill()

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def resident_bytes(self) -> int:
        """Return the memory that the process has now; 0 if the system does not tell."""
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            return 0
        return int(pages[1]) * _PAGE_BYTES

    def close(self) -> None:
        """End the process and wait for its end."""
        self._process.kill()
        self._process.wait()
        self._control.close()
        self._connection.close()

    @property
    def _control(self) -> IO[bytes]:
        # Popen makes it for PIPE.
        return cast(IO[bytes], self._process.stdin)

    def _send(self, message: DatabaseOptions | Task) -> None:
        # The process may have ended; the next receive tells.
        with contextlib.suppress(OSError):
            self._connection.send(message)

    def _end(self) -> str:
        """Wait for the end of a process that has closed its socket, and describe the end."""
        self.kill()
        status = self._process.wait()
        return f"status {status}" if status >= 0 else signal.Signals(-status).name
