"""What the guard knows of a text alone, whoever sends it and whatever values its `?` take.

Nothing here depends on a customer or on the time, so it can be cached for the next caller who sends
the same text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from data_hist.catalog import Table
from data_hist.pruning.time_range import TimeRange
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.lexer import Token
from data_hist.sql_guard.parameter import Parameter
from data_hist.sql_guard.parameters import Mark
from data_hist.sql_guard.rewrite import Replacement


class TablePlace(NamedTuple):
    """Where a table is named; `alias` is what has to follow what is put there instead."""

    table: Table
    start: int
    end: int
    alias: str


class Ranges(NamedTuple):
    """When the records of each table arrived: as all conditions say, and as timestamps alone do.

    As days alone do, too, for those who want to know what will be read.
    """

    wanted: tuple[TimeRange, ...]
    by_timestamps: tuple[TimeRange, ...]
    by_days: tuple[TimeRange, ...] | None = None


FindRanges: TypeAlias = Callable[[Mapping[int, Parameter]], Ranges]
"""The ranges for the values of the `?`, by their places."""


@dataclass(frozen=True)
class Statement:
    """An admissible text.

    `fixed` are the pieces that are replaced in the same way for everybody.
    """

    source: Source
    tokens: Sequence[Token]
    marks: Sequence[Mark]
    tables: Sequence[TablePlace]
    fixed: Sequence[Replacement]
    ranges: FindRanges

    @property
    def keeps_tree(self) -> bool:
        """Whether `ranges` holds the syntax tree, several times as large as all the rest."""
        return bool(self.marks)
