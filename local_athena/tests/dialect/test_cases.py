"""Athena SQL and the rows that Athena prints for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.dialect.running import Endpoint
from tests.shared_files import shared_cases

_OWN = [
    json.loads(line)
    for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()
]
# Recorded from a real Trino 476, where the shared case has another order of the entries.
_ANSWERED_OTHERWISE = {"map01": [["[a, b]", "[1, 2]", "1", None, "2", "{c=3, a=1, b=2}"]]}
_CASES = [*_OWN, *shared_cases("cases/dialect.jsonl")]


@pytest.mark.parametrize("case", _CASES, ids=[case["id"] for case in _CASES])
def test_statement_gives_the_rows_that_athena_prints(
    endpoint: Endpoint, case: dict[str, Any]
) -> None:
    outcome = endpoint.outcome(case["sql"])

    expected = _ANSWERED_OTHERWISE.get(case["id"], case["expected"])
    assert outcome == expected, case["sql"]


def test_every_area_of_the_dialect_has_cases() -> None:
    areas = {case["category"] for case in _OWN}

    assert areas >= {"date", "json", "aggregate", "unnest", "window", "regexp", "try", "numeric"}
    assert areas >= {"grouping", "cte", "setop", "limit", "lambda", "array", "map", "row"}
    assert areas >= {"string", "cast", "misc"}
