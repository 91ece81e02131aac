"""Replace pieces of a text, and record where.

SQL is never regenerated from a tree, which would change queries (`decimal '1.5'` loses its scale).
Only the pieces named here are replaced.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from data_hist import catalog
from data_hist.pruning.time_range import ALWAYS, TimeRange
from data_hist.sql_guard.keywords import RESERVED
from data_hist.sql_guard.partitions import partition_predicate

TENANT_COLUMN = "customerid"

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Edit:
    """A replaced piece: where it began in the caller's text, and both lengths, in characters."""

    start: int
    removed: int
    inserted: int


class Replacement(NamedTuple):
    """The new text for the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


def splice(text: str, replacements: Iterable[Replacement]) -> tuple[str, tuple[Edit, ...]]:
    """The text with all pieces exchanged at once, and the record of it."""
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


def quoted(name: str) -> str:
    """An identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


def physical_name(version: catalog.ApiVersion, table: catalog.Table) -> str:
    """The full name of the table that holds the data."""
    parts = (version.catalog, version.database, table.physical_name)
    return ".".join(quoted(part) for part in parts)


def stand_in(version: catalog.ApiVersion, table: catalog.Table) -> str:
    """The shortest sub-select of a table, to be read in the place of its projection."""
    return f"(SELECT 1 FROM {physical_name(version, table)})"  # noqa: S608 - names of ours


def projection(
    version: catalog.ApiVersion,
    table: catalog.Table,
    customer_id: int | None,
    arrival: TimeRange = ALWAYS,
) -> str:
    """A sub-select of what the caller may see of a table, and can want of it.

    That is its columns, the customer's rows, and the partitions of the range of arrival.
    """
    columns = ", ".join(_column(column.name) for column in table.queryable_columns)
    scope = "" if customer_id is None else f"{TENANT_COLUMN} = {customer_id:d}"
    conditions = [part for part in (scope, partition_predicate(table, arrival, _column)) if part]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    # Nothing of the caller is in here: names of the data dictionary, numbers, days and hours.
    return f"(SELECT {columns} FROM {physical_name(version, table)}{where})"  # noqa: S608


def _column(name: str) -> str:
    plain = _PLAIN.fullmatch(name) and name.upper() not in RESERVED
    return name if plain else quoted(name)
