"""What was found of a table: its folders and columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from data_hist.catalog.discovery.columns import FoundColumn
from data_hist.catalog.discovery.level_names import FoundLevel


@dataclass(frozen=True)
class FoundTable:
    """A table of the archive.

    Attributes:
        name: Its name.
        folder: Its folder below the archive.
        format: `json` or `parquet`.
        levels: The levels by the names of their columns.
        folder_values: The values of the levels of one folder with files.
        columns: The columns of the records.
        records: How many records were read.
        has_broken_lines: Whether queries have to skip lines.
        comments: What was found, and could not be decided.
    """

    name: str
    folder: str
    format: str
    levels: dict[str, FoundLevel]
    folder_values: tuple[str, ...]
    columns: Sequence[FoundColumn]
    records: int
    has_broken_lines: bool
    comments: tuple[str, ...] = ()
