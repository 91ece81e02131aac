"""Make names of columns and tables, which need no quotes in SQL, from keys and folders."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from data_hist.catalog.identifiers import RESERVED

_MAX_CHARS: Final = 60
_OTHERS: Final = re.compile(r"[^a-z0-9_]+")


def make_name(text: str, default: str, taken: Collection[str] = ()) -> str:
    """Make a name that is not taken: `$type` becomes `type`, and `order` `order_`."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in folded if not unicodedata.combining(each))
    name = _OTHERS.sub("_", plain)
    if name != plain:
        name = name.strip("_")
    name = name[:_MAX_CHARS] or default
    if name[0].isdigit():
        name = f"_{name}"
    if name.upper() in RESERVED:
        name = f"{name}_"
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found
