"""Where results lie, whose they are and how long they are kept: the store is the location itself.

A query is started with the output location
`s3://<bucket>/<prefix>/retention=<minutes>/tenant=<tenant>/`. Athena adds `<query_id>.csv` and
gives the location back with every description, on any replica and after any restart.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

# Between the writing of an object and the end of its query.
_SLACK = timedelta(minutes=1)
# Athena raises the limit of a query's duration to 240 minutes at most.
_LONGEST_UPLOAD = timedelta(minutes=240)


@dataclass(frozen=True)
class Owner:
    """Whose query it is, and for how long its result is kept."""

    tenant: int
    retention_minutes: int


@dataclass(frozen=True)
class ResultLocations:
    """The part of a bucket that holds this service's results."""

    bucket: str
    prefix: str

    def for_owner(self, owner: Owner) -> str:
        """The output location to start a query with."""
        return (
            f"s3://{self.bucket}/{self.prefix}/"
            f"retention={owner.retention_minutes}/tenant={owner.tenant}/"
        )

    def for_validation(self, owner: Owner) -> str:
        """An output location that makes a query nobody's: what a dry run leaves behind."""
        return f"{self.for_owner(owner)}dry-run/"

    @property
    def root_prefix(self) -> str:
        """What the keys of all results begin with, and no other key."""
        return f"{self.prefix}/retention="

    def is_expired(self, key: str, modified_at: datetime, now: datetime, in_parts: bool) -> bool:
        """Whether an object is a result, or what a dry run left, past its retention.

        Args:
            key: The object's key; any that this service does not write is never expired.
            modified_at: Its `LastModified`.
            now: The current time.
            in_parts: Whether `modified_at` is when its upload began, which is while the query runs.
        """
        match = re.match(
            rf"{re.escape(self.root_prefix)}(\d{{1,5}})/tenant=\d{{1,10}}/[^/]", key, re.ASCII
        )
        if match is None:
            return False
        slack = _LONGEST_UPLOAD if in_parts else _SLACK
        return modified_at + timedelta(minutes=int(match[1])) + slack <= now

    def owner_of(self, query_id: str, location: str) -> Owner | None:
        """The owner that a query's location names, or None when it is not one of ours."""
        pattern = (
            rf"s3://{re.escape(self.bucket)}/{re.escape(self.prefix)}/"
            rf"retention=(\d{{1,5}})/tenant=(\d{{1,10}})/{re.escape(query_id)}\.csv"
        )
        match = re.fullmatch(pattern, location, re.ASCII)
        if match is None:
            return None
        return Owner(tenant=int(match[2]), retention_minutes=int(match[1]))
