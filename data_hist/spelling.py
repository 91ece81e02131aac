"""Repeat a caller's name safely in an error, and suggest the name that was meant.

Suggestions come only from names that the caller may use. Knows no HTTP and no SQL.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

MAX_NAME_CHARS = 64

# The work grows with the square of the length, and no name of ours is longer.
_MAX_COMPARED_CHARS = 40
_LIKENESS = 0.7
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def short(name: str) -> str:
    """A name as it may be repeated to the caller: printable ASCII, and not long."""
    printable = _UNPRINTABLE.sub("?", name[: MAX_NAME_CHARS + 1])
    return (
        printable if len(printable) <= MAX_NAME_CHARS else printable[: MAX_NAME_CHARS - 3] + "..."
    )


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that is spelt most like this one, in any case; None if none is close."""
    if len(name) > _MAX_COMPARED_CHARS:
        return None
    by_folded = {each.lower(): each for each in allowed}
    folded = name.lower()
    # Two letters swapped in a short name leave little that is alike: csv and cvs.
    swapped = (each for each in by_folded if sorted(each) == sorted(folded))
    found = get_close_matches(folded, by_folded, 1, _LIKENESS)
    likest = next(iter(found), None) or next(swapped, None)
    return by_folded[likest] if likest else None


def offer(name: str, allowed: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest allowed name, or nothing."""
    found = nearest(name, allowed)
    return f"; did you mean '{found}'?" if found else ""


def sentence(text: str) -> str:
    """A text with the full stop that it lacks, if it lacks one."""
    return text if text.endswith(("?", ".")) else f"{text}."
