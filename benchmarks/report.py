"""Statistics of repeated measurements, and tables of them."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """The median and quartiles of some figures."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        return f"{number(self.median)} [{number(self.low)}-{number(self.high)}]"


class Measurements:
    """Measurements by candidate, one figure per repeat."""

    def __init__(self) -> None:
        self._figures: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, who: str, **figures: float) -> None:
        """Add the figures of one repeat."""
        for name, figure in figures.items():
            self._figures[who, name].append(figure)

    def median(self, who: str, figure: str) -> float:
        """Return the median over the repeats."""
        return statistics.median(self._figures[who, figure])

    def most(self, who: str, figure: str) -> float:
        """Return the largest figure of the repeats."""
        return max(self._figures[who, figure])

    def ratio(self, who: str, to: str, figure: str) -> Spread:
        """Return the ratio of one candidate to another, computed within each repeat."""
        pairs = zip(self._figures[who, figure], self._figures[to, figure], strict=True)
        return _spread([one / max(other, 1e-9) for one, other in pairs])


@dataclass(frozen=True)
class Target:
    """A target for a figure, and the figure."""

    text: str
    reached: float
    at_least: float | None = None
    at_most: float | None = None

    def row(self) -> tuple[str, ...]:
        """Render the target as a table row."""
        if self.at_least is not None:
            wanted, met = f"at least {number(self.at_least)}", self.reached >= self.at_least
        else:
            limit = self.at_most or 0.0
            wanted, met = f"at most {number(limit)}", self.reached <= limit
        return self.text, wanted, number(self.reached), "yes" if met else "**no**"


@dataclass
class Section:
    """The results of a case."""

    case: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def markdown(self) -> str:
        """Render the section as Markdown."""
        parts = [f"### {self.case}", table(self.header, self.rows), *self.notes]
        if self.targets:
            rows = [target.row() for target in self.targets]
            parts.append(table(("target", "wanted", "reached", "met"), rows))
        return "\n\n".join(parts)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Render a Markdown table with aligned columns."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = ["| " + _padded(row, widths) + " |" for row in (header, rule, *rows)]
    return "\n".join(lines)


def number(value: float) -> str:
    """Format a number with its significant digits."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of values."""
    return sorted(values)[max(-(-len(values) * percent // 100) - 1, 0)]


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))


def _spread(values: Sequence[float]) -> Spread:
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))
