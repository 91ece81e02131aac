"""approx_percentile, by a t-digest, or by a quantile digest if an accuracy is given."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlglot import exp

from local_athena.backends.duckdb.dialect.aggregates.partial_results import is_merged
from local_athena.backends.duckdb.dialect.aggregates.qdigests import QuantileDigest
from local_athena.backends.duckdb.dialect.aggregates.sortable_bits import (
    bits_to_double,
    bits_to_real,
    double_to_bits,
    real_to_bits,
)
from local_athena.backends.duckdb.dialect.aggregates.tdigests import TDigest
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.failures import invalid_argument
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.types.trino_types import DOUBLE, array_of
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed, coerce

_MOST = 2**63 - 1
Row = Mapping[str, Any]


def _approx_percentile(translator: Translator, call: Call) -> Typed:
    values = translator.translate_arguments(call)
    found = apply_signature(translator, call, values)
    is_array = found.type.name == "array"
    kind = found.type.element if is_array else found.type
    # The functions in Python are those of bigints, or of doubles.
    name = kind.name if kind.name == "bigint" or len(values) == 4 else "double"
    value = coerce(values[0], kind).sql
    x = value if kind.name == "bigint" else f"CAST({value} AS DOUBLE)"
    percentile = coerce(
        values[-1 if len(values) < 4 else 2], array_of(DOUBLE) if is_array else DOUBLE
    )
    p = (
        percentile.sql
        if is_array
        else f"CASE WHEN {percentile.sql} IS NOT NULL THEN [{percentile.sql}] END"
    )
    merged = str(is_merged(translator, call)).upper()
    if len(values) == 2 and call.arguments[1].find(exp.Column) is None:
        core = f"athena_percentiles_{name}(<<list({x})>>, {p}, {merged})"
    else:
        weight = coerce(values[1], DOUBLE).sql if len(values) > 2 else "1e0"
        row = f"'x': {x}, 'w': {weight}, 'p': {p}"
        if len(values) == 4:
            row += f", 'e': {coerce(values[3], DOUBLE).sql}"
        kinds = f"{'accurate' if len(values) == 4 else 'weighted'}_percentiles_{name}"
        core = f"athena_{kinds}(<<list({{{row}}})>>, {is_array}, {merged})"
    sql = apply_clauses(translator, call, core)
    return Typed(f"CAST({sql if is_array else f'({sql})[1]'} AS {found.type.duckdb})", found.type)


def _check_percentiles(percentiles: Sequence[float | None]) -> list[float]:
    for percentile in percentiles:
        if percentile is None:
            raise invalid_argument("Percentile cannot be null")
        if not 0 <= percentile <= 1:
            raise invalid_argument("Percentile must be between 0 and 1")
    return [percentile for percentile in percentiles if percentile is not None]


def shown(value: float) -> str:
    """Show a number as Java does in a message."""
    if math.isnan(value):
        return "NaN"
    return str(value) if math.isfinite(value) else f"{'-' if value < 0 else ''}Infinity"


def check_weight(weight: float) -> float:
    """Check the weight of a value.

    Raises:
        ValueError: It is not finite, or less than 1.
    """
    if not math.isfinite(weight):
        raise invalid_argument(f"weight must be finite, was {shown(weight)}")
    if weight < 1:
        raise invalid_argument(f"weight must be >= 1, was {shown(weight)}")
    return weight


def _check_value(value: float) -> float:
    if math.isfinite(value):
        return value
    raise invalid_argument(f"value must be finite; was {shown(value)}")


def _exact(value: int) -> float:
    if min(int(float(value)), _MOST) != value:
        raise invalid_argument(f"no exact double representation for long: {value}")
    return float(value)


def _estimate(digest: TDigest, percentiles: Sequence[float], merged: bool) -> list[float]:
    return (digest.as_merged() if merged else digest).estimate_all(percentiles)


def _doubles(
    values: Sequence[float | None], percentiles: Sequence[float | None], merged: bool
) -> list[float] | None:
    digest = TDigest()
    for value in values:
        if value is not None:
            digest.add(_check_value(value))
    if not digest.entries:
        return None
    return _estimate(digest, _check_percentiles(percentiles), merged)


def _bigints(
    values: Sequence[int | None], percentiles: Sequence[float | None], merged: bool
) -> list[int] | None:
    found = _doubles([v if v is None else _exact(v) for v in values], percentiles, merged)
    return None if found is None else _round(found)


def _weighted_doubles(rows: Sequence[Row], is_array: bool, merged: bool) -> list[float] | None:
    """Estimate at the percentiles of the first row, or at the only one of the last row."""
    digest = TDigest()
    percentiles: list[float] = []
    last: Sequence[float | None] = []
    for row in rows:
        value, weight, given = row["x"], row["w"], row["p"]
        if value is None or weight is None or given is None:
            continue
        if is_array and not digest.entries:
            percentiles = _check_percentiles(given)
        weight = check_weight(weight)
        digest.add(_check_value(_exact(value) if isinstance(value, int) else value), weight)
        last = given
    if not digest.entries:
        return None
    return _estimate(digest, percentiles if is_array else _check_percentiles(last), merged)


def _weighted_bigints(rows: Sequence[Row], is_array: bool, merged: bool) -> list[int] | None:
    found = _weighted_doubles(rows, is_array, merged)
    return None if found is None else _round(found)


def _round(values: list[float]) -> list[int]:
    return [min(math.floor(value + 0.5), _MOST) for value in values]


def _make_accurate(
    to_bits: Callable[[Any], int], from_bits: Callable[[int], Any]
) -> Callable[[Sequence[Row], bool, bool], list[str] | None]:
    """Make a function that returns texts, since a function of Python's cannot return NaN."""

    def estimate(rows: Sequence[Row], is_array: bool, merged: bool) -> list[str] | None:
        del is_array
        digest: QuantileDigest | None = None
        last: Sequence[float | None] = []
        for row in rows:
            if None in row.values():
                continue
            weight = row["w"]
            if not weight > 0:
                raise invalid_argument("percentile weight must be > 0")
            if digest is None:
                digest = QuantileDigest(_check_accuracy(row["e"]))
            digest.add(to_bits(row["x"]), weight)
            last = row["p"]
        if digest is None:
            return None
        if merged:
            digest = QuantileDigest.read(digest.write())
        return [repr(from_bits(bits)) for bits in digest.find_values(_check_percentiles(last))]

    return estimate


