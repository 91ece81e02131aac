"""The `.metadata` object beside each result: its columns, as protobuf.

AWS publishes no schema. Fields and their presence are those of recorded objects; the numbers are
also those that https://github.com/burtcorp/athena-jdbc reads.
"""

from collections.abc import Iterator, Sequence

from local_athena.engine.executions import Column

RESULT_CATALOG = "hive"
"""The catalog that Athena names for every column of a result."""

_QUERY_ID = 1
_COLUMN = 4
_CATALOG_NAME, _NAME, _LABEL, _TYPE, _PRECISION, _SCALE, _NULLABLE, _CASE_SENSITIVE = (
    1,
    *range(4, 11),
)
_UNKNOWN = 3
_LENGTH_DELIMITED = 2
_ALL = frozenset({_PRECISION, _SCALE, _CASE_SENSITIVE})
# Whether a type has a precision, a scale and a case, not their values, decides what is written.
_NUMBERS_OF_TYPES: dict[str, frozenset[int]] = {
    "boolean": frozenset({_CASE_SENSITIVE}),
    "date": frozenset({_SCALE, _CASE_SENSITIVE}),
    "interval day to second": frozenset({_CASE_SENSITIVE}),
    "interval year to month": frozenset({_CASE_SENSITIVE}),
    **dict.fromkeys(
        ("array", "map", "row", "json", "string", "uuid", "ipaddress", "unknown"), frozenset()
    ),
}


def encode_metadata(query_id: str, columns: Sequence[Column]) -> bytes:
    """Encode the metadata of a result."""
    fields = [_text(_QUERY_ID, query_id)]
    fields.extend(_bytes(_COLUMN, b"".join(_column(column))) for column in columns)
    return b"".join(fields)


def _column(column: Column) -> Iterator[bytes]:
    yield _text(_CATALOG_NAME, RESULT_CATALOG)
    yield _text(_NAME, column.name)
    yield _text(_LABEL, column.name)
    yield _text(_TYPE, column.type)
    written = _NUMBERS_OF_TYPES.get(column.type, _ALL) | {_NULLABLE}
    numbers = {
        _PRECISION: column.precision,
        _SCALE: column.scale,
        _NULLABLE: _UNKNOWN,
        _CASE_SENSITIVE: int(column.case_sensitive),
    }
    for field, number in numbers.items():
        if field in written:
            yield _varint(field << 3) + _varint(number)


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
