"""List a tenant's queries, newest first, by filtering the engine's list of all queries."""

from collections.abc import Iterator
from typing import NamedTuple

from data_hist.athena import AthenaClient
from data_hist.athena.model import Query
from data_hist.queries.executions_cache import for_caller
from data_hist.queries.model import OwnedQuery, QueryFilter, QueryList
from data_hist.queries.ownership import Ownership
from data_hist.queries.sql_trailer import caller_text
from data_hist.results.paging_tokens import ListPosition, list_token, parse_list_token

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
    wanted: QueryFilter,
    limit: int,
    paging_token: str | None,
) -> QueryList:
    """List up to `limit` of a tenant's queries.

    The token only tells the place in the engine's list, so that it goes with any filter.

    Raises:
        InvalidPagingToken: The token is damaged or of another list.
    """
    start = parse_list_token(tenant, paging_token) if paging_token else ListPosition(None, None)
    queries: list[OwnedQuery] = []
    following: ListPosition | None = None
    for entry in _entries(engine, ownership, tenant, start):
        following = entry.following
        if entry.query and _matches(entry.query.query, wanted):
            queries.append(entry.query)
        if len(queries) == limit:
            break
    return QueryList(queries, list_token(tenant, following) if following else None)


def _matches(query: Query, wanted: QueryFilter) -> bool:
    if wanted.status not in (None, query.status):
        return False
    if wanted.text is None:
        return True
    return wanted.text.casefold() in (caller_text(query.sql) or "").casefold()


def _entries(
    engine: AthenaClient, ownership: Ownership, tenant: int, start: ListPosition
) -> Iterator[_Entry]:
    """Each entry from a position on, with the position after it."""
    token, after = start.engine_token, start.after
    for _ in range(_ENGINE_PAGES):
        query_ids, next_token = engine.list_query_ids(token)
        following = ListPosition(next_token, None) if next_token else None
        if after is not None and after not in query_ids:
            # So many queries were started since that the place is a page further.
            yield _Entry(None, following and ListPosition(next_token, after))
        else:
            begin = query_ids.index(after) + 1 if after else 0
            after = None
            described = engine.describe_listed(query_ids[begin:])
            for query_id in query_ids[begin:]:
                query = described.get(query_id)
                owned = ownership.visible(for_caller(query), tenant) if query else None
                is_last = query_id == query_ids[-1]
                yield _Entry(owned, following if is_last else ListPosition(token, query_id))
        if next_token is None:
            return
        token = next_token
