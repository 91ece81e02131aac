"""The columns of a result as they stand before its rows, on pages and in streams of JSON."""

from collections.abc import Sequence
from typing import Any

from data_hist.athena.model import Column
from data_hist.errors import InvalidRequest


def column_documents(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Name and type of each column, in order."""
    return [{"name": column.name, "type": column.type} for column in columns]


def require_own_names(columns: Sequence[Column], advice: str) -> None:
    """Make sure that a row can be read by the names of its columns.

    Raises:
        InvalidRequest: Two of them share one.
    """
    if len({column.name for column in columns}) != len(columns):
        raise InvalidRequest(f"Two columns share a name: name them apart with AS, or {advice}")
