"""What a customer may not see changes nothing in what the customer gets.

Every query runs in two worlds that differ in other customers' records and in hidden columns alone.
Answers and reasons of failures have to be the same: a reason that quotes a value tells it.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given

from data_hist.sql_guard.guard import Guard
from tests.guarded_queries import case_files
from tests.guarded_queries.case_files import Case
from tests.guarded_queries.conftest import closing
from tests.guarded_queries.engine import Answer, Engine, Outcome, Refused
from tests.guarded_queries.generated_records import Pair, pairs
from tests.guarded_queries.profiles import examples
from tests.guarded_queries.test_meaning import ONLY_THE_COLUMNS, ONLY_THE_COUNT
from tests.guarded_queries.worlds import TENANT, event, shows_secret

CASES = [
    case
    for case in case_files.allowed()
    if case.id not in {*ONLY_THE_COUNT, *ONLY_THE_COLUMNS} and not case_files.is_volatile(case.sql)
]
# Each fails when it looks at a record of another customer before it leaves that record out.
TRAPS = [
    "SELECT dt FROM events WHERE CAST(service AS bigint) > 0",
    "SELECT CAST(service AS bigint) FROM events",
    "SELECT dt FROM events WHERE dt > 'a' AND 1 / CAST(service AS bigint) >= 0",
    "SELECT dt FROM events WHERE json_parse(data) IS NOT NULL AND hr = '05'",
    "SELECT dt FROM events WHERE date_parse(service, '%Y') < date '2020-01-01'",
    "SELECT dt FROM events WHERE split(tags, ',')[2] = 'b'",
    "SELECT e.dt FROM events e JOIN metrics m ON CAST(e.service AS bigint) = m.customerid",
    "SELECT e.dt FROM events e, metrics m WHERE CAST(e.service AS bigint) = CAST(m.service AS int)",
    "SELECT count(*) FILTER (WHERE CAST(service AS bigint) > 0) FROM events",
    "SELECT dt FROM events GROUP BY dt HAVING max(CAST(service AS integer)) > 0",
    "SELECT dt FROM events ORDER BY CAST(service AS bigint)",
    "SELECT dt FROM events WHERE CASE WHEN customerid <> 11000 THEN 1 / 0 = 1 ELSE true END",
    "SELECT dt FROM events WHERE 1 / (customerid - 11001) = 0 AND 1 / (customerid - 11000) = 0",
    "SELECT dt FROM events e WHERE EXISTS (SELECT 1 FROM metrics WHERE CAST(service AS int) > 0)",
    "SELECT dt FROM events WHERE customerid NOT IN (SELECT CAST(service AS int) FROM metrics)",
    "SELECT max(1 / (customerid - 11001)) OVER (ORDER BY dt) FROM metrics",
    "SELECT dt FROM events WHERE regexp_like('a1', service)",
    "SELECT dt FROM (SELECT * FROM events UNION ALL SELECT * FROM metrics) "
    "WHERE CAST(createdtimestamp AS integer) > 0",
    "WITH x AS (SELECT CAST(service AS bigint) AS n FROM events) SELECT n FROM x WHERE n > 0",
]


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[Engine, Engine]]:
    with ExitStack() as stack:
        first, second = (stack.enter_context(closing(Engine())) for _ in range(2))
        yield first, second


@pytest.fixture(scope="module")
def sent(guard: Guard) -> dict[str, str]:
    """The text that is sent for each case, by its id."""
    return {case.id: _sent(guard, case, TENANT) for case in CASES}


def _sent(guard: Guard, case: Case, customer_id: int | None) -> str:
    return guard.admit(case.sql, customer_id=customer_id, parameters=case.parameters).sql


def told(outcome: Outcome) -> object:
    """All that a caller could learn, but for the order of rows, which nothing promises."""
    return outcome if isinstance(outcome, Refused) else outcome.bag


@given(pair=pairs())
@examples(4, shrink=False)
def test_hidden_data_changes_no_answer(
    engines: tuple[Engine, Engine], sent: dict[str, str], pair: Pair
) -> None:
    for engine, tables in zip(engines, pair, strict=True):
        engine.load(**tables)

    outcomes = {name: [engine.run(sql) for engine in engines] for name, sql in sent.items()}

    assert [name for name, both in outcomes.items() if told(both[0]) != told(both[1])] == []
    answers = {name: both[0] for name, both in outcomes.items() if isinstance(both[0], Answer)}
    assert [name for name, answer in answers.items() if shows_secret(answer.rows)] == []
    assert len(answers) > 0.8 * len(sent)


def test_without_the_scope_the_same_change_is_seen(
    guard: Guard, engines: tuple[Engine, Engine]
) -> None:
    unscoped = {case.id: _sent(guard, case, None) for case in CASES}
    reading = {name: sql for name, sql in unscoped.items() if "_v0" in sql}
    own = [event(number) for number in range(3)]
    foreign = [event(number, 11001, service="elsewhere", data="[7]") for number in range(5)]
    engines[0].load(events=own, metrics=own)
    engines[1].load(events=[*own, *foreign], metrics=[*foreign, *own])

    changed = [
        name
        for name, sql in reading.items()
        if told(engines[0].run(sql)) != told(engines[1].run(sql))
    ]

    assert len(changed) > 0.8 * len(reading)


def _trapped(engines: tuple[Engine, Engine]) -> None:
    own = [
        event(number, service=str(number + 1), tags="a,b", data="[1]", createdtimestamp=number)
        for number in range(3)
    ]
    wild = ("secret", "[(", "%zz", "0", None)
    foreign = [
        event(0, 11001, service=text, tags="", data="{x", createdtimestamp=2**63 - 1, dt="no")
        for text in wild
    ]
    engines[0].load(events=own, metrics=own)
    engines[1].load(events=[*own, *foreign * 20], metrics=[*foreign * 20, *own])


@pytest.mark.parametrize("sql", TRAPS)
def test_an_expression_never_meets_another_customers_record(
    guard: Guard, engines: tuple[Engine, Engine], sql: str
) -> None:
    _trapped(engines)
    scoped = guard.admit(sql, customer_id=TENANT).sql
    unscoped = guard.admit(sql, customer_id=None).sql

    alone, among_others = (engine.run(scoped) for engine in engines)

    assert told(alone) == told(among_others)
    assert told(engines[0].run(unscoped)) != told(engines[1].run(unscoped))
