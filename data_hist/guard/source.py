"""The caller's text, and refusals that point into it.

Every refusal of the guard is made here, so that none echoes more than a short name of the text.
"""

import re
from dataclasses import dataclass

from data_hist.errors import InvalidSql, StatementNotAllowed

MAX_NAME_CHARS = 64

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def short(name: str) -> str:
    """A name as it may be repeated to the caller: printable ASCII, and not long."""
    printable = _UNPRINTABLE.sub("", name)
    return (
        printable if len(printable) <= MAX_NAME_CHARS else printable[: MAX_NAME_CHARS - 3] + "..."
    )


@dataclass(frozen=True)
class Source:
    """A text of SQL that knows lines and columns."""

    text: str

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        return self.text.count("\n", 0, offset) + 1, offset - line_start + 1

    def invalid(self, offset: int, detail: str) -> InvalidSql:
        """A syntax error at an offset."""
        line, column = self.position(offset)
        return InvalidSql(detail, code="SYNTAX_ERROR", line=line, column=column)

    def refusal(self, offset: int, rule: str, detail: str) -> StatementNotAllowed:
        """A rule broken at an offset."""
        line, column = self.position(offset)
        return StatementNotAllowed(detail, rule=rule, line=line, column=column)
