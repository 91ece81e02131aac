"""Rewrite a query: replace pieces of its text, such as tables by sub-selects, and record where.

SQL is never rendered from a tree, which would change queries (`decimal '1.5'` loses its scale).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from sqlglot.dialects.trino import Trino

from data_hist.catalog.identifiers import RESERVED, quote_identifier
from data_hist.catalog.tables import Condition, Table, TableColumn, TimeUnit
from data_hist.pruning.partitions import partition_predicate
from data_hist.pruning.time_range import UNBOUNDED, TimeBounds
from data_hist.sql_guard.allowlists import GRAMMAR_WORDS
from data_hist.sql_guard.lexer import Token
from data_hist.sql_guard.parser import offset_of
from data_hist.sql_guard.scope import Names

_PLAIN_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*")
# Whatever the parser may read as something else than a name.
_KEYWORDS: Final = RESERVED | GRAMMAR_WORDS | Trino.Tokenizer.KEYWORDS.keys()
# Of a table with 300 derived columns, they take about 40 kB.
_CACHED_TABLES: Final = 256
_PER_SECOND: Final = {"s": "1e0", "ms": "1e3", "us": "1e6", "ns": "1e9"}


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
    table: Table, customer_id: int | None, arrival: TimeBounds = UNBOUNDED
) -> str:
    """Render a sub-select of the columns and rows of a table that the caller may see.

    Args:
        table: The table.
        customer_id: The customer whose rows it shows; None for all rows.
        arrival: When the wanted records arrived; other partitions are left out.
    """
    scope = _tenant_condition(table, customer_id)
    predicate = partition_predicate(table.partitions, arrival, _render_name)
    condition = " AND ".join(part for part in (scope, predicate) if part)
    where = f" WHERE {condition}" if condition else ""
    # Nothing here comes from the caller: names of the catalog, numbers, days and hours.
    return f"{sub_select_head(table)}{where})"


@lru_cache(_CACHED_TABLES)
def sub_select_head(table: Table) -> str:
    """Render the sub-select of all columns and rows of a table, without its closing bracket."""
    columns = ", ".join(map(_render_column, table.columns))
    return f"(SELECT {columns} FROM {_full_name(table)}"  # noqa: S608 - names of the catalog


@lru_cache(_CACHED_TABLES)
def empty_sub_select(table: Table) -> str:
    """Render the shortest sub-select of a table, which parses like the scoped one."""
    return f"{empty_sub_select_head(table)})"


@lru_cache(_CACHED_TABLES)
def empty_sub_select_head(table: Table) -> str:
    """Render the shortest sub-select of a table, without its closing bracket."""
    return f"(SELECT 1 FROM {_full_name(table)}"  # noqa: S608 - names of the catalog


def _full_name(table: Table) -> str:
    return ".".join(map(quote_identifier, table.full_name))


def _tenant_condition(table: Table, customer_id: int | None) -> str:
    if customer_id is None:
        return ""
    if table.tenant is None:
        raise ValueError("records without a tenant are for the operator alone")
    value = f"'{customer_id:d}'" if table.tenant.is_text else f"{customer_id:d}"
    return f"{_render_name(table.tenant.name)} = {value}"


def _render_name(name: str) -> str:
    """Render an identifier, quoted only where it has to be."""
    is_plain = _PLAIN_NAME.fullmatch(name) and name.upper() not in _KEYWORDS
    return name if is_plain else quote_identifier(name)


def _render_column(column: TableColumn) -> str:
    name, value = _render_name(column.name), _value(column)
    if column.conditions:
        conditions = " AND ".join(map(_render_condition, column.conditions))
        value = f"CASE WHEN {conditions} THEN {value} END"
    return value if value == name else f"{value} AS {name}"


def _render_condition(condition: Condition) -> str:
    values = (str(each) if isinstance(each, int) else _quote(each) for each in condition.values)
    return f"{_render_name(condition.column)} IN ({', '.join(values)})"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _value(column: TableColumn) -> str:
    if column.origin is None:
        return _computed(f"({column.expression})", column)
    origin = _render_name(column.origin)
    if column.path is None:
        if column.type == "json" and column.is_converted:
            return f"TRY(json_parse({origin}))"
        return _converted(origin, column) if column.is_converted else origin
    path = _quote(column.path)
    if column.type == "json":
        return f"json_extract({origin}, {path})"
    text = f"json_extract_scalar({origin}, {path})"
    if not column.is_converted:
        return text
    is_number = column.converts_from in _PER_SECOND
    return _converted(f"TRY_CAST({text} AS double)" if is_number else text, column)


def _computed(value: str, column: TableColumn) -> str:
    if column.converts_from in (None, "timestamp"):
        # TRY_CAST is NULL for what cannot be converted, but not for what cannot be computed.
        return f"TRY(CAST({value} AS {column.type}))"
    is_number = column.converts_from in _PER_SECOND
    return _converted(f"CAST({value} AS double)" if is_number else value, column)


def _converted(value: str, column: TableColumn) -> str:
    if column.converts_from is None:
        return f"TRY_CAST({value} AS {column.type})"
    return _moment(value, column.converts_from)


def _moment(value: str, unit: TimeUnit) -> str:
    """Render a timestamp in UTC."""
    if unit in _PER_SECOND:
        moment = f"from_unixtime({value} / {_PER_SECOND[unit]})"
    elif unit == "iso8601":
        # A year alone is one as well, so a number would be a moment.
        moment = f"from_iso8601_timestamp(regexp_extract({value}, '^[0-9]{{4}}-.+'))"
    else:
        return f"TRY_CAST({value} AS timestamp)"
    return f"TRY(CAST({moment} AT TIME ZONE 'UTC' AS timestamp))"
