"""Describe queries as their callers know them: errors point into the caller's own text.

That text itself is not restored here, since most who follow a query never look at it.
"""

from collections.abc import Sequence
from dataclasses import replace

from data_hist.athena import AthenaClient
from data_hist.athena.model import Descriptions, Query
from data_hist.queries.sql_trailer import caller_place, time_ranges


def describe_for_callers(engine: AthenaClient, query_ids: Sequence[str]) -> Descriptions:
    """Describe up to 50 queries."""
    told = engine.describe_many(query_ids)
    found = {query_id: for_caller(query) for query_id, query in told.found.items()}
    return Descriptions(found, told.unknown)


def for_caller(query: Query) -> Query:
    """A query with what its caller is told of it."""
    failure = query.failure
    if failure is not None:
        line, column = caller_place(query.sql, failure.line, failure.column)
        failure = replace(failure, line=line, column=column)
    ranges = tuple(time_ranges(query.sql))
    return replace(query, failure=failure, time_ranges=ranges)
