"""Columns are suggested from those that the place of a misspelt one can see."""

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.sql_guard.column_suggestions import (
    suggest_columns,
    suggest_qualified,
    suggest_relations,
    suggest_shared_columns,
)
from data_hist.sql_guard.visible_columns import MAX_TOKENS, ColumnPlace, column_at

VERSIONS = load_catalog().versions


def marked(sql: str, version: str = "v1") -> ColumnPlace | None:
    """The place of the column at the mark in a query."""
    before, _, after = sql.partition("^")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return column_at(before + after, line, column, VERSIONS[version].tables)


def suggested(sql: str, version: str = "v1") -> list[str]:
    """What is suggested for the column at the mark in a query."""
    return suggest_columns(marked(sql, version), "never asked for", VERSIONS[version].tables)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        # Tables, also with derived columns, qualified and aliased.
        ("SELECT ^mesage FROM events", ["message"]),
        ("SELECT ^MESAGE FROM events", ["message"]),
        ("SELECT tags,\n ^mesage\nFROM events;", ["message"]),
        ("SELECT ^servce, tags FROM data_hist.events", ["service"]),
        ("SELECT ^e.mesage FROM events AS e", ["e.message"]),
        ("SELECT ^E.mesage FROM events AS e", ["E.message"]),
        ("SELECT ^events.mesage FROM events", ["events.message"]),
        ("SELECT ^data_hist.events.mesage FROM events", ["data_hist.events.message"]),
        # Other tables do not count.
        ("SELECT ^labls FROM metrics", ["labels"]),
        ("SELECT ^labls FROM events", []),
        ("SELECT ^hosst FROM events e JOIN logs l ON e.time = l.time", ["host"]),
        ("SELECT 1 FROM events e JOIN logs l ON e.time = ^l.tiem", ["l.time"]),
        ("SELECT ^e.hosst FROM events e, logs l", []),
        # A wrong or misspelt qualifier.
        ("SELECT ^ev.message FROM events e", ["e.message"]),
        ("SELECT ^events.message FROM events e", ["e.message"]),
        ("SELECT ^x.time FROM events e, logs l", ["e.time", "l.time"]),
        ("SELECT ^log.time FROM events, logs", ["logs.time", "events.time"]),
        ("SELECT ^evnts.mesage FROM events", ["events.message"]),
        # Sub-selects, WITH, VALUES, UNNEST.
        ("SELECT ^coutn FROM (SELECT count(*) AS count FROM events)", ["count"]),
        ("SELECT ^mesage FROM (SELECT tags FROM events) AS e", []),
        ("SELECT ^e.mesage FROM (SELECT * FROM events) AS e", ["e.message"]),
        ("SELECT ^e.hosst FROM (SELECT l.* FROM events, logs l) AS e", ["e.host"]),
        ("SELECT ^first FROM (SELECT tags FROM events) AS e(first_tag)", ["first_tag"]),
        ("WITH n AS (SELECT count(*) AS records FROM events) SELECT ^recrods FROM n", ["records"]),
        ("WITH n(records) AS (SELECT count(*) FROM events) SELECT ^recrods FROM n", ["records"]),
        (
            "WITH a AS (SELECT tags AS first FROM events), b AS (SELECT * FROM a) "
            "SELECT ^frist FROM b",
            ["first"],
        ),
        (
            "WITH RECURSIVE n(depth) AS (SELECT 1 UNION ALL SELECT ^dept + 1 FROM n) SELECT 1",
            ["depth"],
        ),
        ("WITH a AS (SELECT ^mesage FROM events) SELECT 1 FROM a", ["message"]),
        ("SELECT ^hieght FROM (VALUES (1, 2)) AS t(height, width)", ["height"]),
        ("SELECT ^valeu FROM events CROSS JOIN UNNEST(split(tags, ',')) AS t(value)", ["value"]),
        (
            "SELECT ^postion FROM UNNEST(ARRAY[1]) WITH ORDINALITY AS t(value, position)",
            ["position"],
        ),
        ("SELECT ^hosst FROM (events e CROSS JOIN logs l)", ["host"]),
        ("SELECT ^recrods FROM (SELECT 1 AS records UNION SELECT 2)", ["records"]),
        ('SELECT ^myname FROM (SELECT 1 AS "my name")', ['"my name"']),
        ('SELECT ^"ordr" FROM (SELECT 1 AS "order")', ['"order"']),
        # Queries inside of others see what is around them, unless they stand in a FROM.
        (
            "SELECT 1 FROM logs WHERE EXISTS (SELECT 1 FROM events WHERE message = ^hosst)",
            ["host"],
        ),
        ("SELECT 1 FROM logs, (SELECT ^hosst FROM events) AS e", []),
        # Aliases of a SELECT count in its ORDER BY alone, parameters of a lambda inside of it.
        ("SELECT count(*) AS records FROM events ORDER BY ^recrods", ["records"]),
        ("SELECT count(*) AS records FROM events HAVING ^recrods > 1", []),
        ("SELECT transform(split(tags, ','), part -> ^prat) FROM events", ["part"]),
        # Keywords that pass for columns.
        ("SELECT ^DISTICT tags FROM events", ["DISTINCT"]),
        ("SELECT 1 FROM events WHERE tags = ^NUL", ["NULL"]),
        # Without a FROM, any table may be meant; a name that is there is not misspelt.
        ("SELECT ^mesage", ["message"]),
        ("SELECT ^tags events", []),
        ("SELECT ^nothing_like_it FROM events", []),
    ],
)
def test_columns_that_the_place_can_see(sql: str, expected: list[str]) -> None:
    assert suggested(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT ^service_name FROM events", ["servicename", "service"]),
        ("SELECT ^createdtime FROM events", ["createdtimestamp"]),
        ("SELECT ^opperationid FROM events", []),
        ("SELECT ^resource_id FROM events", []),
        ("SELECT ^mesage FROM events", []),
    ],
)
def test_columns_are_those_of_the_version_without_hidden_ones(
    sql: str, expected: list[str]
) -> None:
    assert suggested(sql, "v0") == expected


