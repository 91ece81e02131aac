"""List a tenant's queries, newest first, by filtering Athena's list of its workgroup."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Query
from data_hist.catalog.tables import Table
from data_hist.queries.model import QueryFilter, QueryList
from data_hist.queries.result_state import usable_tables, with_suggestions
from data_hist.queries.sql_trailer import read_bound_sql, read_caller_sql, with_caller_position
from data_hist.queries.tenant_workgroups import TenantWorkgroups
from data_hist.results.paging_tokens import ListPosition, list_token, parse_list_token
from data_hist.retention.ownership import OwnedQuery, TenantIsolation


class _Entry(NamedTuple):
    """An entry of Athena's list, if it is the tenant's, and the position after it."""

    query: OwnedQuery | None
    next_position: ListPosition | None


class QueryLister:
    """Lists queries.

    Athena allows five calls of the listing a second for the whole account, so that one request
    must not walk it to its end: a page may hold fewer queries than requested and still have a
    token.

    Args:
        engine: Lists the queries of a workgroup.
        workgroups: Where the queries of a tenant run.
        isolation: Finds their owners.
        tables: The tables that queries may read.
        calls: Where calls of Athena may block.
        max_engine_pages: How many of Athena's pages one request may read.
    """

    def __init__(
        self,
        engine: AthenaClient,
        workgroups: TenantWorkgroups,
        *,
        isolation: TenantIsolation,
        tables: Mapping[str, Table],
        calls: Executor,
        max_engine_pages: int = 10,
    ) -> None:
        self._engine = engine
        self._workgroups = workgroups
        self._isolation = isolation
        self._tables = tables
        self._calls = calls
        self._max_engine_pages = max_engine_pages

    async def list_queries(
        self, tenant: int, wanted: QueryFilter, limit: int, paging_token: str | None
    ) -> QueryList:
        """List up to `limit` of a tenant's queries; a token is valid with any filter.

        Raises:
            InvalidPagingToken: The token is damaged or belongs to another list.
        """
        read = partial(self._read, tenant, wanted, limit, paging_token)
        return await asyncio.get_running_loop().run_in_executor(self._calls, read)

    def _read(
        self, tenant: int, wanted: QueryFilter, limit: int, paging_token: str | None
    ) -> QueryList:
        start = parse_list_token(tenant, paging_token) if paging_token else ListPosition(None, None)
        queries: list[OwnedQuery] = []
        position: ListPosition | None = None
        for entry in self._entries(tenant, start):
            position = entry.next_position
            if entry.query and _matches(entry.query.query, wanted):
                queries.append(entry.query)
            if len(queries) == limit:
                break
        return QueryList(queries, list_token(tenant, position) if position else None)

    def _entries(self, tenant: int, start: ListPosition) -> Iterator[_Entry]:
        token, after = start.engine_token, start.after
        workgroup = self._workgroups.own_of(tenant)
        for _ in range(self._max_engine_pages):
            query_ids, next_token = self._engine.list_query_ids(token, workgroup)
            next_page = ListPosition(next_token, None) if next_token else None
            if after is not None and after not in query_ids:
                # Queries that started since have shifted the position to the next page.
                yield _Entry(None, next_page and ListPosition(next_token, after))
            else:
                begin = query_ids.index(after) + 1 if after else 0
                after = None
                described = self._engine.describe_listed(query_ids[begin:])
                for query_id in query_ids[begin:]:
                    is_last = query_id == query_ids[-1]
                    position = next_page if is_last else ListPosition(token, query_id)
                    yield _Entry(self._owned(described.get(query_id), tenant), position)
            if next_token is None:
                return
            token = next_token

    def _owned(self, query: Query | None, tenant: int) -> OwnedQuery | None:
        if query is None:
            return None
        owned = self._isolation.owned_or_none(with_caller_position(query), tenant)
        if owned is None:
            return None
        hinted = with_suggestions(owned.query, usable_tables(self._tables, tenant))
        return replace(owned, query=hinted)


def _matches(query: Query, wanted: QueryFilter) -> bool:
    if wanted.status not in (None, query.status):
        return False
    if wanted.text is None:
        return True
    texts = (read_caller_sql(query.sql), read_bound_sql(query.sql))
    return any(wanted.text.casefold() in text.casefold() for text in texts if text)
