"""Tenant isolation: a tenant sees its own queries, started by this service, until they expire."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from data_hist.athena.model import Query
from data_hist.errors import QueryExpired, QueryNotFound
from data_hist.queries.model import OwnedQuery
from data_hist.retention.result_locations import ResultLocations


def query_not_found(query_id: str) -> QueryNotFound:
    """One answer for an unknown id, another tenant's and one that this service did not start."""
    return QueryNotFound("There is no such query.", query_id=query_id)


@dataclass(frozen=True)
class Ownership:
    """Decides by the output location, which the engine gives back with every query."""

    locations: ResultLocations
    clock: Callable[[], datetime]

    def claim(self, query: Query, tenant: int) -> OwnedQuery:
        """The query as its owner sees it.

        Raises:
            QueryNotFound: It is not the tenant's.
            QueryExpired: It is past its retention.
        """
        owner = self.locations.owner_of(query.query_id, query.output_location)
        if owner is None or owner.tenant != tenant:
            raise query_not_found(query.query_id)
        owned = OwnedQuery(query, owner)
        self.require_kept(owned)
        return owned

    def require_kept(self, owned: OwnedQuery) -> None:
        """Make sure that a query is within its retention.

        Raises:
            QueryExpired: It is not.
        """
        if owned.expires_at is not None and owned.expires_at <= self.clock():
            raise QueryExpired(
                "The query is past its retention; send it again.", query_id=owned.query.query_id
            )

    def visible(self, query: Query, tenant: int) -> OwnedQuery | None:
        """The query as its owner sees it, or None for anything that `claim` refuses."""
        try:
            return self.claim(query, tenant)
        except (QueryNotFound, QueryExpired):
            return None
