"""Mutations of the shared cases: most are refused, and none does harm."""

from random import Random

from hypothesis import strategies as st

from tests.guarded_queries.profiles import seeded
from tests.guarded_queries.spelling import GAPS, pieces

LOOK_ALIKES = {
    "a": "\u0430\uff41",
    "c": "\u0441\u03f2",
    "d": "\u0501\uff44",
    "e": "\u0435\u212e",
    "i": "\u0131\u0130\u0456\u2170",
    "n": "\u0578",
    "o": "\u043e\u03bf\u00ba",
    "p": "\u0440",
    "r": "\u0433",
    "s": "\u017f\u0455",
    "t": "\u0442",
    "u": "\u057d",
}
_FRAGMENTS = (
    "'", '"', "/*", "*/", "--", ";", "(", ")", "[", ",", ".", "*", "?", "\\", "\0", "`", "->",
    "resourceid", '"OPERATIONID"', '"$path"', "events", "metrics", "data_hist.events", "e",
    "secret", "events_v0", "awsdatacatalog.data_hist.events_v0", "information_schema.tables",
    "customerid", "UNION ALL SELECT * FROM events", "OR true", "WHERE customerid = 11001",
    "AS events", "LATERAL", ", events b", "JOIN metrics m ON true", "TABLE", "FETCH",
    "TABLESAMPLE BERNOULLI (99)", "EXCEPT", "WITH x AS (SELECT * FROM events)", "AS t(a, b)",
    "NOT", "ORDER BY 1", "DISTINCT", "IN", "UNNEST",
)  # fmt: skip


def _deleted(tokens: list[str], place: int, _: Random) -> list[str]:
    return tokens[:place] + tokens[place + 1 :]


def _doubled(tokens: list[str], place: int, _: Random) -> list[str]:
    return tokens[:place] + tokens[place : place + 1] + tokens[place:]


def _exchanged(tokens: list[str], place: int, chance: Random) -> list[str]:
    changed = list(tokens)
    other = chance.randrange(len(tokens))
    changed[place], changed[other] = changed[other], changed[place]
    return changed


def _inserted(tokens: list[str], place: int, chance: Random) -> list[str]:
    return [*tokens[:place], chance.choice(_FRAGMENTS), *tokens[place:]]


def _replaced(tokens: list[str], place: int, chance: Random) -> list[str]:
    return [*tokens[:place], chance.choice(_FRAGMENTS), *tokens[place + 1 :]]


def _flipped(tokens: list[str], place: int, _: Random) -> list[str]:
    return [*tokens[:place], tokens[place].swapcase(), *tokens[place + 1 :]]


def _quoted(tokens: list[str], place: int, _: Random) -> list[str]:
    return [*tokens[:place], f'"{tokens[place]}"', *tokens[place + 1 :]]


def _look_alike(tokens: list[str], place: int, chance: Random) -> list[str]:
    token = tokens[place]
    fitting = [index for index, letter in enumerate(token) if letter in LOOK_ALIKES]
    if not fitting:
        return tokens
    at = chance.choice(fitting)
    changed = token[:at] + chance.choice(LOOK_ALIKES[token[at]]) + token[at + 1 :]
    return [*tokens[:place], changed, *tokens[place + 1 :]]


_CHANGES = (
    _deleted, _doubled, _exchanged, _inserted, _replaced, _flipped, _quoted, _look_alike,
)  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn, texts: list[str]) -> str:
    """A text with up to three changes, or two texts in one."""
    chance = seeded(draw(st.integers(0, 2**32)))
    tokens = [token for _, token in pieces(chance.choice(texts))] or ["SELECT"]
    if chance.random() < 0.15:
        tokens.append(chance.choice(("UNION", ";", ",", ")", "UNION ALL", "")))
        tokens += [token for _, token in pieces(chance.choice(texts))]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if tokens:
            tokens = chance.choice(_CHANGES)(tokens, chance.randrange(len(tokens)), chance)
    return "".join(token + chance.choice(GAPS) for token in tokens)
