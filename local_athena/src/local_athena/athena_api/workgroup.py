"""The one workgroup, `primary`, and the output location of results."""

from typing import Any

from local_athena.athena_api.errors import invalid_input
from local_athena.athena_api.requests import Member, check_members

ENGINE_VERSION = {
    "SelectedEngineVersion": "AUTO",
    "EffectiveEngineVersion": "Athena engine version 3",
}
_GET = (Member("WorkGroup", required=True),)


class Workgroup:
    """The workgroup `primary`."""

    name = "primary"

    def __init__(self, location: str | None, *, enforces: bool) -> None:
        self._location = location
        self._enforces = enforces

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
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EngineVersion": ENGINE_VERSION,
        }
        return {
            "WorkGroup": {"Name": self.name, "State": "ENABLED", "Configuration": configuration}
        }
