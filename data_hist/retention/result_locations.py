"""Encode owner and retention of a result in its S3 location, so that no other store is needed.

The output location is `s3://<bucket>/<prefix>/retention=<minutes>/tenant=<tenant>/`. Athena appends
`<query_id>.csv` and returns the location with every description.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

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

    @property
    def root_prefix(self) -> str:
        """The common prefix of the keys of all results."""
        return f"{self.prefix}/retention="

    def is_expired(self, key: str, modified_at: datetime, now: datetime, in_parts: bool) -> bool:
        """Whether an object is a result, or the output of a dry run, past its retention.

        Args:
            key: The object's key; a key of another form never expires.
            modified_at: Its `LastModified`.
            now: The current time.
            in_parts: Whether it was a multipart upload, so that `modified_at` is before the query
                ended.
        """
        match = re.match(
            rf"{re.escape(self.root_prefix)}(\d{{1,5}})/tenant=\d{{1,10}}/[^/]", key, re.ASCII
        )
        if match is None:
            return False
        slack = _LONGEST_UPLOAD if in_parts else _SLACK
        return modified_at + timedelta(minutes=int(match[1])) + slack <= now

    def owner_of(self, query_id: str, location: str) -> Owner | None:
        """Return the owner that a location names, or None if it has another form."""
        pattern = (
            rf"s3://{re.escape(self.bucket)}/{re.escape(self.prefix)}/"
            rf"retention=(\d{{1,5}})/tenant=(\d{{1,10}})/{re.escape(query_id)}\.csv"
        )
        match = re.fullmatch(pattern, location, re.ASCII)
        if match is None:
            return None
        return Owner(tenant=int(match[2]), retention_minutes=int(match[1]))
