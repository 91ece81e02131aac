"""Rows for tables with the columns of the packaged catalog, whichever these are."""

from typing import Any, NamedTuple

from data_hist.catalog.document import load_document


class StoredColumn(NamedTuple):
    """A column of the physical table of events."""

    name: str
    type: str
    queryable: bool = True


_EVENTS = load_document().sources["events"]
COLUMNS = (
    *(StoredColumn(name, of.type, of.queryable) for name, of in _EVENTS.columns.items()),
    *(StoredColumn(name, of.type) for name, of in _EVENTS.partitions.items()),
)


def complete(row: dict[str, Any], number: int, hidden: str) -> dict[str, Any]:
    """The row, with a value in each column that it does not name.

    The value is `number`, or a text with it; texts in columns that callers may not query are
    `hidden`.
    """
    defaults: dict[str, Any] = {
        column.name: number
        if column.type == "bigint"
        else f"{column.name}-{number}"
        if column.queryable
        else f"{hidden}-{column.name}-{number}"
        for column in COLUMNS
    }
    return defaults | row
