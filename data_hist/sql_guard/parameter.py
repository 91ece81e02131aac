"""The values that a caller may give for a `?`, as JSON holds them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Parameter: TypeAlias = bool | int | float | str | Mapping[str, Any] | None


class BadParameter(ValueError):
    """A value without a literal; the message is what it must be, and never repeats the value.

    `field` is the field of an object of type and value that is wrong, if one alone is.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
