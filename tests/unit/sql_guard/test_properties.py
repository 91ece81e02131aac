"""Properties of every text: no crash, bounded cost, exact edits, no bypass by spelling."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_hist.errors import RequestError
from data_hist.sql_guard.guard import AdmittedQuery, Guard
from data_hist.sql_guard.lexer import Kind, Source, lex
from tests.support.shared_files import shared_cases

from .case_files import bounded, outcome, own_cases, sql_of

_SHARED = ("cases/sql_allowed.jsonl", "cases/sql_denied.jsonl", "cases/sql_scope.jsonl")
_CASES = own_cases("accepted.jsonl") + own_cases("refused.jsonl")
_CASES += [case for name in _SHARED for case in shared_cases(name)]
TEXTS = [text for text in map(sql_of, _CASES) if len(text) < 400]
HARD = [
    "(",
    ")",
    "'",
    '"',
    "/*",
    "*/",
    "--",
    "\n",
    ";",
    ",",
    ".",
    "?",
    "\\",
    "\0",
    "\u0131",
    "[",
    "->",
]
WORDS = [
    "secret",
    "events",
    "TABLE",
    "FETCH b",
    "TABLESAMPLE b",
    "LATERAL x",
    "resourceid",
    "UNION",
]

mutations = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 8),
        st.sampled_from(HARD + [f" {word} " for word in WORDS]) | st.text(max_size=3),
    ),
    min_size=1,
    max_size=4,
)
unhurried = settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def mutated(text: str, changes: list[tuple[float, int, str]]) -> str:
    for place, removed, inserted in changes:
        start = round(place * len(text))
        text = text[:start] + inserted + text[start + removed :]
    return text


def pieces(text: str) -> list[tuple[Kind, str]]:
    """The tokens as they are written; empty when there are none."""
    try:
        tokens = lex(Source(text), max_tokens=5_000).tokens
    except RequestError:
        return []
    return [(token.kind, text[token.start : token.end]) for token in tokens]


@given(st.sampled_from(TEXTS), mutations)
@unhurried
def test_a_damaged_query_is_decided_at_a_bounded_cost(
    guard: Guard, text: str, changes: list[tuple[float, int, str]]
) -> None:
    sql = mutated(text, changes)

    with bounded(sql):
        decision = outcome(guard, sql, 11000)

    if isinstance(decision, AdmittedQuery):
        assert_only_our_tables(decision.sql)


def assert_only_our_tables(sent: str) -> None:
    """Every name of the database stands behind our columns, and no foreign table is left."""
    tokens = [text for kind, text in pieces(sent) if kind is not Kind.STRING]
    for index, text in enumerate(tokens):
        if text in ('"events_v0"', '"metrics_v0"'):
            assert tokens[index - 5 : index] == [
                "FROM", '"awsdatacatalog"', ".", '"data_hist"', ".",
            ]  # fmt: skip
            assert tokens[index + 1 : index + 6] == ["WHERE", "customerid", "=", "11000", ")"]


@given(st.sampled_from(TEXTS), mutations)
@unhurried
def test_outside_of_the_edits_the_sent_text_is_the_callers(
    guard: Guard, text: str, changes: list[tuple[float, int, str]]
) -> None:
    sql = mutated(text, changes)
    decision = outcome(guard, sql, 11000)
    if isinstance(decision, str):
        return

    mine = sent = 0
    for edit in decision.edits:
        kept = edit.start - mine
        assert kept >= 0
        assert sql[mine : edit.start] == decision.sql[sent : sent + kept]
        mine, sent = edit.start + edit.removed, sent + kept + edit.inserted
    assert sql[mine:] == decision.sql[sent:]


@given(
    st.sampled_from(TEXTS),
    st.sampled_from([" ", "\n", "\t\r\n", "/**/", "/* ' */", " -- x\n", "/*\n--*/ "]),
    st.sampled_from([str.upper, str.lower, str.swapcase]),
)
@unhurried
def test_spelling_and_comments_change_no_decision(
    guard: Guard, text: str, gap: str, spelled: Any
) -> None:
    tokens = pieces(text)
    if not tokens:
        return
    respelled = gap.join(
        spelled(word) if kind is Kind.WORD or (word.isascii() and kind is Kind.QUOTED) else word
        for kind, word in tokens
    )
    if "$" in text or any(kind is Kind.STRING and word[0] in "uUxX" for kind, word in tokens):
        return

    before, after = outcome(guard, text, 11000), outcome(guard, respelled, 11000)

    assert isinstance(before, str) == isinstance(after, str), (text, respelled)


@pytest.mark.parametrize("text", [text for text in TEXTS if ";" not in text][::7])
def test_cutting_a_query_anywhere_never_crashes(guard: Guard, text: str) -> None:
    for end in range(0, len(text), 5):
        decision = outcome(guard, text[:end], 11000)
        assert isinstance(decision, str | AdmittedQuery)
