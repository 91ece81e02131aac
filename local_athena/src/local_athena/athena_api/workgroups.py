"""The workgroups, `primary` among them: their settings, and what is saved in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_athena.athena_api.errors import invalid_input
from local_athena.athena_api.request_validation import PAGING, Member, check_members, page_of

PRIMARY = "primary"
ENGINE_VERSION = {
    "SelectedEngineVersion": "AUTO",
    "EffectiveEngineVersion": "Athena engine version 3",
}
_GET = (Member("WorkGroup", required=True),)
_LIST = (*PAGING, Member("WorkGroup"))


@dataclass(frozen=True)
class Workgroup:
    """A workgroup.

    Attributes:
        location: Its output location; None if queries have to name one.
        enforces: Whether its location overrides that of a query.
        scan_limit_bytes: After how many scanned bytes a query is cancelled; None for no limit.
    """

    name: str
    location: str | None = None
    enforces: bool = False
    scan_limit_bytes: int | None = None

    def output_location(self, requested: str | None) -> str | None:
        """Choose between the output location of the workgroup and that of the query."""
        return self.location if self.enforces or not requested else requested

    def configuration(self) -> dict[str, Any]:
        """Describe its settings, as in GetWorkGroup."""
        limit = self.scan_limit_bytes
        return {
            "ResultConfiguration": {"OutputLocation": self.location} if self.location else {},
            "EnforceWorkGroupConfiguration": self.enforces,
            "EnableMinimumEncryptionConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EngineVersion": ENGINE_VERSION,
        } | ({} if limit is None else {"BytesScannedCutoffPerQuery": limit})


class Workgroups:
    """All workgroups of the endpoint, which are there from its start."""

    def __init__(self, primary: Workgroup, scan_limits: Mapping[str, int | None]) -> None:
        others = [Workgroup(name, scan_limit_bytes=limit) for name, limit in scan_limits.items()]
        self._by_name = {each.name: each for each in (primary, *others)}
        self._created_at = datetime.now(UTC).timestamp()

    def require(self, name: str | None) -> Workgroup:
        """Find a workgroup; a request that omits the name means `primary`."""
        found = self._by_name.get(PRIMARY if name is None else name)
        if found is None:
            raise invalid_input("WorkGroup is not found.")
        return found

    def get_work_group(self, document: object) -> dict[str, Any]:
        """GetWorkGroup."""
        workgroup = self.require(check_members(document, _GET)["WorkGroup"])
        described = self._summary(workgroup) | {"Configuration": workgroup.configuration()}
        return {"WorkGroup": described}

    def list_work_groups(self, document: object) -> dict[str, Any]:
        """ListWorkGroups."""
        members = check_members(document, PAGING)
        # Without a description, GetWorkGroup omits it and this operation shows an empty one.
        also = {"Description": "", "EngineVersion": ENGINE_VERSION}
        summaries = [self._summary(each) | also for each in self._by_name.values()]
        return page_of("WorkGroups", summaries, members)

    def list_engine_versions(self, document: object) -> dict[str, Any]:
        """ListEngineVersions."""
        members = check_members(document, PAGING)
        newest = ENGINE_VERSION["EffectiveEngineVersion"]
        versions = [ENGINE_VERSION, ENGINE_VERSION | {"SelectedEngineVersion": newest}]
        return page_of("EngineVersions", versions, members)

    def list_named_queries(self, document: object) -> dict[str, Any]:
        """ListNamedQueries: the endpoint saves none."""
        return self._nothing("NamedQueryIds", document)

    def list_prepared_statements(self, document: object) -> dict[str, Any]:
        """ListPreparedStatements: the endpoint saves none."""
        return self._nothing("PreparedStatements", document)

    def _nothing(self, subject: str, document: object) -> dict[str, Any]:
        members = check_members(document, _LIST)
        self.require(members.get("WorkGroup"))
        return page_of(subject, [], members)

    def _summary(self, workgroup: Workgroup) -> dict[str, Any]:
        return {"Name": workgroup.name, "State": "ENABLED", "CreationTime": self._created_at}
