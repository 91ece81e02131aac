"""Where the statements of a text end: a `;` in a string, a name or a comment ends none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# What is not closed goes on to the end of the text.
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)|/\*.*|'[^']*'?|"[^"]*"?|(?P<end>;)|.""", re.DOTALL
)


@dataclass(frozen=True)
class Script:
    """The statements of a text, without what ends them.

    Attributes:
        statements: Those that a `;` has ended.
        rest: What comes after the last `;`, unless it is only space and comments.
        has_end: Whether there is a `;`.
    """

    statements: Sequence[str]
    rest: str
    has_end: bool

    @property
    def all(self) -> Sequence[str]:
        """All statements, also the one that nothing has ended."""
        return [*self.statements, self.rest] if self.rest else self.statements


def script_of(text: str) -> Script:
    """Find the statements of a text; space and comments alone are none."""
    statements = []
    start, has_words, has_end = 0, False, False
    for token in _TOKEN.finditer(text):
        if token["end"]:
            if has_words:
                statements.append(text[start : token.start()])
            start, has_words, has_end = token.end(), False, True
        elif not token["space"]:
            has_words = True
    return Script(statements, text[start:].rstrip() if has_words else "", has_end)
