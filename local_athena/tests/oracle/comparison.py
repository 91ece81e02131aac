"""Compares an answer of the embedded engine with a golden: which kind of difference, if any."""

import math
import re
from enum import Enum

from tests.oracle.embedded import Answer
from tests.oracle.goldens import Golden, order_rows

_INTERNAL_ERROR = "GENERIC_INTERNAL_ERROR"
_REFUSAL = "embedded endpoint"
_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+(?:E-?[0-9]+)?")
# Sums depend on the order of rows, and functions on the library of the machine, in the last digits.
_RELATIVE_TOLERANCE = {"double": 1e-13, "real": 1e-6}


class Verdict(Enum):
    """How an answer compares with the right one."""

    RIGHT = "right"
    REFUSED = "refused"
    WRONG_VALUE = "wrong value"
    WRONG_TYPE = "wrong type"
    WRONG_ERROR = "wrong error"
    WRONGLY_ACCEPTED = "wrongly accepted"
    INTERNAL_ERROR = "internal error"


def compare(golden: Golden, answer: Answer) -> Verdict:
    """Find out how an answer differs.

    The text and the position of an error are not compared.
    """
    if answer.error is not None:
        return _judge_error(golden, answer)
    if golden.error is not None:
        return Verdict.WRONGLY_ACCEPTED
    if not _are_rows_equal(golden, answer):
        return Verdict.WRONG_VALUE
    types, others = golden.types or [], answer.types or []
    is_right = [*map(_compared_type, types)] == [*map(_compared_type, others)]
    return Verdict.RIGHT if is_right else Verdict.WRONG_TYPE


def _judge_error(golden: Golden, answer: Answer) -> Verdict:
    # Any error will do for a fault of Trino's own.
    if golden.error in (answer.error, _INTERNAL_ERROR):
        return Verdict.RIGHT
    if answer.error == _INTERNAL_ERROR:
        return Verdict.INTERNAL_ERROR
    is_refusal = answer.error == "NOT_SUPPORTED" and _REFUSAL in (answer.message or "")
    return Verdict.REFUSED if is_refusal else Verdict.WRONG_ERROR


def _compared_type(text: str) -> str:
    return text.replace(" ", "").lower()


def _are_rows_equal(golden: Golden, answer: Answer) -> bool:
    rows, others = (order_rows(golden.sql, each.rows or []) for each in (golden, answer))
    if len(rows) != len(others):
        return False
    types = golden.types or []
    return all(
        len(row) == len(other) and all(map(_are_values_equal, types, row, other))
        for row, other in zip(rows, others, strict=True)
    )


def _are_values_equal(kind: str, value: str | None, other: str | None) -> bool:
    if value == other or value is None or other is None:
        return value == other
    tolerance = next((by for name, by in _RELATIVE_TOLERANCE.items() if name in kind), None)
    if tolerance is None or _NUMBER.sub("#", value) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.findall(value), _NUMBER.findall(other), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=tolerance) for a, b in pairs)
