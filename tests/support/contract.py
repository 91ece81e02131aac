"""The API specification as it stands in `openapi/`."""

from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parents[2] / "openapi"
SPEC: dict[str, Any] = yaml.safe_load((_FOLDER / "data_hist.yaml").read_text())
HEALTH_SPEC: dict[str, Any] = yaml.safe_load((_FOLDER / "health.yaml").read_text())
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]


def operations(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The operations of a specification, by their ids."""
    return {
        operation["operationId"]: operation
        for path in spec["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }
