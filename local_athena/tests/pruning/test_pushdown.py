"""Which conditions count: those whose column comes through, and those that must not be moved."""

import pytest

from tests.pruning.scans import ALL, Admitted, of

DAY_20 = of("20")


PASSED_THROUGH = [
    "SELECT * FROM data_hist.events_v0 WHERE dt = '2026-11-20'",
    "SELECT * FROM data_hist.events_v0 AS x WHERE x.dt = '2026-11-20'",
    "SELECT count(*) FROM EVENTS WHERE dt = '2026-11-20' GROUP BY customerid LIMIT 3",
    "SELECT customerid AS dt FROM EVENTS WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT * FROM EVENTS) x WHERE x.dt = '2026-11-20'",
    "SELECT * FROM ((SELECT * FROM EVENTS)) x WHERE x.dt = '2026-11-20'",
    "SELECT * FROM (SELECT events.* FROM EVENTS) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt AS day FROM EVENTS) WHERE day = '2026-11-20'",
    "SELECT * FROM (SELECT DISTINCT dt, hr FROM EVENTS) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt, count(*) n FROM EVENTS GROUP BY dt) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt, count(*) n FROM EVENTS GROUP BY 1) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT * FROM EVENTS ORDER BY hr) WHERE dt = '2026-11-20'",
    "WITH a AS (SELECT * FROM EVENTS) SELECT * FROM a WHERE dt = '2026-11-20'",
    "WITH events AS (SELECT * FROM EVENTS) SELECT * FROM events e WHERE e.dt = '2026-11-20'",
    (
        "WITH a AS (SELECT dt FROM EVENTS), b AS (SELECT dt FROM a) "
        "SELECT * FROM b WHERE dt = '2026-11-20'"
    ),
    "SELECT * FROM (SELECT dt FROM EVENTS UNION ALL SELECT 'x') WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT 'x' AS d UNION SELECT dt FROM EVENTS) WHERE d = '2026-11-20'",
    "SELECT * FROM (SELECT * FROM EVENTS WHERE dt = '2026-11-20') LIMIT 5",
    "SELECT * FROM EVENTS JOIN other o ON o.id = customerid WHERE events.dt = '2026-11-20'",
    "SELECT * FROM EVENTS JOIN other o ON o.id = customerid AND events.dt = '2026-11-20'",
    "SELECT * FROM other o LEFT JOIN EVENTS ON o.id = customerid AND events.dt = '2026-11-20'",
    "SELECT * FROM other o LEFT JOIN EVENTS ON o.id = customerid WHERE events.dt = '2026-11-20'",
    "SELECT * FROM other o FULL JOIN EVENTS ON o.id = customerid WHERE events.dt = '2026-11-20'",
    "SELECT * FROM EVENTS CROSS JOIN UNNEST(ARRAY[1]) AS t(n) WHERE dt = '2026-11-20'",
    "SELECT * FROM EVENTS JOIN other o ON true WHERE dt = '2026-11-20'",
    "SELECT * FROM EVENTS, (SELECT 1 AS n) x WHERE dt = '2026-11-20'",
    "SELECT (SELECT count(*) FROM EVENTS WHERE dt = '2026-11-20' AND customerid = o.id) FROM o",
    "SELECT 1 WHERE 1 IN (SELECT customerid FROM EVENTS WHERE dt = '2026-11-20')",
]


@pytest.mark.parametrize("sql", PASSED_THROUGH)
def test_condition_counts_wherever_the_column_comes_through(admitted: Admitted, sql: str) -> None:
    assert admitted(sql) == DAY_20


