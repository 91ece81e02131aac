"""Load the OpenAPI documents, and insert the header names that a deployment chooses."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from data_hist.catalog.yaml_file import parse_yaml

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "openapi"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "openapi"
"""In the installed package, or beside it in a checkout."""


def api_specification(tenant_header: str, gateway_header: str) -> dict[str, Any]:
    """Load the API specification, with the headers that this deployment uses."""
    specification = _read("data_hist.yaml")
    for section, parts in _read("problems.yaml")["components"].items():
        specification["components"].setdefault(section, {}).update(parts)
    schemes = specification["components"]["securitySchemes"]
    schemes["tenant"]["name"] = tenant_header
    schemes["gateway"]["name"] = gateway_header
    return specification


def health_specification() -> dict[str, Any]:
    """Load the specification of the health operations, which have no version."""
    return _read("health.yaml")


@cache
def problem_descriptions() -> dict[str, Any]:
    """Load each kind of problem by slug: when it occurs, what to do about it, and a sample."""
    descriptions: dict[str, Any] = _read("problems.yaml")["components"]["examples"]
    return descriptions


def _read(name: str) -> dict[str, Any]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    # Served as one document, whose references to other files become references to itself.
    document: dict[str, Any] = parse_yaml(re.sub(r"(\$ref: ')\w+\.yaml#", r"\1#", text))
    return document
