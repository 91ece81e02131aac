"""The caller's SQL text, and errors that point into it.

Every error of the guard is created here, so that none repeats more than a short name of the text.
"""

from dataclasses import dataclass

from data_hist.errors import InvalidSql, StatementNotAllowed


@dataclass(frozen=True)
class Source:
    """A text of SQL that knows lines and columns."""

    text: str

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        return self.text.count("\n", 0, offset) + 1, offset - line_start + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a position."""
        lines = self.text.split("\n", line - 1)
        return len(self.text) - len(lines[-1]) + column - 1

    def invalid(self, offset: int, detail: str) -> InvalidSql:
        """A syntax error at an offset."""
        line, column = self.position(offset)
        return InvalidSql(detail, code="SYNTAX_ERROR", line=line, column=column)

    def refusal(self, offset: int, rule: str, detail: str) -> StatementNotAllowed:
        """A rule broken at an offset."""
        line, column = self.position(offset)
        return StatementNotAllowed(detail, rule=rule, line=line, column=column)
