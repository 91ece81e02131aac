"""Rows for tables with the columns of the data dictionary, whichever these are."""

from typing import Any

from data_hist.catalog.tables import load_catalog

COLUMNS = load_catalog().versions["v0"].tables["events"].columns


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
