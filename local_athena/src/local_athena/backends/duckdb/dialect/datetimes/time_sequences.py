"""The function `sequence` of timestamps, whose result has the digits of both ends."""

from dataclasses import replace

from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_signature
from local_athena.backends.duckdb.dialect.signatures import match_signature
from local_athena.backends.duckdb.dialect.types.trino_types import array_of, common_type
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, null_of

_MILLISECONDS = 3


def _sequence(translator: Translator, call: Call) -> Typed:
    values = [translator.translate(argument) for argument in call.arguments]
    found = match_signature(call.name, [value.type for value in values])
    ends = common_type(values[0].type, values[1].type) if len(values) == 3 else None
    if found is None or ends is None or ends.name != "timestamp":
        result = apply_signature(translator, call, values)
        is_known = found is not None and any(value.is_null for value in values)
        return null_of(result.type) if is_known else result
    kind = array_of(ends)
    if any(value.is_null for value in values):
        return null_of(kind)
    if ends.is_fine:
        raise translator.unsupported(call.node, "sequences of times of so many digits")
    start, stop = (coerce(value, ends) for value in values[:2])
    step = _check_step(values[2], ends.precision or 0)
    return replace(apply_signature(translator, call, [start, stop, step]), type=kind)


def _check_step(step: Typed, digits: int) -> Typed:
    """Fail for a step that a timestamp of so many digits does not have."""
    if digits >= _MILLISECONDS or step.type.name != "interval day to second":
        return step
    message = "'INVALID_FUNCTION_ARGUMENT:Expected 0s for digits beyond precision'"
    failing = f"to_days(athena_fail({message}))"
    is_finer = f"athena_interval_ms({step.sql}) % {10 ** (_MILLISECONDS - digits)} <> 0"
    return Typed(f"CASE WHEN {is_finer} THEN {failing} ELSE {step.sql} END", step.type)


FUNCTIONS: dict[str, FunctionHandler] = {"sequence": _sequence}
