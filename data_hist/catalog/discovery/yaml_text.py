"""Write YAML with comments, in lines of at most 120 characters, as `yaml_file` reads it."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

_WIDTH: Final = 120
_PLAIN: Final = re.compile(
    r"[A-Za-z_][A-Za-z0-9_.-]*([ /][A-Za-z0-9_.-]+)*|[0-9]+[mhd]|\$(\.[A-Za-z_][A-Za-z0-9_]*)+",
    re.ASCII,
)
_WORDS: Final = {"null", "true", "false"}
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\t": "\\t"}
_PRINTABLE: Final = re.compile(r"[\x20-\x7e\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def comment(text: str, indent: int) -> Iterator[str]:
    """Write a comment, wrapped at spaces; what a line cannot have is shown as `?`."""
    shown = "".join(each if _PRINTABLE.fullmatch(each) else "?" for each in text)
    width = _WIDTH - indent - 2
    for line in textwrap.wrap(shown, width, break_on_hyphens=False):
        yield f"{' ' * indent}# {line}"


def entry(key: str, value: Any, indent: int, comments: Sequence[str] = ()) -> Iterator[str]:
    """Write a key with its value: on one line if it fits, and a short comment behind it."""
    start = f"{' ' * indent}{scalar(key)}:"
    line = f"{start} {flow(value)}" if value != {} else start
    note = " ".join(comments)
    with_note = f"{line}  # {note}"
    if note and len(with_note) <= _WIDTH and note.isprintable():
        yield with_note
        return
    yield from comment(note, indent)
    yield from [line] if len(line) <= _WIDTH else _block(start, value, indent)


def _block(start: str, value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield start
        for key, each in value.items():
            yield from entry(key, each, indent + 2)
    elif isinstance(value, str):
        yield from _folded(f"{start} ", value, indent + 2)
    else:
        yield start
        for each in value:
            yield from item(each, indent + 2)


def comment_out(lines: Iterable[str], indent: int) -> Iterator[str]:
    """Make comments of lines that are indented by two more than they are to be."""
    for line in lines:
        yield f"{' ' * indent}# {line[indent + 2 :]}"


def item(value: Any, indent: int) -> Iterator[str]:
    """Write an item of a list."""
    start = f"{' ' * indent}- "
    if isinstance(value, Mapping):
        lines = [line for key, each in value.items() for line in entry(key, each, indent + 2)]
        yield start + lines[0].lstrip()
        yield from lines[1:]
    elif len(start + flow(value)) <= _WIDTH:
        yield start + flow(value)
    else:
        yield from _folded(start, value, indent + 2)


def _folded(start: str, text: str, indent: int) -> Iterator[str]:
    """Write a long text in quotes, which a backslash continues on the next line."""
    pieces = [_escaped(each) for each in text]
    line = f'{start}"'
    for piece in pieces:
        if len(line) + len(piece) >= _WIDTH - 1:
            yield f"{line}\\"
            # A space at the beginning of a line counts only if it is escaped.
            line = " " * indent + ("\\" if piece == " " else "")
        line += piece
    yield f'{line}"'


def flow(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "null"
    return scalar(value) if isinstance(value, str) else str(value).lower()


def scalar(text: str) -> str:
    """Write a text, in quotes if it would be read as something else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if _PRINTABLE.fullmatch(character):
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
