"""Where results lie, whose they are and how long they are kept: the store is the location itself.

A query is started with the output location
`s3://<bucket>/<prefix>/retention=<minutes>/tenant=<tenant>/`. Athena adds `<query_id>.csv` and
gives the location back with every description, on any replica and after any restart.
"""

import re
from dataclasses import dataclass

from data_hist.model import Owner


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
