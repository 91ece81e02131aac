"""Hooks of Schemathesis: no schema can say which texts are values of an Athena type."""

import re
from typing import Any

import schemathesis

_VALUES = {
    "boolean": "true",
    "real": "1.5",
    "double": "-1e3",
    "date": "2026-03-01",
    "time": "09:05:07",
    "timestamp": "2026-03-01 09:05:07",
    "timestamp with time zone": "2026-03-01 09:05:07 UTC",
    "json": "{}",
}
_SIZE = re.compile(r"[1-9][0-9]*")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Give each parameter of a known type a value of that type, and a size that the type has."""
    parameters = case.body.get("parameters") if isinstance(case.body, dict) else None
    for parameter in parameters if isinstance(parameters, list) else ():
        if isinstance(parameter, dict) and all(
            isinstance(parameter.get(name), str) for name in ("type", "value")
        ):
            parameter["type"] = _SIZE.sub("9", parameter["type"])
            parameter["value"] = _VALUES.get(parameter["type"].lower(), "0")
