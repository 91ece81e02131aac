"""The contract: where the OpenAPI documents lie, and the names that a deployment chooses."""

from pathlib import Path
from typing import Any

import yaml

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "openapi"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "openapi"
"""Inside the installed package, or beside it in a checkout."""


def api_specification(tenant_header: str, gateway_header: str) -> dict[str, Any]:
    """The contract of the API, with the headers that this deployment uses."""
    specification = _specification("data_hist.yaml")
    schemes = specification["components"]["securitySchemes"]
    schemes["tenant"]["name"] = tenant_header
    schemes["gateway"]["name"] = gateway_header
    return specification


def health_specification() -> dict[str, Any]:
    """What an operator's tools ask, outside of any version."""
    return _specification("health.yaml")


def _specification(name: str) -> dict[str, Any]:
    specification: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return specification
