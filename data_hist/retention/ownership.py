"""Which tenant owns a query and until when: its S3 location says both, so nothing else is stored.

The location is `s3://<bucket>/<prefix>/retention=<minutes>/tenant=<tenant>/<query_id>.csv`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data_hist.athena.executions import Query
from data_hist.errors import QueryExpired, QueryNotFound

# Between the last write to an object and the end of its query.
_SLACK = timedelta(minutes=1)
# The longest query timeout that Athena grants.
_LONGEST_UPLOAD = timedelta(minutes=240)


@dataclass(frozen=True)
class Owner:
    """The tenant that owns a query, and how long its result is kept."""

    tenant: int
    retention_minutes: int


@dataclass(frozen=True)
class ResultLocations:
    """The locations of this service's results in its bucket."""

    bucket: str
    prefix: str

    def for_owner(self, owner: Owner) -> str:
        """Return the output location for a query."""
        return (
            f"s3://{self.bucket}/{self.prefix}/"
            f"retention={owner.retention_minutes}/tenant={owner.tenant}/"
        )

    def for_validation(self, owner: Owner) -> str:
        """Return the output location of a dry run, which belongs to no tenant."""
        return f"{self.for_owner(owner)}dry-run/"

    def for_sample(self, owner: Owner) -> str:
        """Return the output location of a sample of payloads, which no tenant started."""
        return f"{self.for_owner(owner)}sample/"

    def saved_prefix(self, tenant: int) -> str:
        """Return the prefix of the keys of a tenant's saved questions, which never expire."""
        return f"{self.prefix}/saved/tenant={tenant}/"

    @property
    def root_prefix(self) -> str:
        """The common prefix of the keys of all results, and of nothing else."""
        return f"{self.prefix}/retention="

    def is_expired(self, key: str, modified_at: datetime, now: datetime, in_parts: bool) -> bool:
        """Whether an object is a result, or the output of a dry run or sample, past its retention.

        Args:
            key: The object's key; a key of another form never expires.
            modified_at: Its `LastModified`.
            now: The current time.
            in_parts: Whether it was a multipart upload, so that `modified_at` is before the query
                ended.
        """
        match = re.match(
            rf"{re.escape(self.root_prefix)}(\d{{1,5}})/tenant=\d{{1,18}}/[^/]", key, re.ASCII
        )
        if match is None:
            return False
        slack = _LONGEST_UPLOAD if in_parts else _SLACK
        return modified_at + timedelta(minutes=int(match[1])) + slack <= now

    def owner_of(self, query_id: str, location: str) -> Owner | None:
        """Return the owner that the location of a query's own result names; None for others."""
        pattern = (
            rf"s3://{re.escape(self.bucket)}/{re.escape(self.prefix)}/"
            rf"retention=(\d{{1,5}})/tenant=(\d{{1,18}})/{re.escape(query_id)}\.csv"
        )
        match = re.fullmatch(pattern, location, re.ASCII)
        if match is None:
            return None
        return Owner(tenant=int(match[2]), retention_minutes=int(match[1]))

    def tenant_of(self, location: str) -> int | None:
        """Return the tenant for whom a query ran, be it a dry run or a sample; None for others."""
        folder = rf"s3://{re.escape(self.bucket)}/{re.escape(self.root_prefix)}"
        match = re.match(rf"{folder}\d{{1,5}}/tenant=(\d{{1,18}})/", location, re.ASCII)
        return None if match is None else int(match[1])


@dataclass(frozen=True)
class OwnedQuery:
    """A query that this service started for a tenant."""

    query: Query
    owner: Owner

    @property
    def expires_at(self) -> datetime | None:
        """When the result expires; unknown until the query has ended.

        A result that is used again expires with the query that wrote it. If Athena does not know
        that any more, it has expired.
        """
        query = self.query
        if query.completed_at is None:
            return None
        retention = timedelta(minutes=self.owner.retention_minutes)
        if query.reused_query_id is None:
            return query.completed_at + retention
        return (query.reused_result_at or query.completed_at - retention) + retention


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
        # A result that is used again is where the tenant's own earlier query wrote it.
        written_by = query.reused_query_id or query.query_id
        owner = self.locations.owner_of(written_by, query.output_location)
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
                "The retention of the query has ended; submit it again.",
                query_id=owned.query.query_id,
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
