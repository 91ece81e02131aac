"""How a value of a Parquet type becomes a value of a table's type: what Trino 476 was seen to do.

Conversions are SQL in which `{}` stands for the value as DuckDB reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.types.trino_types import UNBOUNDED, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import quote_string
from local_athena.backends.duckdb.storage.parquet_schemas import ParquetColumn

_BYTES = ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
_NESTED = ("array", "map", "row")
# What a double holds exactly.
_EXACT = 2**53
_RANGES = {"tinyint": (8, "byte"), "smallint": (16, "short"), "integer": (32, "integer")}
_MILLISECOND = {"MILLIS=Milli": 0, "MICROS=Micro": 1_000, "NANOS=Nano": 1_000_000}


@dataclass(frozen=True)
class Conversion:
    """The SQL of a value, and conditions with the errors that they raise (`NAME:text`)."""

    sql: str = "{}"
    failures: tuple[tuple[str, str], ...] = ()


def _fail(name: str, text: str) -> Conversion:
    return Conversion("NULL", (("true", f"{name}:{text}"),))


def find_conversion(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    """Find how Trino reads a column; a conversion that always fails where it does not."""
    if stored.physical and kind.name == "array":
        return _unsupported(stored, kind)
    if (stored.physical is None) != (kind.name in _NESTED):
        return _fail("HIVE_CANNOT_OPEN_SPLIT", "Error opening Hive split")
    if stored.physical is None:
        sql = _nested(stored, kind, 0)
        return Conversion(sql) if sql else _unsupported(stored, kind)
    if _is_integer(stored) and kind.name in _FROM_INTEGER:
        return _FROM_INTEGER[kind.name](stored, kind)
    convert = _OTHERS.get(kind.name)
    return (convert(stored, kind) if convert else None) or _unsupported(stored, kind)


def _unsupported(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    text = f"Unsupported Trino column type ({kind}) for Parquet column ({stored.name})"
    return _fail("NOT_SUPPORTED", text)


def _is_decimal(stored: ParquetColumn) -> bool:
    return stored.duckdb.startswith("DECIMAL")


def _is_integer(stored: ParquetColumn) -> bool:
    if _is_decimal(stored):
        return stored.physical == "INT32" and stored.duckdb.endswith(",0)")
    annotated = (stored.converted or "").startswith(("INT_", "UINT_"))
    bare = stored.converted is None and not stored.logical
    return stored.physical in ("INT32", "INT64") and (
        annotated or bare or stored.logical.startswith("IntType")
    )


def _signed(stored: ParquetColumn) -> str:
    """Write the value as Java reads it, which has no unsigned numbers."""
    if stored.duckdb in ("UINTEGER", "UBIGINT"):
        bits = 32 if stored.duckdb == "UINTEGER" else 64
        wide = "CAST({} AS HUGEINT)"
        return (
            f"CAST(CASE WHEN {{}} >= {2 ** (bits - 1)} THEN {wide} - {2**bits} "
            f"ELSE {wide} END AS BIGINT)"
        )
    return "CAST({} AS BIGINT)"


def _integer(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    if stored.duckdb == kind.duckdb:
        return Conversion()
    value, is_long = _signed(stored), stored.physical == "INT64"
    bits, word = _RANGES.get(kind.name, (64, ""))
    sql = f"CAST({value} AS {kind.duckdb})"
    if bits >= (64 if is_long else 32):
        return Conversion(sql)
    text = f"{word} overflow" if is_long else f"Value exceeds {word} range"
    beyond = f"{value} NOT BETWEEN {-(2 ** (bits - 1))} AND {2 ** (bits - 1) - 1}"
    return Conversion(sql, ((beyond, f"GENERIC_INTERNAL_ERROR:{text}"),))


def _integer_as_double(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    if _is_decimal(stored):
        return _unsupported(stored, kind)
    value = _signed(stored)
    beyond = f"{value} NOT BETWEEN {-_EXACT} AND {_EXACT}"
    failure = (beyond, "INVALID_CAST_ARGUMENT:Cannot read value as DOUBLE")
    is_long = stored.physical == "INT64"
    return Conversion(f"CAST({value} AS DOUBLE)", (failure,) if is_long else ())


def _integer_as_real(_stored: ParquetColumn, _kind: TrinoType) -> Conversion:
    # Trino takes the bits of the number for those of a real, which nobody can want.
    return _fail("NOT_SUPPORTED", "The embedded endpoint reads no integers of Parquet as real")


def _integer_as_text(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    return _text(f"CAST({_signed(stored)} AS VARCHAR)", kind, "Varchar representation")


def _integer_as_date(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    if _is_decimal(stored):
        return _unsupported(stored, kind)
    value = _signed(stored)
    beyond = f"{value} NOT BETWEEN {-(2**31)} AND {2**31 - 1}"
    failure = (beyond, "GENERIC_INTERNAL_ERROR:integer overflow")
    return Conversion(f"CAST(DATE '1970-01-01' + CAST({value} AS INTEGER) AS DATE)", (failure,))


def _integer_as_decimal(stored: ParquetColumn, kind: TrinoType) -> Conversion:
    if stored.physical == "INT64":
        return _unsupported(stored, kind)
    return _decimal(_signed(stored), kind)


def _decimal(value: str, kind: TrinoType) -> Conversion:
    cast = f"TRY_CAST({value} AS {kind.duckdb})"
    beyond = f"{{}} IS NOT NULL AND {cast} IS NULL"
    error = f"INVALID_CAST_ARGUMENT:Cannot cast DECIMAL to DECIMAL({kind.precision}, {kind.scale})"
    return Conversion(cast, ((beyond, error),))


def _text(value: str, kind: TrinoType, what: str) -> Conversion:
    if kind.length in (None, UNBOUNDED):
        return Conversion(value)
    error = f"INVALID_ARGUMENTS:{what} exceeds varchar({kind.length}) bounds"
    return Conversion(value, ((f"length({value}) > {kind.length}", error),))


def _varchar(stored: ParquetColumn, kind: TrinoType) -> Conversion | None:
    if _is_decimal(stored):
        return _text("CAST({} AS VARCHAR)", kind, "Decimal value representation")
    if stored.physical in ("FLOAT", "DOUBLE"):
        return _text("athena_double_text({})", kind, "Varchar representation")
    if stored.physical == "FIXED_LEN_BYTE_ARRAY" and kind.length not in (None, UNBOUNDED):
        return None
    return _characters(stored)


def _characters(stored: ParquetColumn) -> Conversion | None:
    if stored.physical not in _BYTES or _is_decimal(stored):
        return None
    return Conversion("decode({})" if stored.duckdb == "BLOB" else "CAST({} AS VARCHAR)")


def _char(stored: ParquetColumn, _kind: TrinoType) -> Conversion | None:
    return _characters(stored) if stored.physical == "BYTE_ARRAY" else None


def _varbinary(stored: ParquetColumn, _kind: TrinoType) -> Conversion | None:
    if stored.physical not in _BYTES or _is_decimal(stored):
        return None
    return Conversion("{}" if stored.duckdb == "BLOB" else "encode(CAST({} AS VARCHAR))")


def _timestamp(stored: ParquetColumn, _kind: TrinoType) -> Conversion | None:
    if not stored.duckdb.startswith("TIMESTAMP"):
        return None
    unit = _unit(stored)
    if unit == 0:
        return Conversion("CAST({} AS TIMESTAMP)")
    sql = "epoch_ns({})" if unit == 1_000_000 else "epoch_us({})"
    # Halves are rounded up, before 1970 as well.
    shifted = f"({sql} + {unit // 2})"
    rounded = f"{shifted} - (({shifted} % {unit}) + {unit}) % {unit}"
    return Conversion(f"make_timestamp(({rounded}) // {unit // 1000})")


def _unit(stored: ParquetColumn) -> int:
    """Find how many units a millisecond has; 0 for milliseconds themselves."""
    for part, unit in _MILLISECOND.items():
        if part in stored.logical:
            return unit
    return 0 if stored.converted == "TIMESTAMP_MILLIS" else 1_000


def _bigint(stored: ParquetColumn, _kind: TrinoType) -> Conversion | None:
    """Read the number of units of a time or timestamp."""
    if stored.physical != "INT64" or _is_decimal(stored):
        return None
    units = {0: "epoch_ms({})", 1_000: "epoch_us({})", 1_000_000: "epoch_ns({})"}
    return Conversion(units[_unit(stored)])


def _double(stored: ParquetColumn, _kind: TrinoType) -> Conversion | None:
    return Conversion("CAST({} AS DOUBLE)") if stored.physical in ("FLOAT", "DOUBLE") else None


def _stored_decimal(stored: ParquetColumn, kind: TrinoType) -> Conversion | None:
    if not _is_decimal(stored):
        return None
    return Conversion() if stored.duckdb == kind.duckdb else _decimal("{}", kind)


def _same(duckdb_type: str) -> "Callable[[ParquetColumn, TrinoType], Conversion | None]":
    return lambda stored, _kind: Conversion() if stored.duckdb == duckdb_type else None


def _nested(stored: ParquetColumn, kind: TrinoType, depth: int) -> str | None:
    """Write the conversion of a group with parts of just the right types."""
    name = f"p{depth}"
    if stored.physical is not None:
        return _part(stored, kind)
    if kind.name == "row":
        return _row(stored, kind, depth)
    entries = stored.children[0]
    if stored.converted == "LIST" and kind.name == "array" and len(entries.children) == 1:
        inner = _nested(entries.children[0], kind.element, depth + 1)
        return inner and f"list_transform({{}}, lambda {name}: {inner.replace('{}', name)})"
    if stored.converted == "MAP" and kind.name == "map":
        parts = [
            _part(part, one) for part, one in zip(entries.children, kind.parameters, strict=True)
        ]
        return f"CAST({{}} AS {kind.duckdb})" if all(parts) else None
    return None


def _part(stored: ParquetColumn, kind: TrinoType) -> str | None:
    if stored.physical is None or (_is_integer(stored) and kind.name in ("varchar", "double")):
        return None
    if _is_integer(stored) and kind.is_integer:
        return f"CAST({_signed(stored)} AS {kind.duckdb})"
    conversion = find_conversion(stored, kind)
    return None if conversion.failures else conversion.sql


def _row(stored: ParquetColumn, kind: TrinoType, depth: int) -> str | None:
    found = {part.name.lower(): part for part in reversed(stored.children)}
    fields = []
    pairs = zip(kind.field_names, kind.parameters, strict=True)
    for number, (field, one) in enumerate(pairs, 1):
        part = found.get((field or "").lower())
        inner = _nested(part, one, depth) if part else f"CAST(NULL AS {one.duckdb})"
        if inner is None:
            return None
        name = quote_string(part.name if part else "")
        value = inner.replace("{}", f"struct_extract({{}}, {name})")
        fields.append(f"f{number} := {value}")
    if not any((field or "").lower() in found for field in kind.field_names):
        return f"CAST(NULL AS {kind.duckdb})"
    return f"CASE WHEN {{}} IS NOT NULL THEN struct_pack({', '.join(fields)}) END"


_Convert = Callable[[ParquetColumn, TrinoType], Conversion | None]
_FROM_INTEGER: Mapping[str, Callable[[ParquetColumn, TrinoType], Conversion]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), _integer),
    "real": _integer_as_real,
    "double": _integer_as_double,
    "varchar": _integer_as_text,
    "date": _integer_as_date,
    "decimal": _integer_as_decimal,
}
_OTHERS: Mapping[str, _Convert] = {
    "boolean": _same("BOOLEAN"),
    "bigint": _bigint,
    "real": _same("FLOAT"),
    "double": _double,
    "varchar": _varchar,
    "char": _char,
    "varbinary": _varbinary,
    "date": _same("DATE"),
    "timestamp": _timestamp,
    "decimal": _stored_decimal,
}
