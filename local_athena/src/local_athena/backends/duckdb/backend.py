"""The DuckDB backend: translates statements, and runs each worker's in a DuckDB of its own."""

from pathlib import Path

from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.dialect import Translation, translate
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.tables import Catalog


class DuckDbBackend:
    """Runs statements over an archive of files.

    Args:
        archive: The folder of the files.
        catalog: The tables.
        memory_limit: DuckDB's limit for each session, such as `1GB`.
        threads: DuckDB's threads for each session.
    """

    def __init__(self, archive: Path, catalog: Catalog, memory_limit: str, threads: int) -> None:
        self._archive = Archive(archive)
        self._catalog = catalog
        self._memory_limit = memory_limit
        self._threads = threads

    def plan(self, sql: str, database: str) -> Translation:
        """Translate a statement; see `Backend.plan`."""
        return translate(sql, self._catalog, database)

    def open_session(self, folder: Path) -> Database:
        """Open a DuckDB that may read the archive, and write to the folder."""
        return Database(self._archive, folder, self._memory_limit, self._threads)
