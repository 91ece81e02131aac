"""The sample archive: its layout, that it can be repeated, and every shape it promises."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.sample.archive import (
    CUSTOMER_WITHOUT_RECORDS,
    NotASampleArchive,
    write_sample_archive,
)

from tests.archive_tree import TABLES, connect

END = datetime(2026, 11, 20, 7, 34, 56, tzinfo=UTC)
NAME = re.compile(
    r"(events|metrics|logs)/dt=(\d{4}-\d\d-\d\d)/hr=(\d\d)/min=(\d0)/1_(\d)_(\d{20})\.json\.gz"
)


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(content).decode().splitlines()]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "archive"
    write_sample_archive(folder, days=1, end=END)
    return folder


@pytest.fixture(scope="module")
def sample(root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        for name, table in TABLES.items():
            connection.execute(f"CREATE TABLE {name} AS {Archive(root).relation_sql(table)}")
        yield connection


def test_same_end_gives_the_same_bytes_in_any_time_zone(root: Path, tmp_path: Path) -> None:
    write_sample_archive(tmp_path, days=1, end=datetime.fromisoformat("2026-11-20T16:34:56+09:00"))

    assert files(tmp_path) == files(root)


def test_layout_is_that_of_secor(root: Path) -> None:
    names = [name for name in files(root) if not name.startswith("_")]
    parts = [found.groups() for name in names if (found := NAME.fullmatch(name))]

    assert len(parts) == len(names)
    assert {(topic, partition) for topic, *_, partition, _ in parts} == {
        ("events", "0"), ("events", "1"), ("events", "2"), ("metrics", "0"), ("metrics", "1"),
        ("logs", "0"), ("logs", "1"),
    }  # fmt: skip


def test_every_ten_minutes_until_the_end_have_a_folder(root: Path) -> None:
    start = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
    batches = [start + n * timedelta(minutes=10) for n in range(144)]

    for topic in TABLES:
        folders = {path.relative_to(root / topic) for path in (root / topic).glob("*/*/*")}
        assert folders == {Path(batch.strftime("dt=%Y-%m-%d/hr=%H/min=%M")) for batch in batches}


def test_offsets_follow_each_other_in_every_kafka_partition(root: Path) -> None:
    following: dict[tuple[str, str], int] = {}
    for name, content in files(root).items():
        if found := NAME.fullmatch(name):
            topic, *_, partition, offset = found.groups()
            assert following.setdefault((topic, partition), int(offset)) == int(offset)
            following[topic, partition] += len(lines(content))

    assert len(following) == 7


def test_default_end_is_recent_and_nothing_lies_in_the_future(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    write_sample_archive(tmp_path, days=1)

    last = lines(list(files(tmp_path / "events").values())[-1])[-1]["arrivaltimestamp"]
    assert before - timedelta(minutes=25) < datetime.fromtimestamp(last / 1000, UTC)
    assert datetime.fromtimestamp(last / 1000, UTC) < datetime.now(UTC)


@pytest.mark.parametrize("name", list(TABLES))
def test_size_and_spread(name: str, sample: duckdb.DuckDBPyConnection) -> None:
    ((count, services, customers),) = sample.execute(
        f"SELECT count(*), count(DISTINCT servicename), list(DISTINCT customerid) FROM {name}"
    ).fetchall()

    assert 10_000 < count < 20_000
    assert services >= 3
    assert sorted(customers) == [1, *range(11000, 11007)]
    assert CUSTOMER_WITHOUT_RECORDS == 11007


@pytest.mark.parametrize("name", list(TABLES))
def test_partition_is_the_time_of_arrival(name: str, sample: duckdb.DuckDBPyConnection) -> None:
    misplaced = sample.execute(
        f"SELECT count(*) FROM {name} WHERE strftime(time_bucket(INTERVAL 10 MINUTE, "
        "make_timestamp_ms(arrivaltimestamp)), '%Y-%m-%d %H %M') <> dt || ' ' || hr || ' ' || min"
    ).fetchall()

    assert misplaced == [(0,)]


@pytest.mark.parametrize("name", list(TABLES))
def test_nothing_arrives_before_it_was_created(
    name: str, sample: duckdb.DuckDBPyConnection
) -> None:
    delays = f"SELECT min(arrivaltimestamp - createdtimestamp) > 0 FROM {name}"

    assert sample.execute(delays).fetchall() == [(True,)]


SHAPES = {
    "late arrival": "arrivaltimestamp - createdtimestamp > 2 * 3600 * 1000",
    "quick arrival": "arrivaltimestamp - createdtimestamp < 1000",
    "created on another day": (
        "strftime(make_timestamp_ms(createdtimestamp), '%Y-%m-%d') < dt"
    ),
    "blank resource": "resourceid = ''",
    "resource": "resourceid LIKE 'srv-%'",
    "blank operation": "operationid = ''",
    "operation": "operationid LIKE 'op-%'",
    "no service": "service IS NULL",
    "tags": "regexp_full_match(tags, '[a-z]+:[^,:]+(,[a-z]+:[^,:]+)+')",
    "no tags": "tags IS NULL",
    "empty tags": "tags = ''",
    "non-ASCII tags": "tags LIKE '%Größe & Maß'",
    "no data": "data IS NULL",
    "empty message": "data->>'$.message' = ''",
    "errors": "data->>'$.level' = 'ERROR'",
    "warnings": "data->>'$.level' = 'WARN'",
    "stack trace": "data->>'$.message' LIKE '%Exception%' || chr(10) || chr(9) || 'at %'",
    "commas, quotes and tabs": "data->>'$.message' LIKE '%' || chr(9) || '%\"a, b\"%'",
    "German": "contains(data->>'$.message', 'geändert')",
    "Japanese": "contains(data->>'$.message', 'ログイン')",
    "right-to-left": "contains(data->>'$.message', 'محمد')",
    "emoji": "contains(data->>'$.message', '✅')",
    "user ids": "TRY_CAST(data->>'$.user.id' AS BIGINT) IS NOT NULL",
    "server errors": "TRY_CAST(data->>'$.status' AS INTEGER) >= 500",
    "large integers": "TRY_CAST(data->>'$.invoice.id' AS BIGINT) > 9007199254740992",
    "JSON in a string": "json_valid(data->>'$.audit') AND data->>'$.audit' LIKE '{%'",
    "null in data": "json_type(data, '$.instance') = 'NULL'",
    "empty list": "(data->'$.roles') = '[]'",
    "list of objects": "data->>'$.lines[0].sku' IS NOT NULL",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_there(shape: str, sample: duckdb.DuckDBPyConnection) -> None:
    found = sample.execute(f"SELECT count(*) > 0 FROM events WHERE {SHAPES[shape]}").fetchall()

    assert found == [(True,)]


def test_data_is_nested_or_text(root: Path) -> None:
    records = [record for content in files(root / "events").values() for record in lines(content)]

    assert {type(record["data"]) for record in records} == {dict, str, type(None)}
    assert any(record.keys() < records[0].keys() for record in records)


def test_metrics_have_names_and_values(sample: duckdb.DuckDBPyConnection) -> None:
    ((names, numbers, missing, largest),) = sample.execute(
        "SELECT count(DISTINCT data->>'$.name'), count(data->>'$.value'), "
        "count(*) FILTER (json_type(data, '$.value') = 'NULL'), "
        "max(CAST(data->>'$.value' AS DOUBLE)) FROM metrics"
    ).fetchall()

    assert names >= 5
    assert numbers > 10_000
    assert missing > 0
    assert largest > 2**53


def test_logs_are_lines_of_files_and_of_units(sample: duckdb.DuckDBPyConnection) -> None:
    ((levels, hosts, without_level, in_files, of_units, traces),) = sample.execute(
        "SELECT count(DISTINCT data->>'$.level'), count(DISTINCT data->>'$.host'), "
        "count(*) FILTER (json_type(data, '$.level') = 'NULL'), count(data->>'$.log.path'), "
        "count(data->>'$.unit'), count(*) FILTER (data->>'$.message' LIKE '%Caused by%') FROM logs"
    ).fetchall()

    assert levels == 3
    assert hosts == 24
    assert min(without_level, in_files, of_units, traces) > 100


def test_is_replaced_when_written_again(tmp_path: Path) -> None:
    write_sample_archive(tmp_path, days=1, end=END)
    write_sample_archive(tmp_path, days=1, end=END + timedelta(days=5))

    days = {path.name for path in (tmp_path / "events").iterdir()}
    assert days == {"dt=2026-11-24", "dt=2026-11-25"}
    topics = {"events", "metrics", "logs"}
    assert {path.name for path in tmp_path.iterdir()} == topics | {"_sample_archive"}


def test_is_written_again_after_an_interruption(root: Path, tmp_path: Path) -> None:
    (tmp_path / "_sample_archive").touch()
    shutil.copytree(root / "events", tmp_path / "events")
    shutil.copytree(root / "metrics", tmp_path / ".unfinished/metrics")

    write_sample_archive(tmp_path, days=1, end=END)

    assert files(tmp_path) == files(root)


def test_folder_with_other_content_is_refused_and_kept(tmp_path: Path) -> None:
    own = tmp_path / "events" / "own.json"
    own.parent.mkdir()
    own.write_text("{}")

    with pytest.raises(NotASampleArchive, match="not empty and holds no sample archive"):
        write_sample_archive(tmp_path, days=1, end=END)

    assert files(tmp_path) == {"events/own.json": b"{}"}
