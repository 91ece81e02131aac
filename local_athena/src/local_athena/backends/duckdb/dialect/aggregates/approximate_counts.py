"""approx_distinct: what a HyperLogLog over xxHash64 estimates, which Trino makes of the values."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from local_athena.backends.duckdb.dialect.aggregates.hyperloglogs import (
    estimate,
    find_most_added,
    find_most_merged,
    sketch_hashes,
)
from local_athena.backends.duckdb.dialect.aggregates.partial_results import count_steps
from local_athena.backends.duckdb.dialect.binary.hash_arrays import (
    Words,
    xxhash_contents,
    xxhash_numbers,
)
from local_athena.backends.duckdb.dialect.collections.hash_orders import (
    CONTENTS,
    HALVES,
    write_hash,
    write_number,
    write_wide,
)
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DOUBLE,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed, coerce

_DEFAULT_ERROR = 0.023
_LEAST_ERROR, _MOST_ERROR = 0.0040625, 0.26
# Two hashes of so few values do not begin alike.
_CERTAIN = 100


def _approx_distinct(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    found = apply_signature(translator, call, values)
    values[0] = without_zone(values[0])
    kind = values[0].type
    if kind.name in ("boolean", "unknown"):
        return found
    error, value = str(_DEFAULT_ERROR), values[0].sql
    if len(values) > 1:
        given = coerce(values[1], DOUBLE).sql
        error = f"coalesce(<<any_value(CASE WHEN {value} IS NOT NULL THEN {given} END)>>, {error})"
        value = f"CASE WHEN {given} IS NOT NULL THEN {value} END"
    form, hashed = _write_hashed(value, kind)
    # Of a table, any of Trino's estimates is right, and nobody wants to be refused one.
    is_open = count_steps(translator, call) == 0 and not translator.statement.scans
    sql = f"coalesce(athena_approximate_{form}(<<list(DISTINCT {hashed})>>, {error}, {is_open}), 0)"
    return Typed(apply_clauses(translator, call, sql), found.type)


def _write_hashed(value: str, kind: TrinoType) -> tuple[str, str]:
    """Write what a value is hashed by, and name its form."""
    number = write_number(value, kind)
    if number is not None:
        return "numbers", number
    if kind.name in ("real", "double"):
        return kind.name, value
    if kind.name in CONTENTS:
        return "contents", CONTENTS[kind.name].format(value)
    if kind.name in HALVES:
        return "halves", HALVES[kind.name].format(value)
    wide = write_wide(value, kind)
    if wide is not None:
        return "wide", wide
    hashed = write_hash(value, kind, "xxhash")
    return ("hashes", hashed) if hashed else ("few", f"CAST({value} AS VARCHAR)")


def _count(hashes: Words, error: float, is_open: bool) -> int:
    if not _LEAST_ERROR <= error <= _MOST_ERROR:
        limits = f"[{_LEAST_ERROR}, {_MOST_ERROR}]"
        raise invalid_argument(f"Max standard error must be in {limits}: {error}")
    bits = (math.ceil(1.0816 / (error * error)) - 1).bit_length()
    count = estimate(sketch_hashes(hashes, bits, find_most_added(bits)))
    if is_open and count != estimate(sketch_hashes(hashes, bits, find_most_merged(bits))):
        text = f"approx_distinct of {len(hashes)} values, whose estimate depends on Trino's plan"
        raise failure(
            "NOT_SUPPORTED", f"The embedded endpoint does not support {text}: use count(DISTINCT)"
        )
    return count


def _counting(
    hash_values: Callable[[list[Any]], Words],
) -> Callable[[Sequence[Any], float, bool], int]:
    def count(values: Sequence[Any], error: float, is_open: bool) -> int:
        return _count(hash_values([value for value in values if value is not None]), error, is_open)

    return count


def _hash_numbers(values: list[int]) -> Words:
    return xxhash_numbers(np.array(values, np.int64))


def _hash_doubles(values: list[float]) -> Words:
    numbers = np.array(values, np.float64) + 0.0
    numbers[np.isnan(numbers)] = np.nan
    return xxhash_numbers(numbers.view(np.int64))


def _hash_reals(values: list[float]) -> Words:
    numbers = np.array(values, np.float32) + np.float32(0)
    numbers[np.isnan(numbers)] = np.nan
    return xxhash_numbers(numbers.view(np.int32).astype(np.int64))


def _hash_halves(values: list[bytes]) -> Words:
    first, second = np.frombuffer(b"".join(values), "<i8").reshape(-1, 2).astype(np.int64).T
    return xxhash_numbers(first) ^ xxhash_numbers(second)


def _hash_wide(values: list[int]) -> Words:
    return _hash_halves([value.to_bytes(16, "little", signed=True) for value in values])


def _read_hashes(values: list[bytes]) -> Words:
    return np.frombuffer(b"".join(values), ">u8").astype(np.uint64)


def _count_few(values: Sequence[str | None], error: float, is_open: bool) -> int:
    del error, is_open
    count = sum(value is not None for value in values)
    if count > _CERTAIN:
        text = f"approx_distinct of more than {_CERTAIN} values of this type: use count(DISTINCT)"
        raise failure("NOT_SUPPORTED", f"The embedded endpoint does not support {text}")
    return count


FUNCTIONS: dict[str, FunctionHandler] = {"approx_distinct": _approx_distinct}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    *(
        (f"athena_approximate_{form}", _counting(function), [kind, "DOUBLE", "BOOLEAN"], "BIGINT")
        for form, function, kind in (
            ("numbers", _hash_numbers, "BIGINT[]"),
            ("double", _hash_doubles, "DOUBLE[]"),
            ("real", _hash_reals, "FLOAT[]"),
            ("contents", xxhash_contents, "BLOB[]"),
            ("halves", _hash_halves, "BLOB[]"),
            ("wide", _hash_wide, "HUGEINT[]"),
            ("hashes", _read_hashes, "BLOB[]"),
        )
    ),
    ("athena_approximate_few", _count_few, ["VARCHAR[]", "DOUBLE", "BOOLEAN"], "BIGINT"),
)
