"""Which files of a tree an archive reads, and what the relation looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.partitions import (
    Folder,
    FolderFilter,
    list_partitions,
)
from local_athena.tables import Table, parse_catalog

from tests.archive_tree import EVENTS, add_file, add_parquet, connect, query, rows
from tests.tables.table_documents import document, table_input


def only(**wanted: str) -> FolderFilter:
    return lambda folders: [
        folder
        for folder in folders
        if all(wanted.get(name, value) == value for name, value in partition(folder).items())
    ]


def partition(folder: Folder) -> dict[str, str]:
    return dict(zip(("dt", "hr", "min"), folder.values, strict=False))


def test_columns_are_those_of_the_data_dictionary_in_order_and_typed(tmp_path: Path) -> None:
    add_file(tmp_path, "{}")
    names = {"varchar": "VARCHAR", "bigint": "BIGINT"}

    described = query(f"DESCRIBE {Archive(tmp_path).relation_sql(EVENTS)}")

    assert [(row[0], row[1]) for row in described] == [
        (column.name, names[column.type]) for column in EVENTS.columns
    ]


@pytest.mark.parametrize("folder", [None, "events", "events/dt=2026-11-20/hr=00"])
def test_table_without_files_is_an_empty_table(folder: str | None, tmp_path: Path) -> None:
    if folder:
        (tmp_path / folder).mkdir(parents=True)

    assert rows(tmp_path) == []
    assert Archive(tmp_path).scan(EVENTS).files == 0


def test_partition_columns_are_the_texts_of_the_folder_names(tmp_path: Path) -> None:
    add_file(tmp_path, '{"dt": "field", "hr": 9}', minute="dt=2026-11-20/hr=00/min=05")

    assert rows(tmp_path, "dt, hr, min") == [("2026-11-20", "00", "05")]


@pytest.mark.parametrize(
    ("prefixes", "minute"),
    [
        (("", "", ""), "2026-11-20/07/30"),
        (("day=", "hour=", "minute="), "day=2026-11-20/hour=07/minute=30"),
        (("dt=", "", "m-"), "dt=2026-11-20/07/m-30"),
    ],
)
def test_folder_names_may_have_other_prefixes(
    prefixes: tuple[str, ...], minute: str, tmp_path: Path
) -> None:
    add_file(tmp_path, "{}", minute=minute)

    levels = tuple(
        replace(level, prefix=prefix) for level, prefix in zip(EVENTS.levels, prefixes, strict=True)
    )
    found = rows(tmp_path, "dt, hr, min", replace(EVENTS, levels=levels))

    assert found == [("2026-11-20", "07", "30")]


@pytest.mark.parametrize(
    ("template", "date_format", "day", "folder"),
    [
        (
            "${kind}/CloudTrail/${dt}/${hour}/",
            "yyyy/MM/dd",
            "2026/11/20",
            "a/CloudTrail/2026/11/20/7",
        ),
        ("${kind}/logs/v1/${dt}/${hour}/", "yyyy-MM-dd", "2026-11-20", "a/logs/v1/2026-11-20/7"),
        (
            "k-${kind}/d-${dt}/h-${hour}.d/data/1/",
            "yyyy/MM",
            "2026/11",
            "k-a/d-2026/11/h-7.d/data/1",
        ),
        (
            "${dt}/x/k-${kind}.z/${hour}/",
            "yyyy/'day'/MM-dd",
            "2026/day/11-20",
            "2026/day/11-20/x/k-a.z/7",
        ),
        ("${hour}/${kind}/d=${dt}-/end/", "yyyy/MM/dd", "2026/11/20", "7/a/d=2026/11/20-/end"),
    ],
)
def test_a_level_may_lie_some_folders_deep(
    template: str, date_format: str, day: str, folder: str, tmp_path: Path
) -> None:
    found = located_table(template, date_format)
    for path in (folder, f"{folder}/deeper", folder.replace("a", "b"), folder.rpartition("/")[0]):
        (tmp_path / "raw" / path).mkdir(parents=True, exist_ok=True)
        (tmp_path / "raw" / path / "0.json").write_text(f'{{"payload": "{path}"}}')

    assert rows(tmp_path, "payload, kind, dt, hour", found) == [(folder, "a", day, 7)]
    assert list(list_partitions(tmp_path, found)) == [
        found_values(found, kind="a", dt=day, hour="7")
    ]


def located_table(template: str, date_format: str) -> Table:
    """A table of orders of the kind `a`, whose folders have other names."""
    parameters = {
        "projection.kind.values": "a",
        "projection.dt.format": date_format,
        "projection.dt.range": "NOW-99YEARS,NOW+99YEARS",
        "projection.hour.digits": "1",
        "storage.location.template": f"s3://lake/raw/{template}",
    }
    (table,) = parse_catalog([document(table_input(Parameters=parameters))]).tables()
    return table


def found_values(table: Table, **values: str) -> tuple[str, ...]:
    return tuple(values[level.column] for level in table.levels)


@pytest.mark.parametrize(
    "name",
    ["1_0_0.json", "1_0_0.gz", "1_0_0.json.gz", "1_0_0", "1_0_0.log", "it's [1]*?.json"],
)
def test_json_lines_are_read_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 7}', '{"customerid": 8}', name=name)

    assert rows(tmp_path, "customerid") == [(7,), (8,)]


def test_formats_may_be_mixed(tmp_path: Path) -> None:
    minute = add_file(tmp_path, '{"customerid": 1, "data": {"a": 1.50}}').parent
    add_file(tmp_path, '{"customerid": 2}', name="b.json.gz")
    add_parquet(
        minute / "c.parquet", """SELECT 3 AS "CustomerId", '{"a": 1.50}' AS data, 1.5 AS extra"""
    )
    add_parquet(minute / "d.parquet", "SELECT 4 AS customerid, 'x:y'::BLOB AS tags")

    assert rows(tmp_path, "customerid, tags, data, min") == [
        (1, None, '{"a":1.50}', "10"),
        (2, None, None, "10"),
        (3, None, '{"a": 1.50}', "10"),
        (4, "x:y", None, "10"),
    ]


@pytest.mark.parametrize(
    ("minute", "name"),
    [
        ("dt=2026-11-20/hr=00/min=10", "_SUCCESS"),
        ("dt=2026-11-20/hr=00/min=10", ".1_0_0.json.crc"),
        ("_temporary/hr=00/min=10", "1_0_0.json"),
        ("dt=2026-11-20/.hidden/min=10", "1_0_0.json"),
        ("dt=2026-11-20/hr=00/_min=10", "1_0_0.json"),
        ("day=2026-11-20/hr=00/min=10", "1_0_0.json"),
        ("dt=2026-11-20/hr=00", "1_0_0.json"),
        ("dt=2026-11-20/hr=00/min=10/deeper", "1_0_0.json"),
    ],
)
def test_what_is_hidden_or_no_partition_is_ignored(minute: str, name: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 7}')
    add_file(tmp_path, "no record", minute=minute, name=name)

    assert rows(tmp_path, "customerid") == [(7,)]


def test_only_admitted_partitions_are_read(tmp_path: Path) -> None:
    for day in ("2026-11-19", "2026-11-20"):
        for hour in ("00", "01"):
            add_file(tmp_path, '{"customerid": 7}', minute=f"dt={day}/hr={hour}/min=00")
    wanted = add_file(tmp_path, "{}", minute="dt=2026-11-20/hr=02/min=00")

    scan = Archive(tmp_path).scan(EVENTS, only(dt="2026-11-20", hr="02"))

    assert (scan.files, scan.size_bytes) == (1, wanted.stat().st_size)
    assert query(f"SELECT DISTINCT dt, hr FROM ({scan.sql})") == [("2026-11-20", "02")]


def test_folders_that_are_ruled_out_are_not_entered(tmp_path: Path) -> None:
    add_file(tmp_path, "{}")
    entered: list[Mapping[str, str]] = []

    def keep_none(folders: Sequence[Folder]) -> Sequence[Folder]:
        entered.extend(map(partition, folders))
        return []

    Archive(tmp_path).scan(EVENTS, keep_none)

    assert entered == [{"dt": "2026-11-20"}]


def test_duckdb_needs_no_more_than_the_folders(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    add_file(root, '{"customerid": 7}', name="a.json.gz")
    archive = Archive(root)

    with connect() as connection:
        connection.execute("SET allowed_directories = $1", [archive.allowed_directories()])
        connection.execute("SET enable_external_access = false")

        assert connection.execute(
            f"SELECT customerid FROM ({archive.relation_sql(EVENTS)})"
        ).fetchall() == [(7,)]


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_truncated_gzip_fails(kept: float, tmp_path: Path) -> None:
    path = add_file(tmp_path, *(f'{{"customerid": {n}}}' for n in range(5000)), name="a.json.gz")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])

    with pytest.raises(duckdb.Error, match="HIVE_C"):
        rows(tmp_path, "count(*)")


def test_a_file_that_is_no_gzip_fails(tmp_path: Path) -> None:
    add_file(tmp_path, name="a.json.gz").write_bytes(b'{"customerid": 7}\n')

    with pytest.raises(duckdb.Error, match="HIVE_C"):
        rows(tmp_path, "customerid")


def test_empty_files_hold_no_records(tmp_path: Path) -> None:
    add_file(tmp_path, name="empty.json.gz").write_bytes(b"")
    add_file(tmp_path, name="empty.parquet").write_bytes(b"")

    assert rows(tmp_path) == []


def test_memory_for_reading_does_not_grow_with_files_and_threads(tmp_path: Path) -> None:
    for number in range(8):
        add_file(tmp_path, "{}", minute=f"dt=2026-11-20/hr=00/min=0{number}", name="a.json.gz")
    sql = Archive(tmp_path).relation_sql(EVENTS)

    with connect() as connection:
        connection.execute("SET memory_limit = '300MB'")
        connection.execute("SET threads = 2")
        counted = connection.execute(f"SELECT count(*) FROM ({sql})").fetchall()

    assert counted == [(8,)]
