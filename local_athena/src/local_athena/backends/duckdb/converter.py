"""The process that converts files that statements have read, and its handle.

It runs with the lowest priority, one at a time, and ends when it has converted the files of a task.
What goes wrong with a file is for the statements to say that read it.
"""

import contextlib
import errno
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from shutil import disk_usage

import duckdb

from local_athena.backends.duckdb.runner import die_with_parent, limit_memory
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.converted_files import (
    SUFFIX,
    Conversion,
    ConversionOptions,
    ConversionTask,
    copy_records,
)
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.odd_files import OddFiles
from local_athena.backends.duckdb.storage.partitions import DataFile
from local_athena.backends.duckdb.storage.record_functions import install_record_functions

_log = logging.getLogger(__name__)

_MODULE = "local_athena.backends.duckdb.converter"
_UNFINISHED = ".unfinished"
_ODD_FILES = "lines"
_LEAST_PRIORITY = 19
_MOST_REMEMBERED = 100_000


@dataclass(frozen=True)
class ConverterLimits:
    """The memory of the process."""

    memory_limit_bytes: int
    address_space_bytes: int


class Converter:
    """Starts a process for a task unless one runs; each file is tried once.

    Thread-safe.
    """

    def __init__(self, archive: Path, options: ConversionOptions, limits: ConverterLimits) -> None:
        self._archive = archive
        self._options = options
        self._limits = limits
        self._lock = threading.Lock()
        self._tried: set[Path] = set()
        self._has_ended = False
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: threading.Thread | None = None

    def start(self, task: ConversionTask) -> None:
        """Convert the files of a task in the background, if nothing else is being converted."""
        with self._lock:
            self._tried -= task.used
            new = {each.target: each for each in task.conversions if each.target not in self._tried}
            if not new or self._has_ended or (self._waiting and self._waiting.is_alive()):
                return
            if len(self._tried) > _MOST_REMEMBERED:
                self._tried.clear()
            self._tried.update(new)
            self._run(ConversionTask(tuple(new.values()), task.used))

    def close(self) -> None:
        """End the process, remove what it has begun, and start none again."""
        with self._lock:
            self._has_ended = True
            if self._process and self._waiting:
                self._process.kill()
                self._waiting.join()
                _remove_unfinished(self._options.folder)

    def join(self) -> None:
        """Wait until nothing is being converted."""
        if waiting := self._waiting:
            waiting.join()

    def _run(self, task: ConversionTask) -> None:
        connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._waiting = threading.Thread(
            target=self._wait, args=(self._process, connection, task), name="local-athena-converter"
        )
        self._waiting.start()

    def _wait(
        self, process: subprocess.Popen[bytes], connection: Connection, task: ConversionTask
    ) -> None:
        with connection, contextlib.suppress(EOFError, OSError):
            connection.send((self._archive, self._options, self._limits, task))
            if trouble := connection.recv():
                self._has_ended = True
                text = "Files are read anew for each query, as they cannot be converted: %s"
                _log.warning(text, trouble)
        process.wait()


class _Room:
    """The disk space of the converted files; those that were not used for longest make room."""

    def __init__(self, options: ConversionOptions, needed: frozenset[Path]) -> None:
        self._total_bytes = options.total_bytes
        files = [(path.stat(), path) for path in options.folder.glob(f"*{SUFFIX}")]
        self._used_bytes = sum(status.st_size for status, _ in files)
        files.sort(key=lambda file: file[0].st_mtime_ns, reverse=True)
        self._oldest_last = [(s.st_size, path) for s, path in files if path not in needed]

    def take(self, size: int) -> bool:
        """Take room for a file; False if there is not enough."""
        while self._used_bytes + size > self._total_bytes and self._oldest_last:
            freed, path = self._oldest_last.pop()
            path.unlink(missing_ok=True)
            self._used_bytes -= freed
        if self._used_bytes + size > self._total_bytes:
            return False
        self._used_bytes += size
        return True


def main() -> None:
    """Run the task that comes through the socket whose descriptor is the first argument."""
    die_with_parent()
    os.nice(_LEAST_PRIORITY)
    connection = Connection(int(sys.argv[1]))
    archive, options, limits, task = connection.recv()
    limit_memory(limits.address_space_bytes)
    threading.Thread(target=_end_with_parent, args=(connection,), daemon=True).start()
    connection.send(convert(archive, options, limits, task))
    # At an ordinary end, DuckDB's module tells of objects that are left.
    os._exit(0)


def _end_with_parent(connection: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        connection.recv()
    os._exit(0)


def convert(
    archive: Path, options: ConversionOptions, limits: ConverterLimits, task: ConversionTask
) -> str | None:
    """Convert the files of a task as long as there is room; return what keeps it from writing."""
    folder = options.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(folder)
        room = _Room(options, task.used)
        with _connect(limits) as connection:
            for unfinished, conversion in _convert_each(connection, Archive(archive), folder, task):
                if not room.take(unfinished.stat().st_size):
                    break
                unfinished.rename(conversion.target)
    except (OSError, duckdb.IOException) as error:
        return str(error)
    finally:
        _remove_unfinished(folder)
    return None


def _connect(limits: ConverterLimits) -> duckdb.DuckDBPyConnection:
    # Writes groups of rows by their size, and in the order of the file, since nothing runs beside.
    connection = duckdb.connect(
        config={
            "threads": 1,
            "async_threads": 0,
            "preserve_insertion_order": False,
            "memory_limit": f"{limits.memory_limit_bytes}B",
        }
    )
    install_record_functions(connection)
    install_decompression(connection)
    return connection


def _convert_each(
    connection: duckdb.DuckDBPyConnection, archive: Archive, folder: Path, task: ConversionTask
) -> Iterator[tuple[Path, Conversion]]:
    """Yield the path of each file that could be converted; it is complete, and on disk."""
    odd_files = OddFiles(folder / _ODD_FILES)
    for conversion in task.conversions:
        if disk_usage(folder).free < conversion.file.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        unfinished = conversion.target.with_suffix(_UNFINISHED)
        if _is_current(conversion.file) and _write(
            connection, archive, odd_files, conversion, unfinished
        ):
            yield unfinished, conversion
        odd_files.clear()
        unfinished.unlink(missing_ok=True)


def _write(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    odd_files: OddFiles,
    conversion: Conversion,
    unfinished: Path,
) -> bool:
    file, columns = conversion.file, conversion.columns
    while True:
        records = archive.select_records([file], columns, conversion.serde, odd_files.copy)
        try:
            connection.execute(copy_records(records, len(columns), unfinished))
        except duckdb.IOException as error:
            if str(unfinished) in str(error):
                raise
            return False
        except duckdb.Error as error:
            if not odd_files.learn(error):
                return False
        else:
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())
            # It may have changed meanwhile.
            return _is_current(file)


def _is_current(file: DataFile) -> bool:
    try:
        return DataFile.of(file.path, Path(file.path).stat()) == file
    except OSError:
        return False


def _remove_unfinished(folder: Path) -> None:
    for path in folder.glob(f"*{_UNFINISHED}"):
        path.unlink(missing_ok=True)
    OddFiles(folder / _ODD_FILES).clear()


if __name__ == "__main__":
    main()