KEPT_OUT = [
    "SELECT * FROM (SELECT * FROM EVENTS LIMIT 5) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT * FROM EVENTS OFFSET 5) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT * FROM EVENTS FETCH FIRST 5 ROWS ONLY) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt, row_number() OVER () n FROM EVENTS) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT max(dt) AS dt FROM EVENTS) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT hr, max(dt) dt FROM EVENTS GROUP BY hr) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt FROM EVENTS GROUP BY ROLLUP (dt)) WHERE dt = '2026-11-20'",
    (
        "SELECT * FROM (SELECT dt FROM EVENTS GROUP BY GROUPING SETS ((dt), ())) WHERE "
        "dt = '2026-11-20'"
    ),
    "SELECT * FROM (SELECT data AS dt FROM EVENTS) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT upper(dt) AS dt FROM EVENTS) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt, hr FROM EVENTS) AS x (hr, dt) WHERE dt = '2026-11-20'",
    "SELECT count(*) FROM EVENTS GROUP BY dt HAVING dt = '2026-11-20'",
    "SELECT count(*) FILTER (WHERE dt = '2026-11-20') FROM EVENTS",
    "SELECT * FROM EVENTS LEFT JOIN other o ON events.dt = '2026-11-20'",
    "SELECT * FROM other o RIGHT JOIN EVENTS ON events.dt = '2026-11-20'",
    "SELECT * FROM other o FULL JOIN EVENTS ON events.dt = '2026-11-20'",
    "SELECT * FROM EVENTS FULL JOIN (SELECT 'x' AS dt) o USING (dt) WHERE dt = '2026-11-20'",
    "SELECT * FROM EVENTS JOIN (SELECT 'x' AS dt) o ON true WHERE o.dt = '2026-11-20'",
    "SELECT * FROM EVENTS CROSS JOIN UNNEST(ARRAY['x']) AS t(dt) WHERE t.dt = '2026-11-20'",
    (
        "WITH a AS (SELECT * FROM EVENTS) "
        "SELECT * FROM a WHERE dt = '2026-11-20' UNION ALL SELECT * FROM a"
    ),
    "WITH a (hr, dt) AS (SELECT dt, hr FROM EVENTS) SELECT * FROM a WHERE dt = '2026-11-20'",
    (
        "WITH RECURSIVE a (dt) AS (SELECT dt FROM EVENTS UNION ALL SELECT dt FROM a) "
        "SELECT * FROM a WHERE dt = '2026-11-20'"
    ),
    "SELECT * FROM data_hist.events_v0 TABLESAMPLE BERNOULLI (10) WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt FROM EVENTS EXCEPT SELECT 'x') WHERE dt = '2026-11-20'",
    "SELECT * FROM (SELECT dt FROM EVENTS UNION ALL SELECT 'x' LIMIT 3) WHERE dt = '2026-11-20'",
    (
        "SELECT * FROM o WHERE dt = '2026-11-20' AND EXISTS (SELECT 1 FROM EVENTS WHERE "
        "customerid = 1)"
    ),
    "SELECT * FROM o WHERE o.dt = '2026-11-20' AND o.dt IN (SELECT dt FROM EVENTS)",
    (
        "SELECT * FROM o CROSS JOIN LATERAL (SELECT dt FROM EVENTS LIMIT 1) x WHERE x.dt "
        "= '2026-11-20'"
    ),
]


@pytest.mark.parametrize("sql", KEPT_OUT)
def test_condition_that_would_change_the_answer_does_not_count(
    admitted: Admitted, sql: str
) -> None:
    assert admitted(sql) == ALL


def test_each_reference_has_its_own_conditions(admitted: Admitted) -> None:
    sql = (
        "SELECT * FROM EVENTS WHERE dt = '2026-11-18' UNION ALL "
        "SELECT * FROM EVENTS WHERE dt = '2026-11-20'"
    )

    assert [admitted(sql, 0), admitted(sql, 1)] == [of("18"), of("20")]


def test_conditions_of_all_levels_add_up(admitted: Admitted) -> None:
    sql = (
        "WITH a AS (SELECT * FROM EVENTS WHERE dt >= '2026-11-19') "
        "SELECT * FROM (SELECT * FROM a WHERE hr < '13') x WHERE x.dt <> '2026-11-20'"
    )

    assert admitted(sql) == of("19", "00 01")


OUTER_JOINS = [
    ("o LEFT JOIN EVENTS ON o.id = customerid WHERE {}", "events.dt = '2026-11-20'", DAY_20),
    ("o LEFT JOIN EVENTS ON o.id = customerid WHERE {}", "events.dt <> '2026-11-20'", of("18 19")),
    ("o LEFT JOIN EVENTS ON o.id = customerid WHERE {}", "events.dt IS NULL", ALL),
    ("o LEFT JOIN EVENTS ON o.id = customerid WHERE {}", "coalesce(events.dt, 'x') = 'x'", ALL),
    (
        "o LEFT JOIN EVENTS ON o.id = customerid WHERE {}",
        "date(coalesce(events.dt, 'x')) > date '2030-01-01'",
        ALL,
    ),
    (
        "o LEFT JOIN EVENTS ON o.id = customerid WHERE {}",
        "(events.dt = 'x' AND o.id = 1 OR events.dt IS NULL)",
        ALL,
    ),
    ("EVENTS RIGHT JOIN o ON o.id = customerid AND {}", "events.dt = '2026-11-20'", DAY_20),
    ("EVENTS RIGHT JOIN o ON o.id = customerid WHERE {}", "events.dt IS NULL", ALL),
    ("EVENTS FULL JOIN o ON o.id = customerid WHERE {}", "events.dt IS NULL", ALL),
    ("EVENTS LEFT JOIN o ON o.id = customerid WHERE {}", "events.dt IS NULL", set()),
]


@pytest.mark.parametrize(("relation", "condition", "wanted"), OUTER_JOINS)
def test_condition_that_holds_for_the_nulls_of_an_outer_join_does_not_count(
    admitted: Admitted, relation: str, condition: str, wanted: set[str]
) -> None:
    assert admitted(f"SELECT * FROM {relation.format(condition)}") == wanted
