"""Which partitions a statement needs: the conditions that count, and those that must not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.partitions import Folder, folder_filter
from local_athena.engine.database import Database
from local_athena.tables import Catalog, Column, PartitionLevel, Table

from tests.archive_tree import EVENTS, add_file

DAYS = ("2026-11-18", "2026-11-19", "2026-11-20")
HOURS = ("00", "01", "13", "23")
ALL = {f"{day} {hour}" for day in DAYS for hour in HOURS}
# How the service writes a table: columns picked, and the tenant's rows.
E = (
    "(SELECT customerid, data, dt, hr, min FROM "
    '"awsdatacatalog"."data_hist"."events_v0" WHERE customerid = 11000) AS "events"'
)


def table(name: str, **types: str) -> Table:
    columns = tuple(Column(column, kind, kind) for column, kind in types.items())
    return Table("data_hist", name, name, columns)


# With tables to join: `other`, and `o`, which has a `dt` of its own.
OTHERS = [table("other", id="bigint"), table("o", id="bigint", dt="varchar")]
CATALOG = Catalog([EVENTS, *OTHERS])
Admitted = Callable[..., set[str]]


def scan_of_events(sql: str, nth: int = 0) -> dialect.Scan:
    """The n-th scan of the events."""
    translation = dialect.translate(sql.replace("EVENTS", E), CATALOG, "data_hist")
    return [scan for scan in translation.scans if scan.table.name == EVENTS.name][nth]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        dialect.install(opened)
        yield opened


@pytest.fixture
def admitted(connection: duckdb.DuckDBPyConnection) -> Admitted:
    """The days and hours the statement reads."""

    def days_and_hours(sql: str, nth: int = 0) -> set[str]:
        keep = folder_filter(connection, scan_of_events(sql, nth))
        days = keep([Folder("", (day,)) for day in DAYS])
        hours = keep([Folder("", (*day.values, hour)) for day in days for hour in HOURS])
        return {" ".join(folder.values) for folder in hours}

    return days_and_hours


def of(days: str = "18 19 20", hours: str = "00 01 13 23") -> set[str]:
    return {f"2026-11-{day} {hour}" for day in days.split() for hour in hours.split()}


CONDITIONS = [
    ("dt = '2026-11-20'", of("20")),
    ("'2026-11-20' = dt", of("20")),
    ("events.dt = '2026-11-20'", of("20")),
    ('"events"."DT" = \'2026-11-20\'', of("20")),
    ("dt <> '2026-11-20'", of("18 19")),
    ("dt < '2026-11-20'", of("18 19")),
    ("dt <= '2026-11-19' AND hr > '00'", of("18 19", "01 13 23")),
    ("dt >= '2026-11-19' AND hr < '13'", of("19 20", "00 01")),
    ("dt BETWEEN '2026-11-19' AND '2026-11-20'", of("19 20")),
    ("dt NOT BETWEEN '2026-11-19' AND '2026-11-20'", of("18")),
    ("dt IN ('2026-11-18', '2026-11-20')", of("18 20")),
    ("dt NOT IN ('2026-11-18', '2026-11-20')", of("19")),
    ("dt LIKE '2026-11-2%'", of("20")),
    ("dt NOT LIKE '%-1_'", of("20")),
    ("starts_with(dt, '2026-11-2')", of("20")),
    ("(dt = '2026-11-18' OR dt = '2026-11-20') AND hr = '00'", of("18 20", "00")),
    (
        "(dt = '2026-11-19' AND hr >= '13') OR (dt = '2026-11-20' AND hr < '01')",
        of("19", "13 23") | of("20", "00"),
    ),
    ("NOT (dt = '2026-11-18' OR hr = '00')", of("19 20", "01 13 23")),
    ("dt || ' ' || hr >= '2026-11-20 13'", of("20", "13 23")),
    (
        "concat(dt, 'T', hr) BETWEEN '2026-11-19T23' AND '2026-11-20T00'",
        of("19", "23") | of("20", "00"),
    ),
    ("substr(dt, 1, 10) = '2026-11-18' AND substr(hr, 1, 1) = '0'", of("18", "00 01")),
    ("date(dt) >= date '2026-11-20'", of("20")),
    ("cast(dt AS date) = date '2026-11-21' - interval '1' day", of("20")),
    ("cast(hr AS integer) BETWEEN 1 AND 13", of(hours="01 13")),
    ("dt = '2026-11-20' AND json_extract_scalar(data, '$.a') = 'b'", of("20")),
    ("dt = '2026-11-20' AND customerid IN (SELECT 1)", of("20")),
    ("dt = '2030-01-01'", set()),
]


@pytest.mark.parametrize(("where", "wanted"), CONDITIONS, ids=[where for where, _ in CONDITIONS])
def test_condition_leaves_out_what_it_rules_out(
    admitted: Admitted, where: str, wanted: set[str]
) -> None:
    assert admitted(f"SELECT * FROM EVENTS WHERE {where}") == wanted


@pytest.mark.parametrize(
    "where",
    [
        "dt = '2026-11-20' OR customerid = 7",
        "dt = data",
        "dt NOT LIKE '2026!_%' ESCAPE '!'",
        "dt IN (SELECT 'x')",
        "dt = (SELECT 'x')",
        "dt = ANY (SELECT 'x')",
        "CASE WHEN dt = 'x' THEN true ELSE true END",
        "any_match(ARRAY['x'], dt -> dt = 'x')",
        "EXISTS (SELECT 1 FROM (VALUES 'x') AS v(dt) WHERE dt = 'x')",
        "NOT (dt = '2026-11-20' AND customerid = 7)",
        "dt IS DISTINCT FROM 'x'",
        "customerid IS NOT DISTINCT FROM 7",
        "length(dt) < random() * 10",
        "random() < 0 OR dt = 'x'",
    ],
)
def test_what_folders_do_not_tell_rules_out_nothing(admitted: Admitted, where: str) -> None:
    assert admitted(f"SELECT * FROM EVENTS WHERE {where}") == ALL


@pytest.mark.parametrize(
    "where",
    [
        "dt IS NULL",
        "coalesce(dt, 'x') = 'x'",
        "upper(dt) = 'X'",
        "dt LIKE '2026!_%' ESCAPE '!'",
        "lower(dt) LIKE 'x'",
        "cast(dt AS varchar(3)) = 'x'",
        "date_parse(dt, '%Y-%m-%d') > TIMESTAMP '2030-01-01 00:00:00'",
        "any_match(ARRAY['x', 'y'], item -> item = dt)",
        "CASE WHEN dt > '2000' THEN false ELSE true END",
        "coalesce(try(cast(dt AS integer)), 0) = 2026",
        "dt = 'x' AND random() < 0.5",
        "false",
    ],
)
def test_any_expression_over_folders_counts(admitted: Admitted, where: str) -> None:
    assert admitted(f"SELECT * FROM EVENTS WHERE {where}") == set()


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("cast(dt AS integer) = 1", ALL),
        ("cast(hr AS integer) / (cast(hr AS integer) - 1) > 1", of(hours="01")),
        ("date(if(hr = '00', 'bad', dt)) = date '2026-11-20'", of(hours="00") | of("20")),
        ("NOT (cast(dt AS integer) = 1)", ALL),
        ("dt = '2026-11-20' AND cast(dt AS integer) = 1", of("20")),
        ("dt = '2026-11-20' OR cast(dt AS integer) = 1", ALL),
    ],
)
def test_a_condition_that_fails_for_a_folder_keeps_it(
    admitted: Admitted, where: str, wanted: set[str]
) -> None:
    assert admitted(f"SELECT * FROM EVENTS WHERE {where}") == wanted


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
        "WITH RECURSIVE a AS (SELECT dt FROM EVENTS UNION ALL SELECT dt FROM a) "
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


def relative_day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    "where",
    [
        "dt >= cast(current_date - interval '1' day AS varchar)",
        "dt >= date_format(current_timestamp - interval '1' day, '%Y-%m-%d')",
        "dt >= date_format(now() - interval '24' hour, '%Y-%m-%d')",
        "cast(dt AS date) >= current_date - interval '1' day",
        "date(dt) >= date(now() - interval '1' day)",
        "dt >= cast(date_add('day', -1, current_date) AS varchar)",
        "date_diff('day', date(dt), current_date) < 2",
    ],
)
def test_days_counted_from_today(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    keep = folder_filter(connection, scan_of_events(f"SELECT * FROM EVENTS WHERE {where}"))

    kept = keep([Folder("", (relative_day(days),)) for days in (-3, 0, 1)])

    assert [folder.values[0] for folder in kept] == [relative_day(0), relative_day(1)]


def test_pruning_and_statement_read_one_clock(tmp_path: Path) -> None:
    database = Database(Archive(tmp_path), tmp_path, "200MB", 1)

    with database.relations([]):
        moments = {
            database.connection.execute("SELECT epoch_us(now())").fetchone() for _ in range(50)
        }

    database.close()
    assert len(moments) == 1


def test_values_have_the_type_of_their_column(connection: duckdb.DuckDBPyConnection) -> None:
    levels = (PartitionLevel("n", "n=", is_text=False),)
    columns = (Column("n", "integer", "int", partition=True),)
    numbered = Table("data_hist", "numbered", "numbered", columns, levels)
    sql = "SELECT * FROM numbered WHERE n + 1 < 11 AND n IS NOT NULL"
    (scan,) = dialect.translate(sql, Catalog([numbered]), "data_hist").scans

    kept = folder_filter(connection, scan)([Folder("", (name,)) for name in ("9", "10", "bad")])

    assert [folder.values for folder in kept] == [("9",), ("bad",)]


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


def test_files_that_cannot_match_are_not_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for day in DAYS:
        for hour in HOURS:
            for minute in ("00", "30"):
                add_file(tmp_path, "{}", minute=f"dt={day}/hr={hour}/min={minute}")
    sql = "SELECT * FROM EVENTS WHERE dt = '2026-11-20' AND hr BETWEEN '01' AND '13' AND min = '30'"
    listed: list[int] = []
    keep = folder_filter(connection, scan_of_events(sql))

    def counted(folders: Sequence[Folder]) -> Sequence[Folder]:
        listed.append(len(folders))
        return keep(folders)

    assert Archive(tmp_path).scan(EVENTS, counted).files == 2
    assert listed == [len(DAYS), len(HOURS), 4]
