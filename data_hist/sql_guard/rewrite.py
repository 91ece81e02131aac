"""Rewrite a query: replace pieces of its text, and record where.

SQL is never rendered from a tree, which would change queries (`decimal '1.5'` loses its scale).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data_hist.catalog.tables import ApiVersion, Table
from data_hist.pruning.partitions import partition_predicate
from data_hist.pruning.time_range import UNBOUNDED, TimeBounds
from data_hist.sql_guard.allowlists import RESERVED
from data_hist.sql_guard.lexer import Token
from data_hist.sql_guard.parser import offset_of
from data_hist.sql_guard.scope import Names

TENANT_COLUMN = "customerid"

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Edit:
    """A replaced piece: its start in the caller's text, and both lengths, in characters."""

    start: int
    removed: int
    inserted: int


class Replacement(NamedTuple):
    """The new text for the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


class NamedTable(NamedTuple):
    """Where a table is named; `alias` has to follow the sub-select that replaces it."""

    table: Table
    start: int
    end: int
    alias: str

    def replaced_by(self, sub_select: str) -> Replacement:
        """Return the replacement by a sub-select."""
        return Replacement(self.start, self.end, sub_select + self.alias)


def locate_names(
    names: Names, tokens: Sequence[Token]
) -> tuple[list[NamedTable], list[Replacement]]:
    """Locate the tables, and replace each qualifier of a column by the bare name of its table."""
    ends = {token.start: token.end for token in tokens}
    tables = [
        NamedTable(
            table,
            offset_of(parts[0]),
            ends[offset_of(parts[-1])],
            "" if aliased else f" AS {quote_identifier(table.name)}",
        )
        for table, parts, aliased in names.tables
    ]
    qualifiers = [
        Replacement(offset_of(parts[0]), ends[offset_of(parts[-1])], quote_identifier(table.name))
        for table, parts in names.columns
    ]
    return tables, qualifiers


def replace_all(text: str, replacements: Iterable[Replacement]) -> tuple[str, tuple[Edit, ...]]:
    """Return the text with all pieces replaced at once, and the edits."""
    pieces: list[str] = []
    edits: list[Edit] = []
    done = 0
    for start, end, new in sorted(replacements):
        if start < done:
            raise ValueError("replacements overlap")
        pieces += (text[done:start], new)
        edits.append(Edit(start, end - start, len(new)))
        done = end
    pieces.append(text[done:])
    return "".join(pieces), tuple(edits)


def scoped_sub_select(
    version: ApiVersion, table: Table, customer_id: int | None, arrival: TimeBounds = UNBOUNDED
) -> str:
    """Render a sub-select of the columns and rows of a table that the caller may see.

    Args:
        version: The API version of the table.
        table: The table.
        customer_id: The customer whose rows it shows; None for all rows.
        arrival: When the wanted records arrived; other partitions are left out.
    """
    columns = ", ".join(_render_column(column.name) for column in table.queryable_columns)
    scope = "" if customer_id is None else f"{TENANT_COLUMN} = {customer_id:d}"
    predicate = partition_predicate(table, arrival, _render_column)
    condition = " AND ".join(part for part in (scope, predicate) if part)
    where = f" WHERE {condition}" if condition else ""
    # Nothing here comes from the caller: names of the catalog, numbers, days and hours.
    return f"(SELECT {columns} FROM {_full_name(version, table)}{where})"  # noqa: S608


def empty_sub_select(version: ApiVersion, table: Table) -> str:
    """Render the shortest sub-select of a table, which parses like the scoped one."""
    return f"(SELECT 1 FROM {_full_name(version, table)})"  # noqa: S608 - names of the catalog


def quote_identifier(name: str) -> str:
    """Render an identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def _full_name(version: ApiVersion, table: Table) -> str:
    parts = (version.catalog, version.database, table.physical_name)
    return ".".join(quote_identifier(part) for part in parts)


def _render_column(name: str) -> str:
    is_plain = _PLAIN_NAME.fullmatch(name) and name.upper() not in RESERVED
    return name if is_plain else quote_identifier(name)
