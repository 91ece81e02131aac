"""What was found of a table: its folders and columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from data_hist.catalog.discovery.columns import FoundColumn
from data_hist.catalog.discovery.level_names import FoundLevel
from data_hist.catalog.discovery.payload_fields import is_payload
from data_hist.catalog.discovery.samples import Record

_MOST_GROUPS: Final = 50


@dataclass(frozen=True)
class FoundTable:
    """A table of the archive.

    Attributes:
        name: Its name for callers.
        stored: Its database and its name there.
        folder: Its folder below the archive, or its address.
        format: `json` or `parquet`.
        levels: The levels by the names of their columns.
        folder_values: The values of the levels of one folder with files.
        columns: The columns of the records.
        records: The records of the sample.
        template: The names of its folders, if they are not the usual ones.
        serde: The parameters of the SerDe.
        reads_one_folder: Whether the examples may not read the whole table.
        comments: What was found, and could not be decided.
    """

    name: str
    stored: tuple[str, str]
    folder: str
    format: str
    levels: dict[str, FoundLevel]
    folder_values: tuple[str, ...]
    columns: Sequence[FoundColumn]
    records: Sequence[Record]
    template: str | None = None
    serde: Mapping[str, str] = field(default_factory=dict)
    reads_one_folder: bool = False
    comments: tuple[str, ...] = ()

    @cached_property
    def group_column(self) -> FoundColumn | None:
        """The first column with few texts, such as the service or the level of severity."""
        return next(filter(_has_groups, self.columns), None)


def _has_groups(column: FoundColumn) -> bool:
    if column.type != "varchar" or is_payload(column.values):
        return False
    distinct = {value if isinstance(value, str) else None for value in column.values}
    is_repeated = 2 * len(distinct) <= len(column.values)
    return None not in distinct and 2 <= len(distinct) <= _MOST_GROUPS and is_repeated
