"""Figures of repeated measurements, and the tables made of them."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """The median of some figures, and their quartiles."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        return f"{number(self.median)} [{number(self.low)}-{number(self.high)}]"


class Measurements:
    """What was measured, by who it was measured of, one figure for each repeat."""

    def __init__(self) -> None:
        self._figures: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, who: str, **figures: float) -> None:
        """Take the figures of one repeat."""
        for name, figure in figures.items():
            self._figures[who, name].append(figure)

    def median(self, who: str, figure: str) -> float:
        """The median over the repeats."""
        return statistics.median(self._figures[who, figure])

    def most(self, who: str, figure: str) -> float:
        """The largest of the repeats."""
        return max(self._figures[who, figure])

    def ratio(self, who: str, to: str, figure: str) -> Spread:
        """How many times another's figure one's is, repeat by repeat."""
        pairs = zip(self._figures[who, figure], self._figures[to, figure], strict=True)
        return _spread([one / max(other, 1e-9) for one, other in pairs])


@dataclass(frozen=True)
class Target:
    """What a figure should be, and what it is."""

    text: str
    reached: float
    at_least: float | None = None
    at_most: float | None = None

    def row(self) -> tuple[str, ...]:
        """The target as a row of a table."""
        if self.at_least is not None:
            wanted, met = f"at least {number(self.at_least)}", self.reached >= self.at_least
        else:
            limit = self.at_most or 0.0
            wanted, met = f"at most {number(limit)}", self.reached <= limit
        return self.text, wanted, number(self.reached), "yes" if met else "**no**"


@dataclass
class Section:
    """What a case has found."""

    case: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def markdown(self) -> str:
        """The section as a part of a document."""
        parts = [f"### {self.case}", table(self.header, self.rows), *self.notes]
        if self.targets:
            rows = [target.row() for target in self.targets]
            parts.append(table(("target", "wanted", "reached", "met"), rows))
        return "\n\n".join(parts)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned for whoever reads the text."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = ["| " + _padded(row, widths) + " |" for row in (header, rule, *rows)]
    return "\n".join(lines)


def number(value: float) -> str:
    """A number with as many digits as say something."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed."""
    return sorted(values)[max(-(-len(values) * percent // 100) - 1, 0)]


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))


def _spread(values: Sequence[float]) -> Spread:
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))
