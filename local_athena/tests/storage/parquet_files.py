"""Write the Parquet files that `parquet_golden.jsonl` describes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_INNER = {"x": pa.int64(), "y": pa.string()}
_TYPES: Mapping[str, pa.DataType] = {
    **{name: pa.type_for_alias(name) for name in ("bool", "int8", "int16", "int32", "int64")},
    **{name: pa.type_for_alias(name) for name in ("uint8", "uint16", "uint32", "uint64")},
    **{name: pa.type_for_alias(name) for name in ("float", "double", "string", "binary")},
    **{name: pa.type_for_alias(name) for name in ("date32", "time32[ms]", "time64[us]")},
    "time64[ns]": pa.time64("ns"),
    "fixed(4)": pa.binary(4),
    **{f"timestamp[{unit}]": pa.timestamp(unit) for unit in ("ms", "us", "ns")},
    **{f"timestamp[{unit},UTC]": pa.timestamp(unit, "UTC") for unit in ("ms", "us", "ns")},
    "int96": pa.timestamp("ns"),
    **{f"decimal({p},{s})": pa.decimal128(p, s) for p, s in ((7, 2), (15, 4), (30, 6), (9, 0))},
    "list": pa.list_(pa.int64()),
    "struct": pa.struct(_INNER),
    "map": pa.map_(pa.string(), pa.int64()),
    "list of structs": pa.list_(pa.struct(_INNER)),
}


def write_parquet(path: Path, columns: Sequence[Sequence[Any]], options: Mapping[str, Any]) -> None:
    """Write a file of columns, each a name, a type and its values in JSON.

    Dates, times and timestamps are numbers of their unit, binary values are Latin-1.
    """
    kinds = [kind for _, kind, _ in columns]
    arrays = [_array(kind, values) for _, kind, values in columns]
    schema = pa.schema([(name, _TYPES[kind]) for name, kind, _ in columns])
    more = {"use_deprecated_int96_timestamps": True} if "int96" in kinds else {}
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, **more, **options)


def _array(kind: str, values: Sequence[Any]) -> pa.Array:
    target = _TYPES[kind]
    if kind.startswith("decimal"):
        return pa.array([None if one is None else Decimal(one) for one in values], target)
    if pa.types.is_binary(target) or pa.types.is_fixed_size_binary(target):
        return pa.array([None if one is None else one.encode("latin-1") for one in values], target)
    if pa.types.is_temporal(target):
        width = pa.int32() if target.bit_width == 32 else pa.int64()
        return pa.array(values, width).cast(target)
    if kind == "map":
        return pa.array([None if one is None else list(one.items()) for one in values], target)
    return pa.array(values, target)
