"""Makes statements by chance: the same ones for the same seed and the same signatures."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.oracle.corpora import corpus_files, fill, read_templates
from tests.oracle.expressions import Expressions, Signature, parse_signature

# What differs from run to run, or asks for more memory than is worth it.
_LEFT_OUT = frozenset({"now", "rand", "random", "shuffle", "uuid", "version", "repeat"})
_FRAMES = (
    "",
    " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    " RANGE UNBOUNDED PRECEDING",
    " GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
)
_ROWS = (0, 1, 3, 5)


@dataclass(frozen=True)
class Functions:
    """The functions of a Trino, by kind."""

    scalar: list[Signature]
    aggregate: list[Signature]
    window: list[Signature]

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[Any]], allowed: frozenset[str]) -> "Functions":
        """Read the rows of SHOW FUNCTIONS, and keep the functions that Athena has."""
        kinds: dict[str, list[Signature]] = {"scalar": [], "aggregate": [], "window": []}
        for name, result, arguments, kind, *_ in rows:
            if name in allowed - _LEFT_OUT and kind in kinds:
                kinds[kind].append(parse_signature(name, result, arguments))
        return cls(*(sorted(set(each)) for each in kinds.values()))


class Fuzzer:
    """Makes statements of functions, and of the templates of the corpora."""

    def __init__(self, seed: int, functions: Functions) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the same statements for a seed
        self._functions = functions
        self._expressions = Expressions(self._chance, functions.scalar)
        self._templates = [line for path in corpus_files() for line in read_templates(path)]

    def statements(self, count: int) -> Iterator[str]:
        """Make so many statements."""
        makers = [self._scalar, self._aggregate, self._window, self._template]
        for _ in range(count):
            yield self._chance.choices(makers, weights=[5, 2, 1, 4])[0]()

    def _scalar(self) -> str:
        return f"SELECT {self._expressions.call(self._chance.choice(self._functions.scalar))}"

    def _template(self) -> str:
        return fill(self._chance.choice(self._templates), self._chance)

    def _aggregate(self) -> str:
        signature = self._chance.choice(self._functions.aggregate)
        arguments, relation = self._columns(signature)
        distinct = self._maybe("DISTINCT ") if arguments else ""
        order = ""
        if arguments and not distinct:
            order = self._maybe(f" ORDER BY {arguments[0]} DESC")
        condition = self._maybe(f" FILTER (WHERE {arguments[0]} IS NOT NULL)") if arguments else ""
        called = f"{signature.name}({distinct}{', '.join(arguments)}{order}){condition}"
        # Trino spreads the distinct values of all rows over threads, and their order is open. Those
        # of a group are in the order of the rows.
        grouping = " GROUP BY n IS NULL" if distinct else ""
        return f"SELECT {called} FROM {relation}{grouping}"

    def _window(self) -> str:
        kinds = [self._functions.window, self._functions.aggregate]
        signature = self._chance.choice(self._chance.choice(kinds))
        arguments, relation = self._columns(signature)
        partition = self._maybe("PARTITION BY n % 2 ")
        frame = self._chance.choice(_FRAMES)
        over = f"OVER ({partition}ORDER BY n{frame})"
        return f"SELECT n, {signature.name}({', '.join(arguments)}) {over} FROM {relation}"

    def _columns(self, signature: Signature) -> tuple[list[str], str]:
        """Make a relation whose columns are arguments for a function."""
        kinds = self._expressions.bind(signature)
        names = [f"c{index}" for index in range(len(kinds))]
        count = self._chance.choice(_ROWS)
        rows = [
            ", ".join([str(number), *(self._expressions.constant(kind) for kind in kinds)])
            for number in range(max(1, count))
        ]
        values = ", ".join(f"({row})" for row in rows)
        where = "" if count else " WHERE n < 0"
        arguments = [
            self._expressions.value(kind) if kind.startswith("function(") else name
            for name, kind in zip(names, kinds, strict=True)
        ]
        return arguments, f"(VALUES {values}) AS t({', '.join(['n', *names])}){where}"

    def _maybe(self, text: str) -> str:
        return text if self._chance.random() < 0.3 else ""
