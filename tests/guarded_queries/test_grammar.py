"""Every query of the grammar is admitted, reads only sub-selects, and reveals no secret."""

from collections.abc import Iterator

import pytest
from hypothesis import given

from data_hist.sql_guard.guard import Guard
from tests.guarded_queries.conftest import closing
from tests.guarded_queries.engine import PHYSICAL, Answer, Engine
from tests.guarded_queries.grammar import QueryWriter, queries
from tests.guarded_queries.profiles import examples, seeded
from tests.guarded_queries.reads import UnscopedTable, tables_read
from tests.guarded_queries.spelling import spelled
from tests.guarded_queries.test_non_interference import told
from tests.guarded_queries.worlds import TENANT, shows_secret, world


@pytest.fixture(scope="module")
def alone() -> Iterator[Engine]:
    """The customer's records, without any other's."""
    with closing(Engine()) as engine:
        engine.load(**world(with_foreign=False))
        yield engine


def test_a_query_of_the_grammar_is_admitted_and_keeps_to_its_scope(
    guard: Guard, engine: Engine, alone: Engine
) -> None:
    answers: list[Answer] = []
    tried: list[str] = []

    @given(sql=queries())
    @examples(90)
    def check(sql: str) -> None:
        sent = guard.admit(sql, customer_id=TENANT).sql
        tables = tables_read(sent, TENANT)
        tried.append(sql)
        among_others, by_itself = engine.run(sent), alone.run(sent)

        assert told(among_others) == told(by_itself)
        if isinstance(among_others, Answer):
            answers.append(among_others)
            assert sorted(PHYSICAL.scans(sent)) == sorted(name[:-3] for name in tables)
            assert not shows_secret(among_others.rows)

    check()

    # Vacuous otherwise: most of them have to run, and many to give rows.
    assert len(answers) > 0.9 * len(tried)
    assert sum(bool(answer.rows) for answer in answers) > 0.4 * len(tried)


def test_without_a_scope_the_same_queries_do_tell_secrets(guard: Guard, engine: Engine) -> None:
    sent = [
        guard.admit(QueryWriter(seeded(seed)).query(["varchar"], 2), customer_id=None).sql
        for seed in range(30)
    ]

    outcomes = [engine.run(sql) for sql in sent]

    assert any(isinstance(o, Answer) and shows_secret(o.rows) for o in outcomes)


def test_the_spelling_of_a_query_does_not_change_its_rows(guard: Guard, engine: Engine) -> None:
    for seed in range(15):
        plain = QueryWriter(seeded(seed)).query(["varchar", "bigint"], 2)
        odd = spelled(plain, seeded(seed))

        outcomes = [engine.run(guard.admit(sql, customer_id=TENANT).sql) for sql in (plain, odd)]

        rows = [sorted(map(repr, o.rows)) if isinstance(o, Answer) else o.name for o in outcomes]
        assert rows[0] == rows[1], plain


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT * FROM "awsdatacatalog"."data_hist"."events_v0"',
        'SELECT * FROM (SELECT resourceid FROM "awsdatacatalog"."data_hist"."events_v0" '
        "WHERE customerid = 11000) AS e",
        "SELECT * FROM events",
        "WITH e AS (SELECT 1) SELECT * FROM e, secret",
    ],
)
def test_an_unscoped_table_would_be_seen(sql: str) -> None:
    with pytest.raises(UnscopedTable):
        tables_read(sql, TENANT)


@pytest.mark.parametrize(
    ("part", "spoiled"),
    [
        ("= 11000", "= 11001"),
        ("= 11000", "= 11000 OR true"),
        (" WHERE customerid = 11000", ""),
        ("SELECT customerid,", "SELECT operationid, customerid,"),
        ("events_v0", "events_v1"),
        ('"data_hist"', '"other"'),
    ],
)
def test_a_spoiled_sub_select_would_be_seen(guard: Guard, part: str, spoiled: str) -> None:
    sent = guard.admit("SELECT * FROM events", customer_id=TENANT).sql

    assert tables_read(sent, TENANT) == ["events_v0"]
    with pytest.raises(UnscopedTable):
        tables_read(sent.replace(part, spoiled, 1), TENANT)
