"""The values that a caller may give for a `?`, as JSON holds them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Parameter: TypeAlias = bool | int | float | str | Mapping[str, Any] | None


class BadParameter(ValueError):
    """A value without a literal; the message is what it must be, and never repeats the value."""
