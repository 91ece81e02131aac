"""Mutated, respelled and disguised queries are refused as documented, or are harmless."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given

from data_hist.errors import InvalidSql, QueryTooLarge, StatementNotAllowed
from data_hist.sql_guard.guard import Guard
from tests.guarded_queries import case_files
from tests.guarded_queries.case_files import Case, by_id
from tests.guarded_queries.conftest import closing
from tests.guarded_queries.engine import PHYSICAL, Answer, Engine, Refused
from tests.guarded_queries.grammar import is_name
from tests.guarded_queries.mutation import LOOK_ALIKES, mutants
from tests.guarded_queries.profiles import examples, seeded
from tests.guarded_queries.reads import Unreadable, tables_read
from tests.guarded_queries.spelling import pieces, spelled, swapped
from tests.guarded_queries.test_non_interference import told
from tests.guarded_queries.worlds import TENANT, shows_secret, world

# A text that is refused for its size is refused in any spelling, and takes long to spell.
DENIED = [case for case in case_files.denied() if len(case.sql) <= 4_000]
ALLOWED = [
    case
    for case in case_files.allowed()
    if case.parameters is None and not case_files.is_volatile(case.sql)
]
# More of the good ones, so that enough of the damaged are admitted.
TEXTS = [case.sql for case in [*DENIED, *ALLOWED, *ALLOWED, *ALLOWED] if len(case.sql) < 400]
# Letters that Athena's comparison of names takes for ASCII ones.
EQUAL_TO_ATHENA = (("i", "\u0131"), ("i", "\u0130"), ("s", "\u017f"))
# The rows that these leave are anybody's guess.
_UNDETERMINED = re.compile(r"\b(limit|offset|fetch|arbitrary|any_value)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def alone() -> Iterator[Engine]:
    with closing(Engine()) as engine:
        engine.load(**world(with_foreign=False))
        yield engine


def decided(guard: Guard, sql: str) -> str | None:
    """The text to send, or None for a refusal; any other error is a crash."""
    try:
        return guard.admit(sql, customer_id=TENANT).sql
    except (InvalidSql, StatementNotAllowed, QueryTooLarge):
        return None


def assert_harmless(sent: str, engine: Engine, alone: Engine) -> None:
    """What is sent reads tables only in sub-selects, and nothing of others shows in its answer."""
    try:
        tables = tables_read(sent, TENANT)
    except Unreadable:
        assert isinstance(engine.run(sent), Refused), sent
        return
    scans = PHYSICAL.scans(sent)
    assert not scans or sorted(scans) == sorted(name.removesuffix("_v0") for name in tables)
    outcome = engine.run(sent)
    if isinstance(outcome, Answer):
        assert not shows_secret(outcome.rows)
    if not (_UNDETERMINED.search(sent) or case_files.is_volatile(sent)):
        assert told(outcome) == told(alone.run(sent))


def test_damaged_queries_are_refused_or_harmless(
    guard: Guard, engine: Engine, alone: Engine
) -> None:
    tried: list[str] = []
    admitted: list[str] = []

    @given(sql=mutants(TEXTS))
    @examples(1_000)
    def check(sql: str) -> None:
        tried.append(sql)
        sent = decided(guard, sql)
        if sent is not None:
            admitted.append(sql)
            assert_harmless(sent, engine, alone)

    check()

    # Vacuous otherwise: many are admitted, and many are not.
    assert 0.1 * len(tried) < len(admitted) < 0.6 * len(tried)


@pytest.mark.parametrize("case", DENIED, ids=by_id)
def test_no_spelling_makes_a_refused_query_admissible(guard: Guard, case: Case) -> None:
    chance = seeded(case.id)
    spellings = [spelled(case.sql, chance, is_name) for _ in range(4)]
    if not pieces(case.sql):
        spellings = [swapped(case.sql), f"\n/* x */{case.sql}", f"{case.sql}\n", f"({case.sql})"]

    assert [sql for sql in spellings if decided(guard, sql) is not None] == []


@pytest.mark.parametrize("case", ALLOWED, ids=by_id)
def test_no_spelling_changes_the_rows_of_a_query(guard: Guard, engine: Engine, case: Case) -> None:
    odd = spelled(case.sql, seeded(case.id), is_name)

    sent = [guard.admit(sql, customer_id=TENANT).sql for sql in (case.sql, odd)]

    outcomes = [engine.run(sql) for sql in sent]
    rows = [sorted(map(repr, o.rows)) if isinstance(o, Answer) else o.name for o in outcomes]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("name", ["resourceid", "operationid", "events_v0", "secret"])
@pytest.mark.parametrize("form", ["{}", '"{}"', 'e."{}"'])
def test_no_look_alike_of_a_name_is_admitted(guard: Guard, name: str, form: str) -> None:
    disguises = [
        name[:place] + other + name[place + 1 :]
        for place, letter in enumerate(name)
        for other in LOOK_ALIKES.get(letter, "")
    ]
    written = [form.format(disguise) for disguise in disguises]

    assert len(disguises) > 5
    for text in written:
        assert decided(guard, f"SELECT {text} FROM events e") is None
        assert decided(guard, f"SELECT 1 FROM {text}") is None


@pytest.mark.parametrize("name", ["resourceid", "operationid"])
def test_no_result_column_is_named_like_a_hidden_one(guard: Guard, name: str) -> None:
    disguises = [name.replace(letter, other) for letter, other in EQUAL_TO_ATHENA if letter in name]

    assert disguises
    for disguise in [name, name.upper(), *disguises]:
        assert decided(guard, f'SELECT 1 AS "{disguise}" FROM events e') is None
