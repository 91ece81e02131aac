"""The settings of an Athena workgroup that the service relies on."""

from collections.abc import Mapping
from typing import Any, NoReturn

from data_hist.errors import EngineUnavailable


def require_suitable(name: str, workgroup: Mapping[str, Any]) -> None:
    """Check that a workgroup stores results where the service says.

    Raises:
        EngineUnavailable: It does not; the detail says what to change.
    """
    configuration = workgroup.get("Configuration", {})
    if configuration.get("EnforceWorkGroupConfiguration"):
        _refuse(
            f"Workgroup {name} enforces its own settings, so that results would not "
            "lie where their owner and retention are kept: turn off 'Override client-side "
            "settings' (EnforceWorkGroupConfiguration=false)."
        )
    if configuration.get("ManagedQueryResultsConfiguration", {}).get("Enabled"):
        _refuse(
            f"Workgroup {name} keeps its results in Athena's own storage: turn off "
            "'Athena managed' results (ManagedQueryResultsConfiguration.Enabled=false)."
        )


def _refuse(detail: str) -> NoReturn:
    raise EngineUnavailable(detail, code="WORKGROUP_CONFIGURATION")