@pytest.mark.parametrize(
    ("sql", "position"),
    [
        ("SELECT e.mesage FROM events e", (1, 1)),
        ("SELECT e.mesage FROM events e", (7, 70)),
        ("SELECT e.mesage FROM", (1, 8)),
        (f"SELECT e.mesage FROM events e WHERE true{' OR true' * MAX_TOKENS}", (1, 8)),
    ],
)
def test_a_column_may_have_no_place(sql: str, position: tuple[int, int]) -> None:
    assert column_at(sql, *position, VERSIONS["v1"].tables) is None


def test_without_its_place_a_column_may_be_of_any_table() -> None:
    tables = VERSIONS["v1"].tables

    assert suggest_columns(None, "e.mesage", tables) == ["e.message"]
    assert suggest_columns(None, '"e"."hosst"', tables) == ["e.host"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1 FROM events e JOIN logs l USING (^servce)", ["service"]),
        ("SELECT 1 FROM (events e JOIN logs l USING (^servce))", ["service"]),
        # Only one of them has it.
        ("SELECT 1 FROM events e JOIN logs l USING (^hosst)", []),
        ("SELECT 1 FROM events JOIN logs USING (time) JOIN metrics USING (^tiem)", ["time"]),
        ("SELECT 1 FROM events e JOIN (SELECT tags AS tag FROM logs) l USING (^tgs)", []),
    ],
)
def test_both_sides_of_a_join_have_what_is_suggested_for_its_using(
    sql: str, expected: list[str]
) -> None:
    place = marked(sql)

    assert place is not None
    assert suggest_shared_columns(place) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT ^tags FROM events e, logs l", ["e.tags", "l.tags"]),
        (
            "SELECT ^tags FROM events e, logs, metrics, events",
            ["e.tags", "logs.tags", "metrics.tags"],
        ),
        ('SELECT ^n FROM (SELECT 1 AS n) AS "a b", (SELECT 2 AS n) AS c', ['"a b".n', "c.n"]),
    ],
)
def test_an_ambiguous_column_is_qualified(sql: str, expected: list[str]) -> None:
    place = marked(sql)

    assert place is not None
    assert suggest_qualified(place) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT ^evnts.* FROM events", ["events"]),
        ("SELECT ^events.* FROM events AS e", ["e"]),
        ("SELECT ^a.* FROM events AS e, logs AS l", ["e", "l"]),
        ("SELECT ^a.*", []),
    ],
)
def test_a_relation_before_a_star(sql: str, expected: list[str]) -> None:
    place = marked(sql)

    assert place is not None
    assert suggest_relations(place) == expected


def test_entries_of_with_that_double_each_other_cost_little() -> None:
    entries = ", ".join(f"a{n + 1} AS (SELECT * FROM a{n}, a{n} AS b)" for n in range(30))
    sql = f"WITH a0 AS (SELECT 1 AS records), {entries} SELECT ^recrods FROM a30"

    assert suggested(sql) == ["records"]
