"""The columns of a result as they stand before its rows, on pages and in streams of JSON."""

from collections.abc import Sequence
from typing import Any

from data_hist.model import Column


def column_documents(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Name and type of each column, in order."""
    return [{"name": column.name, "type": column.type} for column in columns]
