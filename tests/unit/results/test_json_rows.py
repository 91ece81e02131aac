"""Athena's text of a value becomes the JSON value that the API specifies for its type."""

import json
from typing import Any

import pytest

from data_hist.athena.executions import Column
from data_hist.errors import EngineFailed, InvalidRequest
from data_hist.results.formats import RowStyle
from data_hist.results.json_rows import encode_rows
from tests.support.result_csv import csv_of

CASES = [
    ("boolean", "true", True),
    ("boolean", "false", False),
    ("tinyint", "-128", -128),
    ("smallint", "32767", 32767),
    ("integer", "0", 0),
    ("bigint", "9223372036854775807", 9223372036854775807),
    ("bigint", "-9223372036854775808", -9223372036854775808),
    ("real", "1.1", 1.1),
    ("float", "3.4028235E38", 3.4028235e38),
    ("double", "1.0E20", 1e20),
    ("double", "0.1", 0.1),
    ("double", "-0.0", -0.0),
    ("double", "NaN", "NaN"),
    ("double", "Infinity", "Infinity"),
    ("real", "-Infinity", "-Infinity"),
    ("decimal", "12345678901234567890.10", "12345678901234567890.10"),
    ("char", "ab   ", "ab   "),
    ("varchar", "", ""),
    ("varchar", 'say "hi",\nthen go', 'say "hi",\nthen go'),
    ("varchar", "null", "null"),
    ("date", "2026-11-20", "2026-11-20"),
    ("time", "01:02:03.004", "01:02:03.004"),
    ("timestamp", "2026-11-20 05:15:00.000", "2026-11-20T05:15:00.000"),
    ("timestamp", "2026-11-20 05:15:00.123456", "2026-11-20T05:15:00.123456"),
    ("timestamp with time zone", "2026-11-20 05:15:00.000 UTC", "2026-11-20T05:15:00.000+00:00"),
    (
        "timestamp with time zone",
        "2026-07-20 05:15:00.123 America/New_York",
        "2026-07-20T05:15:00.123-04:00",
    ),
    (
        "timestamp with time zone",
        "2026-01-20 05:15:00.000 Europe/Zurich",
        "2026-01-20T05:15:00.000+01:00",
    ),
    ("timestamp with time zone", "2026-11-20 05:15:00.000 +05:30", "2026-11-20T05:15:00.000+05:30"),
    ("varbinary", "65 66 00 ff", "ZWYA/w=="),
    ("varbinary", "", ""),
    ("array", "[1, 2]", "[1, 2]"),
    ("map", "{k=1}", "{k=1}"),
    ("row", "{id=1, name=x}", "{id=1, name=x}"),
    ("interval day to second", "2 00:00:00.000", "2 00:00:00.000"),
]


def written(text: str | None, athena_type: str) -> str:
    """Encode a row of one value as JSON."""
    rows = csv_of([[text]], [])[1:]
    return encode_rows(rows, [Column("x", athena_type)], RowStyle()).decode()


def value_of(text: str | None, athena_type: str) -> Any:
    [[value]] = json.loads(written(text, athena_type))
    return value


@pytest.mark.parametrize(("athena_type", "text", "expected"), CASES)
def test_value_of_each_type(athena_type: str, text: str, expected: object) -> None:
    value = value_of(text, athena_type)

    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("athena_type", sorted({case[0] for case in CASES} | {"json"}))
def test_null_is_null_in_every_type(athena_type: str) -> None:
    assert value_of(None, athena_type) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":12345678901234567890123,"c":1.10}',
        "null",
        '"text"',
        "[1, 2]",
        '{"a":1,"a":2}',
    ],
)
def test_json_is_written_as_it_stands(text: str) -> None:
    assert written(text, "json") == f"[[{text}]]"


def test_text_that_is_not_of_its_type_leaves_those_beside_it() -> None:
    rows = csv_of([["1.5"], ["7"], [None], ["9" * 30]], [])[1:]

    assert json.loads(encode_rows(rows, [Column("x", "bigint")], RowStyle())) == [
        ["1.5"],
        [7],
        [None],
        ["9" * 30],
    ]


@pytest.mark.parametrize("row", [b'"1","2"\n', b'"1",\n'])
def test_row_of_other_columns_is_the_engines_fault(row: bytes) -> None:
    with pytest.raises(EngineFailed):
        encode_rows(row, [Column("x", "bigint")], RowStyle())


def test_numbers_beside_one_that_is_none_stay_numbers() -> None:
    rows = csv_of([["1.5"], [None], ["NaN"], ["-Infinity"]], [])[1:]

    assert json.loads(encode_rows(rows, [Column("x", "double")], RowStyle())) == [
        [1.5],
        [None],
        ["NaN"],
        ["-Infinity"],
    ]


@pytest.mark.parametrize("name", ["a", "", "with space", 'with "quote"', "back\\slash", "é", "\n"])
def test_objects_have_the_names_of_the_columns(name: str) -> None:
    columns = [Column(name, "bigint"), Column("other", "varchar")]

    rows = encode_rows(b'"1",""\n', columns, RowStyle("objects"))

    assert json.loads(rows) == [{name: 1, "other": ""}]


def test_objects_would_lose_a_column_of_the_same_name() -> None:
    with pytest.raises(InvalidRequest, match="share a name"):
        encode_rows(b'"1","2"\n', [Column("n", "bigint")] * 2, RowStyle("objects"))
