"""The contract: where the OpenAPI documents lie, and the names that a deployment chooses."""

from pathlib import Path
from typing import Any

import yaml

_INSTALLED = Path(__file__).with_name("openapi")
FOLDER = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1] / "openapi"
"""Inside the installed package, or beside it in a checkout."""


def api_specification(tenant_header: str, gateway_header: str) -> dict[str, Any]:
    """The contract of the API, with the headers that this deployment uses."""
    text = (FOLDER / "data_hist.yaml").read_text(encoding="utf-8")
    specification: dict[str, Any] = yaml.safe_load(text)
    schemes = specification["components"]["securitySchemes"]
    schemes["tenant"]["name"] = tenant_header
    schemes["gateway"]["name"] = gateway_header
    return specification
