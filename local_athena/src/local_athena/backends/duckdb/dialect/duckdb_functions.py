"""Prepare a database for translated queries: settings, macros and Python functions."""

import hashlib
import hmac
import unicodedata
import zlib
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal, cast

import duckdb
from duckdb.func import FunctionNullHandling

from local_athena.backends.duckdb.dialect import (
    datetime_patterns,
    decimal_arithmetic,
    element_orders,
    number_functions,
    percentiles,
    text_casts,
)
from local_athena.backends.duckdb.dialect.python_functions import (
    json_casting,
    json_extraction,
    regexps,
    sql_json_functions,
)
from local_athena.backends.duckdb.dialect.typed_sql import PythonFunction

_MASK = 0xFFFFFFFFFFFFFFFF
_PRIMES = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)
_MACROS = Path(__file__).parent / "functions" / "macros.sql"
# SET without GLOBAL affects one session, and each query runs in its own.
_SETTINGS = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL ieee_floating_point_ops = true",
    "SET GLOBAL preserve_insertion_order = true",
    "SET GLOBAL order_by_non_integer_literal = true",
)
# In this step DuckDB 2.0 fails with an internal error for some constant NULLs.
_FAULTY_OPTIMIZER = "statistics_propagation"
_SHARING_OPTIMIZER = "common_subexpressions"


def _create_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions that SQL cannot express; none is on a hot path."""
    functions: tuple[PythonFunction, ...] = (
        *json_casting.PYTHON_FUNCTIONS,
        *json_extraction.PYTHON_FUNCTIONS,
        *sql_json_functions.PYTHON_FUNCTIONS,
        *regexps.PYTHON_FUNCTIONS,
        *datetime_patterns.PYTHON_FUNCTIONS,
        *decimal_arithmetic.PYTHON_FUNCTIONS,
        *element_orders.PYTHON_FUNCTIONS,
        *number_functions.PYTHON_FUNCTIONS,
        *percentiles.PYTHON_FUNCTIONS,
        *text_casts.PYTHON_FUNCTIONS,
        ("athena_sha512", _sha512, ["BLOB"], "BLOB"),
        ("athena_crc32", _crc32, ["BLOB"], "BIGINT"),
        ("athena_hmac", _hmac, ["VARCHAR", "BLOB", "BLOB"], "BLOB"),
        ("athena_xxhash64", _xxhash64, ["BLOB"], "BLOB"),
        ("athena_normalize", _normalize, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    )
    for name, function, parameters, result in functions:
        connection.create_function(
            name,
            _skipping_nulls(function),
            parameters,
            result,
            null_handling=FunctionNullHandling.SPECIAL,
        )


def _skipping_nulls(function: Callable[..., Any]) -> Callable[..., Any]:
    """DuckDB itself skips NULLs only for functions that never return one."""

    @wraps(function)
    def called(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    return called


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _crc32(data: bytes) -> int:
    return zlib.crc32(data)


def _hmac(algorithm: str, data: bytes, key: bytes) -> bytes:
    return hmac.new(key, data, algorithm).digest()


def _normalize(text: str, form: str) -> str:
    return unicodedata.normalize(cast(Literal["NFC", "NFD", "NFKC", "NFKD"], form), text)


def _rotate_left(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _mix_lane(accumulator: int, lane: int) -> int:
    mixed = (accumulator + lane * _PRIMES[1]) & _MASK
    return (_rotate_left(mixed, 31) * _PRIMES[0]) & _MASK


def _xxhash64(data: bytes) -> bytes:
    """Hash with xxHash of 64 bits and seed 0."""
    accumulator, offset = _accumulate_stripes(data)
    accumulator = (accumulator + len(data)) & _MASK
    while offset + 8 <= len(data):
        lane = int.from_bytes(data[offset : offset + 8], "little")
        accumulator ^= _mix_lane(0, lane)
        accumulator = (_rotate_left(accumulator, 27) * _PRIMES[0] + _PRIMES[3]) & _MASK
        offset += 8
    if offset + 4 <= len(data):
        lane = int.from_bytes(data[offset : offset + 4], "little")
        accumulator ^= (lane * _PRIMES[0]) & _MASK
        accumulator = (_rotate_left(accumulator, 23) * _PRIMES[1] + _PRIMES[2]) & _MASK
        offset += 4
    for byte in data[offset:]:
        accumulator ^= (byte * _PRIMES[4]) & _MASK
        accumulator = (_rotate_left(accumulator, 11) * _PRIMES[0]) & _MASK
    return _avalanche(accumulator).to_bytes(8, "big")


def _accumulate_stripes(data: bytes) -> tuple[int, int]:
    """Accumulate all stripes of 32 bytes, and tell where they end."""
    if len(data) < 32:
        return _PRIMES[4], 0
    lanes = [(_PRIMES[0] + _PRIMES[1]) & _MASK, _PRIMES[1], 0, -_PRIMES[0] & _MASK]
    offset = 0
    while offset + 32 <= len(data):
        for index in range(4):
            start = offset + 8 * index
            lane = int.from_bytes(data[start : start + 8], "little")
            lanes[index] = _mix_lane(lanes[index], lane)
        offset += 32
    turns = zip(lanes, (1, 7, 12, 18), strict=True)
    accumulator = sum(_rotate_left(lane, bits) for lane, bits in turns) & _MASK
    for lane in lanes:
        accumulator ^= _mix_lane(0, lane)
        accumulator = (accumulator * _PRIMES[0] + _PRIMES[3]) & _MASK
    return accumulator, offset


def _avalanche(value: int) -> int:
    value = ((value ^ (value >> 33)) * _PRIMES[1]) & _MASK
    value = ((value ^ (value >> 29)) * _PRIMES[2]) & _MASK
    return value ^ (value >> 32)


def install(connection: duckdb.DuckDBPyConnection, *, shares_expressions: bool = True) -> None:
    """Prepare a database, once and before its configuration is locked.

    Args:
        connection: The database.
        shares_expressions: Whether it computes once what several expressions of a query have in
            common. This is faster, but happens outside of the TRY or CASE around them, and fails
            there.
    """
    disabled = [_FAULTY_OPTIMIZER, *(() if shares_expressions else (_SHARING_OPTIMIZER,))]
    connection.execute(f"SET GLOBAL disabled_optimizers = '{','.join(disabled)}'")
    for setting in _SETTINGS:
        connection.execute(setting)
    _create_functions(connection)
    connection.execute(_MACROS.read_text(encoding="utf-8"))
