"""A tenant's queries, newest first, picked from the engine's list of everybody's."""

from collections.abc import Iterator
from typing import NamedTuple

from data_hist.athena import AthenaClient
from data_hist.model import OwnedQuery, QueryList, QueryStatus
from data_hist.ownership import Ownership
from data_hist.paging import ListPosition, list_position, list_token

# Athena allows five calls a second of the listing for the whole account, so that one request may
# not walk it to its end: a page may hold fewer queries than asked for, and still have a token.
_ENGINE_PAGES = 10


class _Entry(NamedTuple):
    query: OwnedQuery | None
    following: ListPosition | None


def list_queries(
    engine: AthenaClient,
    ownership: Ownership,
    *,
    tenant: int,
    status: QueryStatus | None,
    limit: int,
    paging_token: str | None,
) -> QueryList:
    """List up to `limit` of a tenant's queries.

    Raises:
        InvalidPagingToken: The token is damaged or of another list.
    """
    start = list_position(tenant, paging_token) if paging_token else ListPosition(None, 0)
    queries: list[OwnedQuery] = []
    following: ListPosition | None = None
    for entry in _entries(engine, ownership, tenant, start):
        following = entry.following
        if entry.query and status in (None, entry.query.query.status):
            queries.append(entry.query)
        if len(queries) == limit:
            break
    return QueryList(queries, list_token(tenant, following) if following else None)


def _entries(
    engine: AthenaClient, ownership: Ownership, tenant: int, start: ListPosition
) -> Iterator[_Entry]:
    """Each entry from a position on, with the position after it."""
    token, skip = start.engine_token, start.skip
    for _ in range(_ENGINE_PAGES):
        query_ids, next_token = engine.list_query_ids(token)
        described = {query.query_id: query for query in engine.describe_many(query_ids[skip:])}
        for number, query_id in enumerate(query_ids[skip:], start=skip + 1):
            query = described.get(query_id)
            owned = ownership.visible(query, tenant) if query else None
            yield _Entry(owned, _after(token, number, len(query_ids), next_token))
        if next_token is None:
            return
        token, skip = next_token, 0


def _after(
    token: str | None, number: int, page_length: int, next_token: str | None
) -> ListPosition | None:
    if number < page_length:
        return ListPosition(token, number)
    return ListPosition(next_token, 0) if next_token else None
