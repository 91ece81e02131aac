"""How the fields of a record become columns."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from local_athena.backends.duckdb.dialect import failure_from_duckdb
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.tables import JsonSerde, parse_catalog

from tests.archive_tree import EVENTS, add_file, query, rows

LARGE = "123456789012345678901234567890"
FILE = "events/dt=2026-11-20/hr=00/min=10/1_0_00000000000000000000.json"
DEEP = '{"a":' * 9 + "1.50" + "}" * 9


@pytest.mark.parametrize(
    "nested",
    [
        '{"b":1,"a":2}',
        '{"b": 1,  "a" : [ 1, 2 ]}',
        f'{{"big": {LARGE}, "max": 9223372036854775807, "over": 9007199254740993}}',
        '{"price": 1.50, "rate": 1E5, "exact": 0.1000000000000000055511151231257827}',
        '{"text": "ü 日本 😀 \\u00fc \\ud83d\\ude00 \\/"}',
        '{"quote": "a \\"b\\", {c} [d", "newline": "x\\n\\ty"}',
        '{"data": {"data": 1.0}, "n": null, "t": true}',
        "[1.50, {}, []]",
        "{}",
        DEEP,
    ],
)
def test_nested_data_is_the_text_that_stands_in_the_file(nested: str, tmp_path: Path) -> None:
    add_file(
        tmp_path,
        f'{{"tags": "a:b,\\"data\\": {{}}", "extra": {{"data": 1.5}}, "data": {nested} , "z": 1}}',
    )

    assert rows(tmp_path, "data") == [(nested,)]


@pytest.mark.parametrize(
    "text",
    ['{"a": 1.50}', "[1.50 ]", "1.50", "-0.0e1", "null", "", "plain", 'two\nlines\t"q" ü 😀', "{"],
)
def test_data_that_is_a_string_is_its_text(text: str, tmp_path: Path) -> None:
    add_file(tmp_path, json.dumps({"data": text, "extra": {"data": 2.50}}))

    assert rows(tmp_path, "data") == [(text,)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("null", None),
        ("7", "7"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        (LARGE, LARGE),
        ("true", "true"),
        ('["a",  1]', '["a",  1]'),
        ('""', ""),
    ],
)
def test_any_value_in_a_varchar_column_is_its_text(
    value: str, text: str | None, tmp_path: Path
) -> None:
    add_file(tmp_path, f'{{"data": {{"tags": 9.90}}, "tags": {value}}}')

    assert rows(tmp_path, "tags") == [(text,)]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("11000", 11000),
        ('"11000"', 11000),
        ('"-5"', -5),
        ("null", None),
        ("9223372036854775807", 2**63 - 1),
        ('"-9223372036854775808"', -(2**63)),
    ],
)
def test_bigint_is_read_from_numbers_and_from_digits(
    value: str, number: int | None, tmp_path: Path
) -> None:
    add_file(tmp_path, f'{{"customerid": {value}}}')

    assert rows(tmp_path, "customerid") == [(number,)]


@pytest.mark.parametrize(
    "value", ["0.5", '"abc"', '""', "true", "{}", "9223372036854775808", '"1_000"', '" 1"']
)
def test_what_is_no_bigint_fails_with_athenas_words(value: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', f'{{"customerid": {value}}}')

    with pytest.raises(
        duckdb.Error, match=r"HIVE_BAD_DATA:Error parsing field value '.*' for field 1: For input"
    ):
        rows(tmp_path, "customerid")


def test_missing_fields_are_null_and_extra_ones_ignored(tmp_path: Path) -> None:
    add_file(tmp_path, '{"extra": {"customerid": 5}, "servicename": "x"}')

    assert rows(tmp_path, "customerid, servicename, data, tags") == [(None, "x", None, None)]


@pytest.mark.parametrize("spelling", ["customerid", "customerId", "CustomerID", "CUSTOMERID"])
def test_field_names_match_without_regard_to_case(spelling: str, tmp_path: Path) -> None:
    add_file(tmp_path, f'{{"{spelling}": 7, "Data": {{"customerId": 1.50}}, "tags": "t"}}')

    assert rows(tmp_path, "customerid, data, tags") == [(7, '{"customerId": 1.50}', "t")]


def test_of_two_spellings_the_exact_one_counts(tmp_path: Path) -> None:
    add_file(tmp_path, '{"CustomerId": 1, "customerid": 2}')

    assert rows(tmp_path, "customerid") == [(2,)]


@pytest.mark.parametrize(
    "line",
    [
        '{"customerid": 1',
        '{"customerid": 1}}',
        '{"customerid": 1}{"customerid": 2}',
        "{'customerid': 1}",
        "garbage",
        '{"data": "tab\there"}',
    ],
)
@pytest.mark.parametrize("columns", ["count(*)", "customerid"])
def test_broken_line_fails(line: str, columns: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', line, '{"customerid": 3}')

    with pytest.raises(duckdb.InvalidInputException, match="Malformed JSON"):
        rows(tmp_path, columns)


@pytest.mark.parametrize("line", ["5", "[1]", '"text"', "null"])
@pytest.mark.parametrize("columns", ["count(*)", "customerid"])
def test_json_that_is_no_object_fails(line: str, columns: str, tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', line)

    with pytest.raises(duckdb.ConversionException, match="HIVE_CURSOR_ERROR:Row is not a valid"):
        rows(tmp_path, columns)


def test_blank_lines_and_indented_records_are_fine(tmp_path: Path) -> None:
    add_file(tmp_path, "", '  {"customerid": 1}', "   ", '\t{"customerid": 2}')

    assert rows(tmp_path, "customerid") == [(1,), (2,)]


def test_long_lines_are_read(tmp_path: Path) -> None:
    message = "x" * 20_000_000
    add_file(tmp_path, json.dumps({"data": {"message": message}}), '{"data": ""}')

    assert rows(tmp_path, "length(data)") == [(0,), (len(message) + len('{"message": ""}'),)]


def test_nesting_beyond_what_can_be_searched_is_still_the_same_json(tmp_path: Path) -> None:
    nested = '{"a": ' * 40 + "[1, 12345678901234567890123]" + "}" * 40
    add_file(tmp_path, f'{{"data": {nested}}}')

    ((text,),) = rows(tmp_path, "data")

    assert json.loads(text) == json.loads(nested)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"customerid": 0.5}',
            "HIVE_BAD_DATA: Error parsing field value '0.5' for field 1: For input string: "
            f'"0.5" in {FILE}',
        ),
        ("[1]", "HIVE_CURSOR_ERROR: Row is not a valid JSON Object - in " + FILE),
    ],
)
def test_failure_reaches_the_caller_in_athenas_words(
    line: str, message: str, tmp_path: Path
) -> None:
    add_file(tmp_path, line)

    with pytest.raises(duckdb.Error) as raised:
        rows(tmp_path, "customerid")

    assert str(failure_from_duckdb(raised.value, "SELECT customerid FROM t")) == message


def test_filter_does_not_hide_a_line_that_is_no_record(tmp_path: Path) -> None:
    add_file(tmp_path, '{"customerid": 1}', "[1]")
    events = Archive(tmp_path).relation_sql(EVENTS)

    with pytest.raises(duckdb.ConversionException, match="HIVE_CURSOR_ERROR"):
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
    mapped = replace(EVENTS, serde=JsonSerde(keys=keys))

    assert rows(tmp_path, "customerid, data", mapped) == [(7, '{"a": 1.50}'), (None, None)]


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
            "projection.part.type": "injected",
            "storage.location.template": "s3://b/t/part=${part}.d",
        },
        "StorageDescriptor": {
            "Location": "s3://b/t",
            "Columns": [{"Name": "word", "Type": "string"}],
        },
    }
    (table,) = parse_catalog([document]).tables()

    assert rows(tmp_path, "word, part", table) == [("one", value)]
