"""A refused name or keyword comes with those that may stand in its place."""

from dataclasses import replace

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import RequestError
from data_hist.sql_guard.guard import Guard

VERSION = load_catalog().versions["v1"]
# As if only the operator could query one table.
OF_OPERATOR = replace(VERSION.tables["metrics"], tenant=None)


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(replace(VERSION, tables={**VERSION.tables, "metrics": OF_OPERATOR}))


def suggestions(guard: Guard, sql: str, customer_id: int | None = 11000) -> list[str]:
    with pytest.raises(RequestError) as refused:
        guard.admit(sql, customer_id=customer_id)
    return list(refused.value.suggestions)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1 FROM event", ["events"]),
        ("SELECT 1 FROM EVNETS", ["events"]),
        ("SELECT 1 FROM data_hist.event", ["data_hist.events"]),
        ("SELECT 1 FROM awsdatacatalog.data_hist.lgos", ["awsdatacatalog.data_hist.logs"]),
        ("SELECT 1 FROM other.event", ["events"]),
        ("SELECT 1 FROM users", []),
        ("WITH recent AS (SELECT 1) SELECT 1 FROM recnt", ["recent"]),
        ("WITH eventz AS (SELECT 1) SELECT 1 FROM evntz", ["eventz", "events"]),
        ('WITH "my logs" AS (SELECT 1) SELECT 1 FROM "my log"', ['"my logs"']),
        ("WITH recent AS (SELECT 1) SELECT 1 FROM other.recnt", ["recent"]),
        ("WITH a AS (SELECT 1 FROM recnt), recent AS (SELECT 1) SELECT 1 FROM a", []),
        ("SELECT 1 FROM information_schema.event", []),
        ("SELECT 1 FROM metric", []),
        # Functions, and keywords that look like them.
        ("SELECT lenght(tags) FROM events", ["length"]),
        (
            "SELECT json_extract_scaler(data, '$.a') FROM events",
            ["json_extract_scalar", "json_extract"],
        ),
        ("SELECT arr_agg(tags) FROM events", ["array_agg", "map_agg"]),
        ("SELECT 1 FROM events WEHRE (tags = 'a')", ["WHERE"]),
        ("SELECT ifnull(tags, 'a') FROM events", []),
        ("SELECT qqqqq(1)", []),
        # Keywords.
        ("SELEC 1", ["SELECT"]),
        ("SELECT * FORM events", ["FROM"]),
        ("SELECT tags FROM events ODER BY tags", ["ORDER"]),
        ("SELECT 1 FROM events WHERE tags = 'a' MINUS SELECT 2", ["EXCEPT"]),
        ("SELECT 1 FROM events WHERE tags NOTNULL", ["IS NOT NULL"]),
        ("SELECT 1 FROM events WHERE tags ILIKE 'a'", []),
        ("DROP TABLE events", []),
        # Types.
        ("SELECT CAST(tags AS text) FROM events", ["varchar"]),
        ("SELECT CAST(tags AS datetime) FROM events", ["timestamp"]),
        ("SELECT CAST(tags AS number) FROM events", ["DECIMAL"]),
        ("SELECT CAST(tags AS integr) FROM events", ["INTEGER", "INT"]),
    ],
)
def test_up_to_three_are_suggested(guard: Guard, sql: str, expected: list[str]) -> None:
    assert suggestions(guard, sql) == expected


def test_a_tenant_is_told_of_no_table_that_it_may_not_query(guard: Guard) -> None:
    sql = "SELECT 1 FROM metric"
    with pytest.raises(RequestError, match="the tables are events and logs") as refused:
        guard.admit(sql, customer_id=11000)

    assert refused.value.suggestions == ()
    assert suggestions(guard, sql, customer_id=None) == ["metrics"]


@pytest.mark.parametrize(
    ("misspelt", "place", "suggested"),
    [
        ("SELECT 1 FROM event", "event", "events"),
        ("SELECT 1 FROM data_hist.event AS e", "data_hist.event", "data_hist.events"),
        ("SELECT * FORM events", "FORM", "FROM"),
        ("SELECT lenght(tags) FROM events", "lenght", "length"),
        ("SELECT 1 FROM events WHERE tags NOTNULL", "NOTNULL", "IS NOT NULL"),
    ],
)
def test_a_suggestion_stands_in_place_of_the_word_at_the_position(
    guard: Guard, misspelt: str, place: str, suggested: str
) -> None:
    with pytest.raises(RequestError) as refused:
        guard.admit(misspelt, customer_id=11000)
    start = (refused.value.column or 0) - 1
    assert misspelt[start:].startswith(place)

    mended = misspelt[:start] + refused.value.suggestions[0] + misspelt[start + len(place) :]

    assert refused.value.suggestions[0] == suggested
    assert guard.admit(mended, customer_id=11000).sql
