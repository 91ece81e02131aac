"""The process that runs the statements of a session, one after the other.

`statement_process` starts it and may kill it at any moment. It ends with the process that started
it, whatever it is doing.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.statement_process import (
    NUMBER_BYTES,
    DatabaseOptions,
    Fault,
    Reply,
    Task,
    memory_failure,
)
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.converted_files import ConvertedFiles
from local_athena.engine.backend import Abandoned
from local_athena.errors import StatementFailure

_PR_SET_PDEATHSIG = 1


class Runner:
    """Runs tasks in a database, and interrupts them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Keeps an interrupt from reaching the next statement.
        self._lock = threading.Lock()
        self._running: int | None = None
        self._last_interrupted = 0

    def run(self, task: Task) -> Reply:
        """Run a statement and return what the session raises or returns."""
        with self._lock:
            self._running = task.number
        try:
            return self._database.run(
                task.plan, task.result, lambda: self._last_interrupted >= task.number
            )
        except (Abandoned, StatementFailure) as outcome:
            return outcome
        except MemoryError:
            return memory_failure()
        except Exception:
            return Fault(traceback.format_exc())
        finally:
            with self._lock:
                self._running = None

    def interrupt(self, number: int) -> None:
        """Interrupt a statement, if it is the one that runs; from another thread."""
        with self._lock:
            self._last_interrupted = number
            if self._running == number:
                self._database.interrupt()


def main() -> None:
    """Run the tasks that come through the socket whose descriptor is the first argument."""
    die_with_parent()
    connection = Connection(int(sys.argv[1]))
    options: DatabaseOptions = connection.recv()
    limit_memory(options.address_space_bytes)
    runner = Runner(_open_database(options))
    threading.Thread(target=_listen, args=(runner,), daemon=True).start()
    connection.send("ready")
    while True:
        connection.send(runner.run(connection.recv()))


def die_with_parent() -> None:
    """Let the kernel kill this process with its parent, even if no thread can notice the end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit_memory(address_space_bytes: int) -> None:
    """Bound the memory of this process, and let the system end it first where memory is short."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY or address_space_bytes < most:
        resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
    # A crash would write all memory to disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _open_database(options: DatabaseOptions) -> Database:
    archive = Archive(options.archive, ConvertedFiles(options.conversion))
    memory_limit = f"{options.memory_limit_bytes}B"
    return Database(archive, options.folder, memory_limit, options.threads)


def _listen(runner: Runner) -> None:
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as control:
        while number := control.read(NUMBER_BYTES):
            runner.interrupt(int.from_bytes(number))
    # The server has ended, and nobody waits for the statement.
    os._exit(0)


if __name__ == "__main__":
    main()
