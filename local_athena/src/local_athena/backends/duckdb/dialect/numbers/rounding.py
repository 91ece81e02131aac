"""Rounding of decimals, which changes their type; the table of signatures rounds other numbers."""

from dataclasses import replace

from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_signature
from local_athena.backends.duckdb.dialect.types.trino_types import (
    INTEGER,
    UNKNOWN,
    TrinoType,
    decimal_of,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce

_MAX_DIGITS = 38


def _make_rounding(function: str) -> FunctionHandler:
    def handler(translator: Translator, call: Call) -> Typed:
        values = translator.translate_arguments(call, 1)
        if function == "truncate" and (values[0].type.is_integer or values[0].type == UNKNOWN):
            values[0] = coerce(values[0], _narrowest_decimal(values[0].type))
        kind = values[0].type
        if kind.name != "decimal" or len(values) > 2:
            return apply_signature(translator, call, values)
        if len(values) == 2:
            translator.require(call.arguments[1], values[1].type, INTEGER)
            return _round_to_digits(function, values[0], coerce(values[1], INTEGER))
        grown = min(kind.scale, 1) if function != "truncate" else 0
        size = max(1, (kind.precision or 0) - kind.scale + grown)
        return _cast(f"{_DUCKDB[function]}({values[0].sql})", TrinoType("decimal", precision=size))

    return handler


def _narrowest_decimal(kind: TrinoType) -> TrinoType:
    return decimal_of(kind) if kind.is_integer else TrinoType("decimal", precision=1)


def _round_to_digits(function: str, value: Typed, digits: Typed) -> Typed:
    kind = value.type
    if function == "round":
        kind = replace(kind, precision=min(_MAX_DIGITS, (kind.precision or 0) + 1))
    if digits.constant is None:
        return _cast(f"athena_decimal_{function}(CAST({value.sql} AS VARCHAR), {digits.sql})", kind)
    # DuckDB takes no more digits than the type has.
    places = max(-_MAX_DIGITS, min(int(digits.constant), kind.scale))
    return _cast(f"{_DUCKDB[function]}({value.sql}, {places})", kind)


def _cast(sql: str, kind: TrinoType) -> Typed:
    return Typed(f"CAST({sql} AS {kind.duckdb})", kind)


def _sign(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call, 1)
    if len(values) != 1 or values[0].type.name != "decimal":
        return apply_signature(translator, call, values)
    return _cast(f"sign({values[0].sql})", TrinoType("decimal", precision=1))


_DUCKDB = {"round": "round", "ceil": "ceil", "floor": "floor", "truncate": "trunc"}
FUNCTIONS: dict[str, FunctionHandler] = {
    "round": _make_rounding("round"),
    "ceil": _make_rounding("ceil"),
    "ceiling": _make_rounding("ceil"),
    "floor": _make_rounding("floor"),
    "truncate": _make_rounding("truncate"),
    "sign": _sign,
}
