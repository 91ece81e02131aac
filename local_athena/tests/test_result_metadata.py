"""The `.metadata` object beside each result: protobuf, as recorded from Athena."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients import AthenaSession

# Fields of a column: precision, scale, nullable, case-sensitive.
NUMBERS = (7, 8, 9, 10)


@pytest.mark.parametrize(
    ("value", "name", "numbers"),
    [
        ("CAST(1 AS tinyint)", "tinyint", (3, 0, 3, 0)),
        ("CAST(1 AS smallint)", "smallint", (5, 0, 3, 0)),
        ("1", "integer", (10, 0, 3, 0)),
        ("CAST(1 AS bigint)", "bigint", (19, 0, 3, 0)),
        ("1e0", "double", (17, 0, 3, 0)),
        ("CAST(1 AS real)", "float", (17, 0, 3, 0)),
        ("CAST(1 AS decimal(10, 2))", "decimal", (10, 2, 3, 0)),
        ("CAST('a' AS varchar)", "varchar", (2147483647, 0, 3, 1)),
        ("X'01'", "varbinary", (1073741824, 0, 3, 0)),
        ("TIMESTAMP '2026-03-01 09:05:07.123'", "timestamp", (3, 0, 3, 0)),
        ("TIME '09:05:07.123'", "time", (3, 0, 3, 0)),
        ("TIMESTAMP '2026-03-01 09:05:07.123 UTC'", "timestamp with time zone", (3, 0, 3, 0)),
        ("true", "boolean", (None, None, 3, 0)),
        ("DATE '2026-03-01'", "date", (None, 0, 3, 0)),
        ("INTERVAL '1' DAY", "interval day to second", (None, None, 3, 0)),
        ("INTERVAL '1' YEAR", "interval year to month", (None, None, 3, 0)),
        ("ARRAY[1]", "array", (None, None, 3, None)),
        ("MAP(ARRAY['k'], ARRAY[1])", "map", (None, None, 3, None)),
        ("ROW(1, 'x')", "row", (None, None, 3, None)),
        ("JSON '1'", "json", (None, None, 3, None)),
    ],
)
def test_a_type_has_the_fields_that_athena_writes(
    session: AthenaSession, value: str, name: str, numbers: tuple[int | None, ...]
) -> None:
    execution = session.run(f"SELECT {value} AS c")

    fields = list(parse(_metadata(session, execution)))
    (column,) = (dict(parse(content)) for number, content in fields if number == 4)
    assert fields[0] == (1, execution["QueryExecutionId"].encode())
    assert [column[number] for number in (1, 4, 5, 6)] == [b"hive", b"c", b"c", name.encode()]
    assert tuple(column.get(number) for number in NUMBERS) == numbers
    assert set(column) <= {1, 4, 5, 6, *NUMBERS}


def test_columns_come_in_their_order_also_without_rows(session: AthenaSession) -> None:
    execution = session.run("SELECT 'x' AS name, 1 AS name, 2 AS other WHERE false")

    columns = [
        dict(parse(each)) for number, each in parse(_metadata(session, execution)) if number == 4
    ]
    assert [column[4] for column in columns] == [b"name", b"name", b"other"]


def test_the_bytes_are_those_of_athena(session: AthenaSession) -> None:
    execution = session.run("SELECT 1 AS i WHERE false")

    content = _metadata(session, execution)
    assert content[:2] == bytes([0x0A, 36])
    assert content[38:].hex(" ") == (
        "22 1d 0a 04 68 69 76 65 22 01 69 2a 01 69 32 07 69 6e 74 65 67 65 72 "
        "38 0a 40 00 48 03 50 00"
    )


def test_a_failed_query_has_no_metadata(session: AthenaSession) -> None:
    bucket, key = address(session.run("SELECT * FROM data_hist.missing_table"))

    listed = session.s3.list_objects_v2(Bucket=bucket, Prefix=key)
    assert "Contents" not in listed


def parse(content: bytes) -> Iterator[tuple[int, Any]]:
    """Parse the fields of a message: numbers, and bytes of texts and nested messages."""
    position = 0
    while position < len(content):
        tag, position = _varint(content, position)
        value, position = _varint(content, position)
        if tag & 7 == 2:
            yield tag >> 3, content[position : position + value]
            position += value
        else:
            yield tag >> 3, value


def _varint(content: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[position]
        number |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return number, position


def _metadata(session: AthenaSession, execution: Any) -> bytes:
    bucket, key = address(execution)
    return session.s3.get_object(Bucket=bucket, Key=f"{key}.metadata")["Body"].read()
