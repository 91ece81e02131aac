"""Other spellings of the same query: case, blanks, comments, quotes around plain names.

Has its own lexer, so that a fault of the guard's cannot hide itself.
"""

import re
from collections.abc import Callable
from random import Random
from string import ascii_lowercase, ascii_uppercase

_TOKEN = re.compile(
    r"""
      (?P<comment>--[^\r\n]*|/\*.*?\*/)
    | (?P<string>(?:[xX]|[uU]&)?'(?:[^']|'')*'|[uU]&"[^"]*")
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?!\w))
    | (?P<word>[A-Za-z_]\w*)
    | (?P<operator>->|<>|!=|<=|>=|\|\||/(?!\*)|[^\w\s'"/])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_SWAPPED = str.maketrans(ascii_lowercase + ascii_uppercase, ascii_uppercase + ascii_lowercase)
GAPS = (" ", " ", "  ", "\n", "\t\r\n", "/**/", " -- it's\n", "/* \" ' -- ; */", "/* ( */ ")


def pieces(sql: str) -> list[tuple[str, str]]:
    """The kind and the text of each token, without comments; empty for a text that has none."""
    found: list[tuple[str, str]] = []
    # A comment with a NUL is the fault of its text, which a spelling without it has not.
    place = len(sql) if "\0" in sql else 0
    while place < len(sql):
        if sql[place] in " \t\r\n":
            place += 1
            continue
        match = _TOKEN.match(sql, place)
        if match is None:
            return []
        if match.lastgroup != "comment":
            found.append((str(match.lastgroup), match.group()))
        place = match.end()
    return found


def spelled(sql: str, chance: Random, names: Callable[[str], bool] = lambda _: False) -> str:
    """The same tokens in another spelling; words for which `names` holds may get quotes."""
    text = ""
    for kind, token in pieces(sql):
        gap = chance.choice(GAPS)
        text += gap if text else chance.choice(("", "\n", "/* SELECT */"))
        text += _word(token, chance, names) if kind == "word" else token
    return text + chance.choice(("", " ", "\n", " -- end", "/* end */"))


def swapped(sql: str) -> str:
    """A text that has no tokens, in the other case; look-alikes of ASCII letters stay."""
    return sql.translate(_SWAPPED)


def _word(word: str, chance: Random, names: Callable[[str], bool]) -> str:
    cased = chance.choice((str.lower, str.upper, str.swapcase, str.title, str))(word)
    return f'"{cased}"' if names(word.lower()) and chance.random() < 0.3 else cased
