"""Tenant isolation: a tenant sees its own queries, started by this service, until they expire."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data_hist.athena.model import Query
from data_hist.errors import QueryExpired, QueryNotFound
from data_hist.retention.result_locations import Owner, ResultLocations


@dataclass(frozen=True)
class OwnedQuery:
    """A query that this service started for a tenant."""

    query: Query
    owner: Owner

    @property
    def expires_at(self) -> datetime | None:
        """When the result expires; unknown until the query has ended."""
        if self.query.completed_at is None:
            return None
        return self.query.completed_at + timedelta(minutes=self.owner.retention_minutes)


@dataclass(frozen=True)
class TenantIsolation:
    """Finds the owner of a query by its output location, which Athena returns with every query."""

    locations: ResultLocations
    clock: Callable[[], datetime]

    def require_owned(self, query: Query, tenant: int) -> OwnedQuery:
        """Return the query to its owner.

        Raises:
            QueryNotFound: It is not the tenant's.
            QueryExpired: It is past its retention.
        """
        owner = self.locations.owner_of(query.query_id, query.output_location)
        if owner is None or owner.tenant != tenant:
            raise query_not_found(query.query_id)
        owned = OwnedQuery(query, owner)
        self.require_unexpired(owned)
        return owned

    def require_unexpired(self, owned: OwnedQuery) -> None:
        """Check that a query is within its retention.

        Raises:
            QueryExpired: It is not.
        """
        if owned.expires_at is not None and owned.expires_at <= self.clock():
            raise QueryExpired(
                "The query is past its retention; send it again.", query_id=owned.query.query_id
            )

    def owned_or_none(self, query: Query, tenant: int) -> OwnedQuery | None:
        """Return the query to its owner, or None if `require_owned` raises."""
        try:
            return self.require_owned(query, tenant)
        except (QueryNotFound, QueryExpired):
            return None


def query_not_found(query_id: str) -> QueryNotFound:
    """Return the same error for an unknown id, another tenant's, and one of another service."""
    return QueryNotFound("There is no such query.", query_id=query_id)
