"""Text of others as a terminal shows it: nothing in it controls the terminal."""

import unicodedata

# The character before it becomes an emoji, which takes two places.
_EMOJI_SELECTOR = "\ufe0f"
_SHOWN = {"\n": "↵", "\t": "→", "\r": ""}


def printable(text: str, kept: str = "") -> str:
    """Return a text without control characters, but for those that are to be kept."""
    if text.isprintable():
        return text
    return "".join(each if each in kept else _shown(each) for each in text)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return _SHOWN.get(character, f"\\x{ord(character):02x}")


def display_width(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_places(each) for each in text)


def _places(character: str) -> int:
    if character == _EMOJI_SELECTOR:
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
