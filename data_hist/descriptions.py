"""Queries as their callers know them: failures are placed in the caller's own text."""

from collections.abc import Sequence
from dataclasses import replace

from data_hist.athena import AthenaClient
from data_hist.model import Descriptions, Query
from data_hist.source_map import caller_place


def describe_for_callers(engine: AthenaClient, query_ids: Sequence[str]) -> Descriptions:
    """Describe up to 50 queries, without their SQL, which is long and serves nothing further."""
    told = engine.describe_many(query_ids)
    found = {query_id: _for_caller(query) for query_id, query in told.found.items()}
    return Descriptions(found, told.unknown)


def _for_caller(query: Query) -> Query:
    failure = query.failure
    if failure is not None:
        line, column = caller_place(query.sql, failure.line, failure.column)
        failure = replace(failure, line=line, column=column)
    return replace(query, sql="", failure=failure)
