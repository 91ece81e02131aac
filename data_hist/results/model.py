"""A page of rows, and the options that shape it."""

from collections.abc import Sequence
from dataclasses import dataclass

from data_hist.athena.model import Column


@dataclass(frozen=True)
class RowStyle:
    """How rows are written as JSON; without a `row_format` as is usual for what they stand in."""

    row_format: str | None = None
    big_integers: str = "number"


@dataclass(frozen=True)
class PageShape:
    """How many rows a full page has, and how they are written."""

    results_per_page: int = 1000
    row_format: str = "arrays"
    big_integers: str = "number"

    @property
    def style(self) -> RowStyle:
        """How its rows are written."""
        return RowStyle(self.row_format, self.big_integers)


@dataclass(frozen=True)
class Page:
    """Some rows of a result, in order; `row_offset` is the number of rows before them.

    `rows` is a JSON array as it will be sent.
    """

    query_id: str
    columns: Sequence[Column]
    rows: bytes
    row_offset: int
    paging_token: str | None
