"""The one workgroup, `primary`: its settings, and what is saved in it."""

from datetime import UTC, datetime
from typing import Any

from local_athena.athena_api.errors import invalid_input
from local_athena.athena_api.request_validation import PAGING, Member, check_members, page_of

ENGINE_VERSION = {
    "SelectedEngineVersion": "AUTO",
    "EffectiveEngineVersion": "Athena engine version 3",
}
_GET = (Member("WorkGroup", required=True),)
_LIST = (*PAGING, Member("WorkGroup"))


class Workgroup:
    """The workgroup `primary`."""

    name = "primary"

    def __init__(self, location: str | None, *, enforces: bool) -> None:
        self._location = location
        self._enforces = enforces
        self._created_at = datetime.now(UTC)

    def require(self, name: str | None) -> None:
        """Refuse any other workgroup; a request may omit the name."""
        if name is not None and name != self.name:
            raise invalid_input("WorkGroup is not found.")

    def output_location(self, requested: str | None) -> str | None:
        """Choose between the output location of the workgroup and that of the query."""
        return self._location if self._enforces or not requested else requested

    def get_work_group(self, document: object) -> dict[str, Any]:
        """GetWorkGroup."""
        self.require(check_members(document, _GET)["WorkGroup"])
        result = {"OutputLocation": self._location} if self._location else {}
        configuration = {
            "ResultConfiguration": result,
            "EnforceWorkGroupConfiguration": self._enforces,
            "EnableMinimumEncryptionConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EngineVersion": ENGINE_VERSION,
        }
        return {"WorkGroup": {**self._summary(), "Configuration": configuration}}

    def list_work_groups(self, document: object) -> dict[str, Any]:
        """ListWorkGroups."""
        members = check_members(document, PAGING)
        # Without a description, GetWorkGroup omits it and this operation shows an empty one.
        summary = {**self._summary(), "Description": "", "EngineVersion": ENGINE_VERSION}
        return page_of("WorkGroups", [summary], members)

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

    def _summary(self) -> dict[str, Any]:
        created_at = self._created_at.timestamp()
        return {"Name": self.name, "State": "ENABLED", "CreationTime": created_at}
