"""Queries over more days than the setting allows are refused; all others are not."""

import time

import pytest

from data_hist.errors import StatementNotAllowed
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.time_policy import TimePolicy
from tests.unit.sql_guard.times import DAY, FIVE, VERSION

LIMITED = Guard(VERSION, TimePolicy(max_days=7))
SHORT = [
    "1",
    f"1 FROM events WHERE arrivaltimestamp BETWEEN {FIVE} AND {FIVE + 7 * DAY}",
    "1 FROM events WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '7' day",
    "1 FROM events WHERE dt BETWEEN '2025-01-01' AND '2025-01-07'",
]
LONG = [
    "1 FROM events",
    f"1 FROM events WHERE arrivaltimestamp < {FIVE}",
    "1 FROM events WHERE dt > '2020-01-01'",
    "1 FROM events WHERE createdtimestamp BETWEEN 1577836800000 AND 1577836800001",
    "1 FROM events WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '169' hour",
]


@pytest.mark.parametrize("sql", SHORT)
def test_a_query_over_few_days_is_within_the_limit(sql: str) -> None:
    assert LIMITED.admit(f"SELECT {sql}", customer_id=None).sql


def test_a_query_is_within_the_limit_when_it_is_sent_again() -> None:
    seven_days_ago = int((time.time() - 7 * 86_400 - 60) * 1000)
    sql = f"SELECT 1 FROM events WHERE arrivaltimestamp >= {seven_days_ago}"

    assert LIMITED.admit(sql, customer_id=None).sql


@pytest.mark.parametrize("sql", LONG)
def test_a_query_over_more_days_is_refused_where_it_names_the_table(sql: str) -> None:
    with pytest.raises(StatementNotAllowed) as refusal:
        LIMITED.admit(f"SELECT\n{sql}", customer_id=None)

    assert (refusal.value.code, refusal.value.line, refusal.value.column) == (
        "TIME_RANGE_TOO_LONG", 2, 8,
    )  # fmt: skip
    assert refusal.value.detail == (
        "At most 7 days of 'events' may be read at once: bound arrivaltimestamp or dt in the WHERE "
        "beside it, from below, and from above unless the range ends now."
    )
