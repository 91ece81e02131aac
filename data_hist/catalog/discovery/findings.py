"""What a comparison of a catalog with an archive finds."""

from typing import NamedTuple


class Finding(NamedTuple):
    """What does not fit, at a key of the catalog file, and what to change.

    Attributes:
        path: The keys that lead to it.
        text: What was found, and what to write.
        is_note: Whether it may be meant so.
    """

    path: tuple[str | int, ...]
    text: str
    is_note: bool = False