def _check_accuracy(accuracy: float) -> float:
    if not 0 < accuracy < 1:
        raise invalid_argument("Percentile accuracy must be strictly between 0 and 1")
    return accuracy


_CONVERSIONS: dict[str, tuple[Callable[[Any], int], Callable[[int], Any]]] = {
    "bigint": (int, int),
    "real": (real_to_bits, bits_to_real),
    "double": (double_to_bits, bits_to_double),
}
FUNCTIONS: dict[str, FunctionHandler] = {"approx_percentile": _approx_percentile}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_percentiles_double", _doubles, ["DOUBLE[]", "DOUBLE[]", "BOOLEAN"], "DOUBLE[]"),
    ("athena_percentiles_bigint", _bigints, ["BIGINT[]", "DOUBLE[]", "BOOLEAN"], "BIGINT[]"),
    *(
        (
            f"athena_weighted_percentiles_{name}",
            function,
            [f"STRUCT(x {name}, w DOUBLE, p DOUBLE[])[]", "BOOLEAN", "BOOLEAN"],
            f"{name}[]",
        )
        for name, function in (("double", _weighted_doubles), ("bigint", _weighted_bigints))
    ),
    *(
        (
            f"athena_accurate_percentiles_{name}",
            _make_accurate(*functions),
            [f"STRUCT(x {kind}, w DOUBLE, p DOUBLE[], e DOUBLE)[]", "BOOLEAN", "BOOLEAN"],
            "VARCHAR[]",
        )
        for name, functions in _CONVERSIONS.items()
        for kind in ("BIGINT" if name == "bigint" else "DOUBLE",)
    ),
)
