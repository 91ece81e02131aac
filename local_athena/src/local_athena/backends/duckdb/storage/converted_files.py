"""Converted files: what the reader has read of one JSON file for one table, as Parquet.

Each is named after everything that it depends on, so it is never out of date. `converter` writes
them.
"""

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from local_athena.backends.duckdb.dialect.types.typed_sql import quote_string, select_from
from local_athena.backends.duckdb.storage.partitions import DataFile
from local_athena.backends.duckdb.storage.record_functions import describe_records
from local_athena.tables import Column, JsonSerde

SUFFIX = ".parquet"

_PACKAGE = Path(__file__).parents[1]
_KIBIBYTE = 1024
# Of values in memory: what a thread reads at once.
_GROUP_BYTES = 16 * _KIBIBYTE**2
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class ConversionOptions:
    """Where converted files are, and which files are converted.

    Attributes:
        folder: The folder of the converted files.
        total_bytes: The disk space for them; those that were not used for longest go first.
        least_bytes: The size of a file below which it takes longer to open than to read.
        settled_seconds: How long ago a file has changed; until then, it may change again without
            a sign of it, since clocks of file systems are coarse.
    """

    folder: Path
    total_bytes: int
    least_bytes: int = 64 * _KIBIBYTE
    settled_seconds: float = 2.0


@dataclass(frozen=True)
class Conversion:
    """A file to convert, and the path of what it becomes."""

    file: DataFile
    columns: tuple[Column, ...]
    serde: JsonSerde
    target: Path


@dataclass(frozen=True)
class ConversionTask:
    """What a statement has read without converted files, and the converted ones that it used."""

    conversions: tuple[Conversion, ...] = ()
    used: frozenset[Path] = frozenset()


class ConvertedFiles:
    """Finds converted files for one statement after the other.

    Without options, there are none. `task` is what the statement leaves to convert.
    """

    def __init__(
        self, options: ConversionOptions | None = None, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._options = options
        self._clock = clock
        self.task = ConversionTask()

    @property
    def folder(self) -> Path | None:
        """The folder of the converted files."""
        return self._options.folder if self._options else None

    def find(
        self, files: Sequence[DataFile], columns: Sequence[Column], serde: JsonSerde
    ) -> Mapping[str, Path]:
        """Map the paths of files to their converted files, and add to `task`."""
        if self._options is None:
            return {}
        options, table = self._options, describe_records(columns, serde)
        latest_ns = self._clock() - int(options.settled_seconds * _NANOSECONDS)
        found, missing = {}, []
        for file in files:
            if file.size < options.least_bytes or file.changed_ns > latest_ns:
                continue
            target = options.folder / f"{_name(file, table)}{SUFFIX}"
            try:
                # Whether it exists, and that it was used.
                os.utime(target)
            except OSError:
                missing.append(Conversion(file, tuple(columns), serde, target))
            else:
                found[file.path] = target
        self.task = ConversionTask(
            (*self.task.conversions, *missing), self.task.used.union(found.values())
        )
        return found

    def discard(self, error: duckdb.Error) -> bool:
        """Remove the converted files that an error names; False if there are none."""
        text = str(error)
        broken = {path for path in self.task.used if str(path) in text}
        for path in broken:
            path.unlink(missing_ok=True)
        return bool(broken)

    def clear(self) -> None:
        """Forget the statement."""
        self.task = ConversionTask()


def select_converted(paths: Sequence[Path], columns: int) -> str:
    """Write a SELECT of `filename` and the columns (`c0`, `c1`) of converted files."""
    listed = ", ".join(quote_string(str(path)) for path in paths)
    items = ", ".join(["path AS filename", *(f"c{number}" for number in range(columns))])
    return select_from(items, f"read_parquet([{listed}], hive_partitioning = false)")


def copy_records(records: str, columns: int, target: Path) -> str:
    """Write the COPY statement that writes a converted file from a SELECT as above."""
    items = ", ".join(["filename AS path", *(f"c{number}" for number in range(columns))])
    return (
        f"COPY ({select_from(items, f'({records}) AS record')}) TO {quote_string(str(target))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES {_GROUP_BYTES})"
    )


def _name(file: DataFile, table: str) -> str:
    return hashlib.sha256(repr((_reader(), table, file)).encode()).hexdigest()


@cache
def _reader() -> str:
    """Tell readers apart by their source: one that is newer may read a record otherwise."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    for module in sorted(_PACKAGE.rglob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()
