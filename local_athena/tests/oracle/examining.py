"""Runs the embedded engine over goldens, and counts how its answers compare."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from tests.oracle.comparison import Verdict, compare
from tests.oracle.embedded import Answer, EmbeddedEngine
from tests.oracle.goldens import Golden

# Only turns a statement without end into a failure; most take milliseconds.
DEADLINE_SECONDS = 60.0
_REFUSAL = re.compile(r"The embedded endpoint does not support ")
_CALLED = re.compile(r"\b([A-Za-z_][A-Za-z0-9_]*)\(")


@dataclass(frozen=True)
class Finding:
    """A golden, what the embedded engine answered, and how it compares."""

    golden: Golden
    answer: Answer
    verdict: Verdict

    @property
    def is_expected(self) -> bool:
        """Whether the answer is right, or wrong for a cause that is known."""
        return (self.verdict is Verdict.RIGHT) == (self.golden.known is None)

    def __str__(self) -> str:
        """The statement and both answers."""
        answers = f"right: {_text(self.golden)}\n  given: {_text(self.answer)}"
        return f"{self.golden.sql}\n  {self._complaint()}\n  {answers}"

    @property
    def first_cause(self) -> str:
        """A name for the difference, until somebody finds out what it is due to."""
        if self.verdict is Verdict.REFUSED:
            return f"refused: {_REFUSAL.sub('', self.answer.message or '')}"
        called = _CALLED.search(self.golden.sql)
        return f"{called[1].lower() if called else 'SELECT'}: {self.verdict.value}"

    def _complaint(self) -> str:
        if self.verdict is Verdict.RIGHT and self.golden.known:
            return f"is right now: remove its mark, known: {self.golden.known}"
        known = f" (known: {self.golden.known})" if self.golden.known else ""
        return f"{self.verdict.value}{known}"


def examine(
    goldens: Iterable[Golden], deadline_seconds: float = DEADLINE_SECONDS
) -> Iterator[Finding]:
    """Run every statement that does not hang."""
    with closing(EmbeddedEngine(deadline_seconds)) as engine:
        for golden in goldens:
            if golden.hangs is None:
                answer = engine.answer(golden.sql)
                yield Finding(golden, answer, compare(golden, answer))


def mark(findings: Iterable[Finding]) -> list[Golden]:
    """Mark what differs and has no cause yet; unmark what is right."""
    marked = []
    for finding in findings:
        known = finding.golden.known
        if finding.verdict is Verdict.RIGHT:
            known = None
        elif known is None:
            known = finding.first_cause
        marked.append(replace(finding.golden, known=known))
    return marked


def format_table(counts: dict[str, Counter[Verdict]]) -> str:
    """Lay out how many statements of each feature got which verdict."""
    heads = ["feature", *(verdict.value for verdict in Verdict)]
    total = sum(counts.values(), Counter[Verdict]())
    rows = [
        [feature, *(str(count[verdict]) for verdict in Verdict)]
        for feature, count in [*counts.items(), ("all", total)]
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in [heads, *rows]
    )


def _text(answer: Golden | Answer) -> str:
    if answer.error is None:
        return f"{answer.rows} {answer.types}"
    line, column = answer.position or (None, None)
    position = f"line {line}:{column}: " if line else ""
    return f"{answer.error}: {position}{answer.message}"
