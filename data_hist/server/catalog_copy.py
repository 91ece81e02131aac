"""Keep a copy of the last valid catalog file for the workers of gunicorn.

A worker can start from it while the file itself is wrong.
"""

import logging
from pathlib import Path

from data_hist.catalog.file import CatalogFile
from data_hist.catalog.tables import Catalog
from data_hist.settings import SettingsError
from data_hist.sql_guard.catalog_sql import expression_problems

_log = logging.getLogger(__name__)


class CatalogCopy:
    """Copies the catalog file whenever it is asked to and the file is valid.

    Args:
        original: The file that the operator changes; None for the packaged one.
        path: Where the copy is.

    Raises:
        SettingsError: The file cannot be used.
    """

    def __init__(self, original: Path | None, path: Path) -> None:
        self.path = path
        self._file = CatalogFile(original, [expression_problems])
        self._warn(self._file.read())
        self._write()

    def update(self) -> bool:
        """Copy the file again, or log why not; whether the copy has changed."""
        try:
            catalog = self._file.read_if_changed()
        except SettingsError as error:
            _log.error("the catalog stays as it was: %s", error)
            return False
        except Exception:
            # It would end the service.
            _log.exception("the catalog stays as it was: the file cannot be read")
            return False
        if catalog is None:
            _log.info("the catalog file has not changed")
            return False
        self._write()
        _log.info("the catalog is replaced; its versions are %s", ", ".join(catalog.versions))
        self._warn(catalog)
        return True

    def _write(self) -> None:
        """Replace the copy at once: a worker may be reading it."""
        new = self.path.with_suffix(".new")
        new.write_text(self._file.text or "", encoding="utf-8")
        new.replace(self.path)

    @staticmethod
    def _warn(catalog: Catalog) -> None:
        for name in catalog.tables_of_the_operator:
            _log.warning("records of %s name no customer: only the operator may query them.", name)
