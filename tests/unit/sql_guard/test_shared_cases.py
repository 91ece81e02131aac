"""The reference cases: what is admitted, what is refused, and at what cost."""

from typing import Any

import pytest

from data_hist.sql_guard.guard import AdmittedQuery, Guard
from tests.support.shared_files import shared_cases, shared_file

from .case_files import bounded, outcome, sql_of

shared_file("cases")

ALLOWED = shared_cases("cases/sql_allowed.jsonl")
DENIED = shared_cases("cases/sql_denied.jsonl")
SCOPE = shared_cases("cases/sql_scope.jsonl")
DIALECT = [case for case in shared_cases("cases/dialect.jsonl") if "nosuch" not in case["sql"]]
STRICT = [case for case in DENIED if case["severity"] != "courtesy"]
COURTESY = [case for case in DENIED if case["severity"] == "courtesy"]


def by_id(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", ALLOWED + DIALECT, ids=by_id)
def test_a_legitimate_query_is_admitted(guard: Guard, case: dict[str, Any]) -> None:
    assert isinstance(outcome(guard, sql_of(case)), AdmittedQuery)


@pytest.mark.parametrize("case", STRICT, ids=by_id)
def test_a_dangerous_query_is_refused_at_a_bounded_cost(guard: Guard, case: dict[str, Any]) -> None:
    sql = sql_of(case)

    with bounded(sql):
        decision = outcome(guard, sql)

    assert isinstance(decision, str)


def test_nearly_all_texts_that_are_not_trinos_are_refused(guard: Guard) -> None:
    refused = [case for case in COURTESY if isinstance(outcome(guard, sql_of(case)), str)]

    assert len(refused) >= 0.9 * len(COURTESY)


@pytest.mark.parametrize("case", SCOPE, ids=by_id)
def test_a_customers_query_is_decided_as_meant(guard: Guard, case: dict[str, Any]) -> None:
    decision = outcome(guard, sql_of(case), case["tenant"])

    assert isinstance(decision, str) == (case["check"] == "reject")
