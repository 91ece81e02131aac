"""How the fields of a record become columns."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb.dialect import failure_from_duckdb
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.tables import JsonSerde, parse_catalog

from tests.archive_tree import EVENTS, add_file, connect, query, rows

FILE = "events/dt=2026-11-20/hr=00/min=10/1_0_00000000000000000000.json"


def test_missing_fields_are_null_and_extra_ones_ignored(tmp_path: Path) -> None:
    add_file(tmp_path, '{"extra": {"customerid": 5}, "servicename": "x"}')

    assert rows(tmp_path, "customerid, servicename, data, tags") == [(None, "x", None, None)]


@pytest.mark.parametrize("columns", ["customerid", "tags"])
def test_a_broken_line_fails_with_the_path_of_its_file(columns: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', '{"customerid": 2')

    with pytest.raises(duckdb.Error) as raised:
        rows(tmp_path, columns)

    failure = failure_from_duckdb(raised.value, f"SELECT {columns} FROM t")
    assert str(failure) == f"HIVE_CURSOR_ERROR: Failed to read file at {FILE}"


@pytest.mark.parametrize("columns", ["count(*)", "max(dt)"])
def test_a_line_is_not_parsed_for_partition_columns(columns: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', '{"customerid": 2')

    assert len(rows(tmp_path, columns)) == 1


def test_a_value_fails_only_where_its_column_is_read(tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": [1], "tags": "t"}')

    assert rows(tmp_path, "tags") == [("t",)]
    with pytest.raises(duckdb.Error, match="HIVE_CURSOR_ERROR"):
        rows(tmp_path, "customerid")


def test_long_lines_are_read(tmp_path: Path) -> None:
    message = "x" * 20_000_000
    add_file(tmp_path, json.dumps({"data": {"message": message}}), '{"data": ""}')

    assert rows(tmp_path, "length(data)") == [(0,), (len(message) + len('{"message":""}'),)]


@pytest.mark.parametrize("start", ["", " "])
def test_values_may_be_nested_deeply(start: str, tmp_path: Path) -> None:
    nested = "[" * 1500 + "]" * 1500
    add_file(tmp_path, f'{start}{{"data": {nested}}}')

    assert rows(tmp_path, "data") == [(nested,)]


@pytest.mark.parametrize("line", ['{"customerid": [1]}', '{"customerid": 1,}'])
def test_filter_does_not_hide_a_line_that_fails(line: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', line)
    events = Archive(tmp_path).relation_sql(EVENTS)

    with pytest.raises(duckdb.Error, match="HIVE_CURSOR_ERROR"):
        query(f"SELECT customerid FROM ({events}) AS e WHERE customerid = 1")


@pytest.mark.parametrize("word", ["EXISTS", "NOT EXISTS"])
def test_correlated_exists_does_not_run_once_for_each_row(word: str, tmp_path: Path) -> None:
    # Row by row it would take minutes over a small archive already.
    add_file(tmp_path, '{"servicename": "a"}')
    events = Archive(tmp_path).relation_sql(EVENTS)

    ((_, plan),) = query(
        f"EXPLAIN SELECT count(*) FROM ({events}) AS e "
        f"WHERE {word} (SELECT 1 FROM ({events}) AS m WHERE m.servicename = e.servicename)"
    )

    assert "Hash Join" in plan
    assert "limit_rownum" not in plan


def test_a_mapped_column_is_read_from_its_key(tmp_path: Path) -> None:
    add_file(
        tmp_path,
        '{"customer-ID": 7, "customerid": 1, "Payload": {"a": 1.50}, "data": "other"}',
        '{"customerid": 1, "data": "other"}',
    )
    keys = {"customerid": "customer-ID", "data": "Payload"}
    mapped = replace(EVENTS, serde=JsonSerde(case_insensitive=False, keys=keys))

    assert rows(tmp_path, "customerid, data", mapped) == [(7, '{"a":1.50}'), (None, None)]


@pytest.mark.parametrize(
    ("hive_type", "folder", "value"),
    [("int", "2026", 2026), ("bigint", "07", 7), ("string", "07", "07")],
)
def test_partition_keys_have_their_types(
    hive_type: str, folder: str, value: object, tmp_path: Path
) -> None:
    (tmp_path / f"t/part={folder}.d").mkdir(parents=True)
    (tmp_path / f"t/part={folder}.d/a.json").write_text('{"word": "one"}')
    document = {
        "Name": "t",
        "DatabaseName": "d",
        "PartitionKeys": [{"Name": "part", "Type": hive_type}],
        "Parameters": {
            "classification": "json",
            "projection.enabled": "true",
            "projection.part.type": "enum",
            "projection.part.values": folder,
            "storage.location.template": "s3://b/t/part=${part}.d",
        },
        "StorageDescriptor": {
            "Location": "s3://b/t",
            "Columns": [{"Name": "word", "Type": "string"}],
        },
    }
    (table,) = parse_catalog([document]).tables()

    assert rows(tmp_path, "word, part", table) == [("one", value)]


@pytest.mark.parametrize(
    "line",
    [
        '{"customerid":1,"data":{"level":"INFO"}}',
        '{"data":{"level":"INFO"},"customerid":1}',
        '{"customerid": 1, "extra": 5, "data": {"level": "Gr\\u00f6\\u00dfe"}}',
        '{"customerid":1,"data":{"share":1.50,"large":12345678901234567890123}}',
        '{"customerid": 1, "data": {"share": 0.1234567890123456789, "id": 5.0}, "tags": 1.50}',
    ],
)
def test_common_records_are_not_read_in_python(line: str, tmp_path: Path) -> None:
    add_file(tmp_path, line)
    read: list[str] = []

    def refuse(record: str, _description: str, _number: int, _place: str) -> str:
        read.append(record)
        return record

    with connect() as connection:
        connection.remove_function("athena_record_field")
        kinds = ["varchar", "varchar", "integer", "varchar"]
        connection.create_function("athena_record_field", refuse, kinds, "varchar")
        sql = Archive(tmp_path).relation_sql(EVENTS)
        connection.execute(f"SELECT customerid, data, tags FROM ({sql})").fetchall()

    assert read == []
