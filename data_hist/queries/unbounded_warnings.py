"""Warn of queries without time bounds, which may read years, where the operator wants that."""

from data_hist.athena.executions import Query
from data_hist.queries.model import QueryWarning
from data_hist.queries.sql_trailer import is_marked_unbounded

CODE = "TIME_RANGE_UNBOUNDED"


def unbounded_warnings(query: Query) -> list[QueryWarning]:
    """Warn of a query that was unbounded when it was submitted."""
    if not is_marked_unbounded(query.sql):
        return []
    return [
        QueryWarning(
            CODE,
            "The query reads a table without bounds on its time, which may cost much: bound it in "
            "the WHERE beside the table, from below and from above.",
        )
    ]
