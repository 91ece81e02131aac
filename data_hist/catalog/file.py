"""A catalog file that may change while the service runs."""

from collections.abc import Sequence
from pathlib import Path

from data_hist.catalog.document import PACKAGED_FILE, Check, read_text
from data_hist.catalog.resolve import parse_catalog
from data_hist.catalog.tables import Catalog


class CatalogFile:
    """Reads the tables of a catalog file; by default, of the packaged one.

    Args:
        path: The file.
        further_checks: As in `load_document`.

    Attributes:
        text: What was read last and is valid; None before.
    """

    def __init__(self, path: Path | None = None, further_checks: Sequence[Check] = ()) -> None:
        self._path = path or PACKAGED_FILE
        self._further_checks = further_checks
        self.text: str | None = None

    def read(self) -> Catalog:
        """Read the file.

        Raises:
            CatalogError: It cannot be used; the text stays as it was.
        """
        return self._resolve(read_text(self._path))

    def read_if_changed(self) -> Catalog | None:
        """Read the file; None if its text is the one that was read last.

        Raises:
            CatalogError: It cannot be used; the text stays as it was.
        """
        text = read_text(self._path)
        return None if text == self.text else self._resolve(text)

    def _resolve(self, text: str) -> Catalog:
        catalog = parse_catalog(text, self._path, self._further_checks)
        self.text = text
        return catalog
