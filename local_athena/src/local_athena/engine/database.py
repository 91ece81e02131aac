"""A sandboxed DuckDB per worker, which can only access the archive and the worker's folder.

Each worker has an instance of its own rather than a cursor, because the allowed folders are
settings of the instance. So no SQL can read what another query writes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from local_athena.backends.duckdb.dialect import Scan, install
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.partitions import folder_filter


class Database:
    """One sandboxed DuckDB.

    Args:
        archive: The archive that queries read.
        folder: The worker's folder, for unfinished results and for data that spills to disk.
        memory_limit: DuckDB's limit, such as `1GB`.
        threads: DuckDB's threads.
    """

    def __init__(self, archive: Archive, folder: Path, memory_limit: str, threads: int) -> None:
        self._archive = archive
        self.connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str(folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._lock_down([*archive.folders(), folder])

    @property
    def archive_folders(self) -> Sequence[Path]:
        """The folders of the files that queries read."""
        return self._archive.folders()

    def _lock_down(self, folders: Sequence[Path]) -> None:
        run = self.connection.execute
        install(self.connection)
        run("SET allowed_directories = $folders", {"folders": [f"{path}/" for path in folders]})
        run("SET enable_external_access = false")
        run("SET lock_configuration = true")

    @contextmanager
    def relations(self, scans: Sequence[Scan]) -> Iterator[int]:
        """Create the views of a translated statement while it runs; yield the bytes that they read.

        Runs in one transaction, so that `now()` is the same for pruning and for the rows.
        """
        size_bytes = 0
        self.connection.execute("BEGIN TRANSACTION")
        try:
            for scan in scans:
                rows = self._archive.scan(scan.table, folder_filter(self.connection, scan))
                self.connection.execute(f'CREATE TEMP VIEW "{scan.relation}" AS {rows.sql}')
                size_bytes += rows.size_bytes
            yield size_bytes
        finally:
            # Takes the views back; after a fatal error DuckDB refuses even this.
            with suppress(duckdb.Error):
                self.connection.execute("ROLLBACK")

    def copy(self, statement: str) -> int:
        """Run a COPY and return the number of rows."""
        written = self.connection.execute(statement).fetchone()
        return int(written[0]) if written else 0

    def interrupt(self) -> None:
        """Interrupt the running statement, from another thread."""
        self.connection.interrupt()

    def close(self) -> None:
        """Release memory and files."""
        self.connection.close()
