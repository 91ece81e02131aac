"""Corpora: templates of statements, and the pools of values that stand in their placeholders.

A line is a template. `{name}` stands for a value of the pool of that name, `{a|b}` for one of the
alternatives written there, `⟦'{}'|'""'⟧` if they hold braces or quotes. `@20 ` in front allows so
many statements of it, instead of 12.
"""

import itertools
import math
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "corpora"

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*|[^{}\"]*\|[^{}\"]*)\}|⟦([^⟦⟧]*)⟧")
_LIMIT = re.compile(r"@(\d+) ")
_QUERY = re.compile(r"\(*(?:SELECT|WITH|VALUES|TABLE)\b")
_DEFAULT_LIMIT = 12
_CANDIDATES = 30


@cache
def read_pools() -> dict[str, list[str]]:
    """Read the values of each pool."""
    pools: dict[str, list[str]] = {}
    name = ""
    for line in _lines(FOLDER / "pools.txt"):
        if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
            name = line[1:-1]
            pools[name] = []
        else:
            pools[name].append(line)
    return pools


def corpus_files() -> list[Path]:
    """Every file of templates, one for each feature."""
    return [path for path in sorted(FOLDER.glob("*.txt")) if path.stem != "pools"]


def read_corpus(path: Path) -> list[str]:
    """Write out the statements of a corpus, always the same ones."""
    statements: dict[str, None] = {}
    for line in _lines(path):
        limit = _LIMIT.match(line)
        template = line[limit.end() :] if limit else line
        most = int(limit[1]) if limit else _DEFAULT_LIMIT
        statements |= dict.fromkeys(_expand(template, most))
    return list(statements)


def read_templates(path: Path) -> list[str]:
    """Read the templates of a corpus, without their limits."""
    return [_LIMIT.sub("", line, count=1) for line in _lines(path)]


def fill(template: str, chance: random.Random) -> str:
    """Write one statement of a template, with values by chance."""
    return _as_query(_PLACEHOLDER.sub(lambda match: chance.choice(_values(match)), template))


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("# ")]


def _values(match: re.Match[str]) -> list[str]:
    placeholder = match[1] or match[2]
    return placeholder.split("|") if "|" in placeholder else read_pools()[placeholder]


def _expand(template: str, most: int) -> Iterator[str]:
    pools = [_values(match) for match in _PLACEHOLDER.finditer(template)]
    chance = random.Random(template)  # noqa: S311 - the same statements each time
    for choice in _cover_pairs(pools, most, chance):
        fixed = _PLACEHOLDER.split(template)[:: _PLACEHOLDER.groups + 1]
        parts = itertools.chain.from_iterable(itertools.zip_longest(fixed, choice, fillvalue=""))
        yield _as_query("".join(parts))


def _as_query(text: str) -> str:
    return text if _QUERY.match(text) else f"SELECT {text}"


def _cover_pairs(
    pools: list[list[str]], most: int, chance: random.Random
) -> Iterator[tuple[str, ...]]:
    """Choose values so that few choices hold every pair of values, at most so many of them."""
    if len(pools) <= 1 or math.prod(map(len, pools)) <= most:
        yield from itertools.islice(itertools.product(*pools), most)
        return
    missing = {
        (first, one, second, other)
        for first, second in itertools.combinations(range(len(pools)), 2)
        for one in pools[first]
        for other in pools[second]
    }
    for _ in range(most):
        if not missing:
            return
        seed = chance.choice(sorted(missing))
        choices = [_choice_with(seed, pools, chance) for _ in range(_CANDIDATES)]
        best = max(choices, key=lambda choice: len(_pairs(choice) & missing))
        missing -= _pairs(best)
        yield best


def _choice_with(
    pair: tuple[int, str, int, str], pools: list[list[str]], chance: random.Random
) -> tuple[str, ...]:
    choice = [chance.choice(pool) for pool in pools]
    first, one, second, other = pair
    choice[first], choice[second] = one, other
    return tuple(choice)


def _pairs(choice: tuple[str, ...]) -> set[tuple[int, str, int, str]]:
    places = itertools.combinations(enumerate(choice), 2)
    return {(first, one, second, other) for (first, one), (second, other) in places}
