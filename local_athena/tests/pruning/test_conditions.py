"""Which folders a condition rules out, evaluated over the values in their names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.partitions import Folder, folder_filter
from local_athena.tables import Catalog, Column, PartitionLevel, Table

from tests.archive_tree import EVENTS, add_file
from tests.pruning.scans import ALL, DAYS, HOURS, Admitted, of, scan_of_events

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


def test_values_have_the_type_of_their_column(connection: duckdb.DuckDBPyConnection) -> None:
    levels = (PartitionLevel("n", "n=", is_text=False),)
    columns = (Column("n", "integer", "int", partition=True),)
    numbered = Table("data_hist", "numbered", "numbered", columns, levels)
    sql = "SELECT * FROM numbered WHERE n + 1 < 11 AND n IS NOT NULL"
    (scan,) = dialect.translate(sql, Catalog([numbered]), "data_hist").scans

    kept = folder_filter(connection, scan)([Folder("", (name,)) for name in ("9", "10", "bad")])

    assert [folder.values for folder in kept] == [("9",), ("bad",)]


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
