"""Write names in an error: a caller's own safely, the one that was probably meant, or a list.

Suggestions come only from names that the caller may use.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

MAX_NAME_CHARS = 64
MOST_SUGGESTED = 3

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


def nearest_names(name: str, allowed: Iterable[str]) -> list[str]:
    """Return up to three allowed names similar to this one, ignoring case, the nearest first."""
    if len(name) > _MAX_COMPARED_CHARS:
        return []
    by_folded = {each.lower(): each for each in allowed}
    folded = name.lower()
    # Swapped letters in a short name leave too little similarity, such as cvs for csv.
    swapped = (each for each in by_folded if sorted(each) == sorted(folded))
    found = get_close_matches(folded, by_folded, MOST_SUGGESTED, _MIN_SIMILARITY)
    return [by_folded[each] for each in dict.fromkeys([*found, *swapped])][:MOST_SUGGESTED]


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name most similar to this one, ignoring case; None if none is close."""
    return next(iter(nearest_names(name, allowed)), None)


def ask(suggestions: Sequence[str]) -> str:
    """Return the end of a sentence that asks for the first suggestion, or nothing."""
    return f"; did you mean '{suggestions[0]}'?" if suggestions else ""


def offer(name: str, allowed: Iterable[str]) -> str:
    """Return the end of a sentence that suggests the nearest allowed name, or nothing."""
    return ask(nearest_names(name, allowed))


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
