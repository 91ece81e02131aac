"""Write names in an error: a caller's own safely, the one that was probably meant, or a list.

Suggestions come only from names that the caller may use.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

MAX_NAME_CHARS = 64

# Comparing takes time quadratic in the length; all served names are shorter.
_MAX_COMPARED_CHARS = 40
_MIN_SIMILARITY = 0.7
_MOST_LISTED = 8
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def short(name: str) -> str:
    """Make a name safe to repeat to the caller: printable ASCII, and not long."""
    printable = _UNPRINTABLE.sub("?", name[: MAX_NAME_CHARS + 1])
    return (
        printable if len(printable) <= MAX_NAME_CHARS else printable[: MAX_NAME_CHARS - 3] + "..."
    )


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name most similar to this one, ignoring case; None if none is close."""
    if len(name) > _MAX_COMPARED_CHARS:
        return None
    by_folded = {each.lower(): each for each in allowed}
    folded = name.lower()
    # Swapped letters in a short name leave too little similarity, such as cvs for csv.
    swapped = (each for each in by_folded if sorted(each) == sorted(folded))
    found = get_close_matches(folded, by_folded, 1, _MIN_SIMILARITY)
    best = next(iter(found), None) or next(swapped, None)
    return by_folded[best] if best else None


def offer(name: str, allowed: Iterable[str]) -> str:
    """Return the end of a sentence that suggests the nearest allowed name, or nothing."""
    found = nearest(name, allowed)
    return f"; did you mean '{found}'?" if found else ""


def listing(names: Iterable[str]) -> str:
    """Return names as part of a sentence: `a, b and c`, or the first eight `and 12 more`."""
    *listed, last = list(names) or [""]
    if len(listed) >= _MOST_LISTED:
        more = len(listed) + 1 - _MOST_LISTED
        listed, last = listed[:_MOST_LISTED], f"{more:,} more"
    return f"{', '.join(listed)} and {last}" if listed else last


def sentence(text: str) -> str:
    """Return a text with a full stop, unless it ends a sentence already."""
    return text if text.endswith(("?", ".")) else f"{text}."
