"""The DuckDB function that reads a field of a JSON record exactly as the OpenX SerDe does.

Slow, so `records` calls it only for records that it cannot prove to be read alike by DuckDB.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache

import duckdb
from duckdb.func import FunctionNullHandling

from local_athena.backends.duckdb.dialect.types.type_names import parse_type
from local_athena.backends.duckdb.storage.hive_values import RowConverter, fold_name
from local_athena.backends.duckdb.storage.java_numbers import WHITE_SPACE
from local_athena.backends.duckdb.storage.lenient_json import InvalidJsonError, Value, parse_json
from local_athena.tables import Column, JsonSerde

_TABLES = 64
# Faster than `list_unique` by half for lists as short as most; the outer list names the inner one.
_ALL_DIFFER = """
CREATE OR REPLACE MACRO athena_all_differ(names) AS list_transform([names], lambda list:
  CASE WHEN len(list) > 50 THEN list_unique(list) = len(list)
  ELSE len(list_filter(list, lambda name, place: list_position(list, name) <> place)) = 0 END)[1]
"""


def install_record_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions that the SQL of records calls."""
    connection.create_function(
        "athena_record_field",
        _read_field,
        ["varchar", "varchar", "integer", "varchar"],
        "varchar",
        null_handling=FunctionNullHandling.SPECIAL,
    )
    connection.execute(_ALL_DIFFER)


def describe_records(columns: Sequence[Column], serde: JsonSerde) -> str:
    """Describe the records of a table for `athena_record_field`."""
    return json.dumps([[[column.name, column.type] for column in columns], asdict(serde)])


class _RecordReader:
    def __init__(self, description: str) -> None:
        columns, parameters = json.loads(description)
        serde = JsonSerde(**parameters)
        self._ignores_malformed = serde.ignore_malformed
        self._fold = fold_name(serde)
        self._row = RowConverter([(name, parse_type(kind)) for name, kind in columns], serde)

    def read(self, line: str, number: int) -> str | None:
        field = self._row.convert_field(self._parse(line.strip(WHITE_SPACE)), number)
        return field if field is None or isinstance(field, str) else json.dumps(field)

    def _parse(self, line: str) -> Value:
        if not line.startswith(("{", "[")):
            return None
        try:
            return parse_json(line, self._fold)
        except InvalidJsonError:
            if self._ignores_malformed:
                return None
            raise


_reader = lru_cache(_TABLES)(_RecordReader)


def _read_field(line: str | None, description: str, number: int, place: str) -> str | None:
    if line is None:
        return None
    try:
        return _reader(description).read(line, number)
    except InvalidJsonError as error:
        # Not what stands in the record: it may be another customer's.
        raise ValueError(f"HIVE_CURSOR_ERROR:Failed to read file at {place}\n") from error
