"""The pool has the outcome of the guard: long SQL in a process, known SQL without a thread."""

import asyncio
import multiprocessing
import pickle
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import FieldError, InvalidRequest, InvalidSql, StatementNotAllowed
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.pool import GuardLimits, GuardPool

VERSIONS = load_catalog().versions
LONG = "SELECT servicename FROM events WHERE customerid IN (1" + ", 1" * 4_000 + ")"


@pytest.fixture(scope="module")
def pool() -> Iterator[GuardPool]:
    pool = GuardPool(VERSIONS)
    yield pool
    pool.close()


@pytest.mark.parametrize("sql", ["SELECT servicename FROM events", LONG], ids=["short", "long"])
def test_outcome_is_the_guards(pool: GuardPool, sql: str) -> None:
    admitted = asyncio.run(pool.admit("v0", sql, customer_id=11000, parameters=None))

    assert admitted == Guard(VERSIONS["v0"]).admit(sql, customer_id=11000)


@pytest.mark.parametrize("padding", ["", " " * 5_000], ids=["short", "long"])
def test_refusal_is_the_guards(pool: GuardPool, padding: str) -> None:
    with pytest.raises(StatementNotAllowed) as refusal:
        asyncio.run(
            pool.admit("v0", f"SELECT x{padding}\nFROM users", customer_id=1, parameters=None)
        )

    assert (refusal.value.code, refusal.value.line) == ("TABLE_NOT_ALLOWED", 2)


@pytest.mark.parametrize(
    ("sql", "first", "then"),
    [
        ("SELECT service FROM events", None, None),
        ("SELECT service FROM events WHERE data = ? AND arrivaltimestamp > ?", ["a", 1], [True, 2]),
    ],
)
def test_known_text_needs_no_thread(
    pool: GuardPool, sql: str, first: list[Any] | None, then: list[Any] | None
) -> None:
    asyncio.run(pool.admit("v0", sql, customer_id=11000, parameters=first))

    with pytest.raises(StopIteration) as end:
        pool.admit("v0", sql, customer_id=None, parameters=then).send(None)

    assert end.value.value == Guard(VERSIONS["v0"]).admit(sql, customer_id=None, parameters=then)


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT 1 FROM " + ", ".join(f"events e{number}" for number in range(30)), None),
        (f"SELECT 1 FROM events WHERE createdtimestamp IN (?{', ?' * 500})", [1] * 501),
    ],
    ids=["long once sent", "many values"],
)
def test_known_text_that_takes_long_is_kept_from_the_event_loop(
    pool: GuardPool, sql: str, values: list[Any] | None
) -> None:
    asyncio.run(pool.admit("v0", sql, customer_id=11000, parameters=values))
    waiting = pool.admit("v0", sql, customer_id=11000, parameters=values)

    async def first_step() -> object:
        return waiting.send(None)

    assert isinstance(asyncio.run(first_step()), asyncio.Future)
    waiting.close()


def test_caller_who_leaves_ends_no_process(pool: GuardPool) -> None:
    """A new one takes a second to start, for which one request would be enough."""

    async def leave_and_ask() -> set[int | None]:
        await pool.admit("v0", LONG, customer_id=1, parameters=None)
        before = process_ids()
        for moment in range(8):
            leaving = asyncio.create_task(pool.admit("v0", LONG, customer_id=1, parameters=None))
            await asyncio.wait({leaving}, timeout=moment / 50)
            leaving.cancel()
            await asyncio.wait({leaving})
        await pool.admit("v0", LONG, customer_id=1, parameters=None)
        return before

    assert asyncio.run(leave_and_ask()) == process_ids()


def process_ids() -> set[int | None]:
    return {process.pid for process in multiprocessing.active_children()}


def test_long_text_is_never_judged_in_this_process(
    pool: GuardPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Processes are started anew, and do not see this.
    monkeypatch.setattr(Guard, "read", Mock(side_effect=AssertionError))

    asyncio.run(pool.admit("v0", LONG, customer_id=1, parameters=None))


def test_text_that_takes_too_long_is_refused() -> None:
    limits = GuardLimits(process_seconds=0.001)
    pool = GuardPool(VERSIONS, limits=limits)
    with pytest.raises(StatementNotAllowed) as refusal:
        asyncio.run(pool.admit("v0", LONG, customer_id=1, parameters=None))
    # As if the machine had become faster.
    object.__setattr__(limits, "process_seconds", GuardLimits.process_seconds)

    assert refusal.value.code == "TOO_COMPLEX"
    asyncio.run(pool.admit("v0", LONG, customer_id=1, parameters=None))
    pool.close()


@pytest.mark.parametrize(
    "error",
    [
        StatementNotAllowed("no", rule="TABLE_NOT_ALLOWED", line=3, column=4),
        InvalidSql("bad", code="SYNTAX_ERROR", line=1, column=2),
        InvalidRequest("bad", errors=[FieldError("/query", "is missing")]),
    ],
)
def test_errors_travel_between_processes_whole(error: Exception) -> None:
    travelled = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the line itself

    assert type(travelled) is type(error)
    assert travelled.__dict__ == error.__dict__
    assert str(travelled) == str(error)
