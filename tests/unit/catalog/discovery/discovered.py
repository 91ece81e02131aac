"""A catalog that is made from an archive, as tests look at it."""

from collections.abc import Mapping
from pathlib import Path

from local_athena.tables.table_inputs import parse_catalog

from data_hist.catalog.discovery.discover import discover
from data_hist.catalog.discovery.limits import SampleLimits
from data_hist.catalog.document import load_document
from data_hist.catalog.resolve import resolve
from data_hist.catalog.sources import Source
from data_hist.catalog.versions import CatalogDocument
from data_hist.cli.local_athena import local_documents


class Discovered:
    """A catalog file that was made from an archive, and the warnings."""

    def __init__(self, root: Path, limits: SampleLimits | None = None) -> None:
        self.warnings: list[str] = []
        self.text = discover(root, self.warnings.append, limits) or ""
        self.document: CatalogDocument | None = None
        if self.text:
            file = root.with_suffix(".yaml")
            file.write_text(self.text, encoding="utf-8")
            self.document = load_document(file)
            resolve(self.document)
            parse_catalog(local_documents(self.document.sources))
        assert all(len(line) <= 120 for line in self.text.splitlines())
        assert discover(root, lambda _: None, limits) == (self.text or None)

    @property
    def sources(self) -> Mapping[str, Source]:
        return self.document.sources if self.document else {}

    def line(self, start: str) -> str:
        """The first line of the file that begins so, and comments before it."""
        lines = self.text.splitlines()
        place = next(n for n, line in enumerate(lines) if line.strip().startswith(start))
        first = place
        while lines[first - 1].strip().startswith("#"):
            first -= 1
        return " ".join(line.strip().removeprefix("# ") for line in lines[first : place + 1])
