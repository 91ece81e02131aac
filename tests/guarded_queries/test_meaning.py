"""A query means the same with and without the guard's rewriting.

Both texts run on the same engine: the rewritten one over the tables as they are, the caller's own
over tables that hold nothing but what the caller may see.
"""

import pytest

from data_hist.sql_guard.guard import Guard
from tests.guarded_queries import case_files, legitimate
from tests.guarded_queries.case_files import Case, by_id
from tests.guarded_queries.engine import Answer, Engine, Refused
from tests.guarded_queries.worlds import TENANT

# Of the shared cases these have no single right answer; of each the rest is compared.
ONLY_THE_COUNT = {
    "A001": "LIMIT without ORDER BY",
    "A002": "LIMIT without ORDER BY",
    "A006": "LIMIT without ORDER BY",
    "A026": "LIMIT without ORDER BY",
    "A065": "tells the current year and day",
    "A067": "tells the time",
    "A111": "LIMIT without ORDER BY",
    "A163": "counts a random sample",
}
ONLY_THE_COLUMNS = {"A162": "a random sample"}
# Trino refuses these for its own reasons, and so does the embedded engine: one name of error.
FAILS_ANYWAY = {
    "A097": "COLUMN_NOT_FOUND",  # a column of USING has no qualifier
    "A153": "TYPE_MISMATCH",  # varchar has no subscripts
}
EXACT = [
    case
    for case in case_files.allowed()
    if not {case.id} & {*ONLY_THE_COUNT, *ONLY_THE_COLUMNS, *FAILS_ANYWAY}
]
SHARED = {case.id: case for case in case_files.shared("cases/sql_allowed.jsonl", "allow")}


def admitted(guard: Guard, case: Case, customer_id: int | None) -> str:
    return guard.admit(case.sql, customer_id=customer_id, parameters=case.parameters).sql


def answer(engine: Engine, sql: str) -> Answer:
    outcome = engine.run(sql)
    assert isinstance(outcome, Answer), outcome
    return outcome


@pytest.mark.parametrize("case", EXACT, ids=by_id)
def test_the_operator_gets_the_answer_of_the_plain_query(
    guard: Guard, engine: Engine, visible: Engine, case: Case
) -> None:
    rewritten = answer(engine, admitted(guard, case, None))

    assert rewritten.bag == answer(visible, case.sql).bag


@pytest.mark.parametrize("case", EXACT, ids=by_id)
def test_a_customer_gets_the_answer_of_tables_with_its_own_records(
    guard: Guard, engine: Engine, own: Engine, case: Case
) -> None:
    rewritten = answer(engine, admitted(guard, case, TENANT))

    assert rewritten.bag == answer(own, case.sql).bag


@pytest.mark.parametrize("sql", legitimate.LEGITIMATE["order"])
def test_an_order_is_kept(guard: Guard, engine: Engine, own: Engine, sql: str) -> None:
    rewritten = answer(engine, guard.admit(sql, customer_id=TENANT).sql)

    assert len(rewritten.rows) > 1
    assert rewritten == answer(own, sql)


def test_the_answers_are_not_empty(guard: Guard, engine: Engine) -> None:
    empty = [
        case.id
        for case in case_files.own()
        if not answer(engine, admitted(guard, case, TENANT)).rows
    ]

    assert empty == []


@pytest.mark.parametrize(
    "sql", [*legitimate.ONLY_THE_COUNT, *(SHARED[name].sql for name in ONLY_THE_COUNT if SHARED)]
)
def test_what_is_determined_of_a_changing_answer_is_kept(
    guard: Guard, engine: Engine, visible: Engine, sql: str
) -> None:
    rewritten = answer(engine, guard.admit(sql, customer_id=None).sql)
    plain = answer(visible, sql)

    assert rewritten.columns == plain.columns
    assert len(rewritten.rows) == len(plain.rows) > 0


@pytest.mark.parametrize(
    "sql",
    [*legitimate.ONLY_THE_COLUMNS, *(SHARED[name].sql for name in ONLY_THE_COLUMNS if SHARED)],
)
def test_a_sample_has_the_columns_of_the_plain_query(
    guard: Guard, engine: Engine, visible: Engine, sql: str
) -> None:
    rewritten = answer(engine, guard.admit(sql, customer_id=None).sql)

    assert rewritten.columns == answer(visible, sql).columns
    # A sample of everything and of nothing has one right answer.
    for percent in ("(100)", "(0)"):
        certain = sql.replace("(50)", percent)
        sent = guard.admit(certain, customer_id=None).sql
        assert answer(engine, sent).bag == answer(visible, certain).bag


@pytest.mark.parametrize("name", [name for name in FAILS_ANYWAY if SHARED])
def test_a_query_that_fails_fails_for_the_same_reason(
    guard: Guard, engine: Engine, visible: Engine, name: str
) -> None:
    outcomes = [
        engine.run(admitted(guard, SHARED[name], None)),
        visible.run(SHARED[name].sql),
    ]

    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert [outcome.bag for outcome in outcomes] == [FAILS_ANYWAY[name]] * 2


@pytest.mark.parametrize(
    ("sql", "spoiled"),
    [
        ("SELECT count(*) FROM events", ("customerid = 11000", "customerid = 1")),
        ("SELECT * FROM events", ("servicename, service,", "service, servicename,")),
        ("SELECT e.tags FROM events e", ("events_v0", "metrics_v0")),
        ("SELECT dt FROM events", (" WHERE customerid = 11000", "")),
    ],
)
def test_a_rewriting_that_changed_the_meaning_would_be_seen(
    guard: Guard, engine: Engine, own: Engine, sql: str, spoiled: tuple[str, str]
) -> None:
    sent = guard.admit(sql, customer_id=TENANT).sql.replace(*spoiled)

    assert answer(engine, sent).bag != answer(own, sql).bag
