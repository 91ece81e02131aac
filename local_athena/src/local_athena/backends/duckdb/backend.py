"""The DuckDB backend: translates statements, and runs each session's in a process of its own."""

from pathlib import Path

from local_athena.backends.duckdb.converter import Converter, ConverterLimits
from local_athena.backends.duckdb.dialect import Translation, translate
from local_athena.backends.duckdb.session import ProcessLimits, ProcessSession
from local_athena.backends.duckdb.statement_process import DatabaseOptions
from local_athena.backends.duckdb.storage.converted_files import ConversionOptions
from local_athena.tables import Catalog

_MIB = 1024**2
_GIB = 1024**3
# What a process needs beside what DuckDB counts.
_UNCOUNTED_BYTES = 512 * _MIB
# More than a process holds after most statements; starting another one takes half a second.
_IDLE_BYTES = 384 * _MIB
# Most address space that is reserved is never used.
_RESERVED_BYTES = 2 * _GIB
_RESERVED_BYTES_OF_THREAD = 512 * _MIB
_INTERRUPT_SECONDS = 2.0


class DuckDbBackend:
    """Runs statements over an archive of files.

    Args:
        archive: The folder of the files.
        catalog: The tables.
        memory_limit_bytes: DuckDB's limit for each session.
        threads: DuckDB's threads for each session.
        conversion: Where converted files are; without, no file is converted.
    """

    def __init__(
        self,
        archive: Path,
        catalog: Catalog,
        memory_limit_bytes: int,
        threads: int,
        conversion: ConversionOptions | None = None,
    ) -> None:
        self._archive = archive
        self._catalog = catalog
        self._memory_limit_bytes = memory_limit_bytes
        self._threads = threads
        self._conversion = conversion
        self._converter = None
        if conversion:
            limits = ConverterLimits(memory_limit_bytes, self._address_space_bytes(threads=1))
            self._converter = Converter(archive, conversion, limits)

    def plan(self, sql: str, database: str) -> Translation:
        """Translate a statement; see `Backend.plan`."""
        return translate(sql, self._catalog, database)

    def open_session(self, folder: Path) -> ProcessSession:
        """Start a process whose DuckDB may read the archive, and write to the folder."""
        limit = self._memory_limit_bytes
        options = DatabaseOptions(
            archive=self._archive,
            folder=folder,
            memory_limit_bytes=limit,
            threads=self._threads,
            address_space_bytes=self._address_space_bytes(self._threads),
            conversion=self._conversion,
        )
        limits = ProcessLimits(limit + _UNCOUNTED_BYTES, _IDLE_BYTES, _INTERRUPT_SECONDS)
        return ProcessSession(options, limits, converter=self._converter)

    def _address_space_bytes(self, threads: int) -> int:
        reserved = _RESERVED_BYTES + threads * _RESERVED_BYTES_OF_THREAD
        return 2 * self._memory_limit_bytes + reserved
