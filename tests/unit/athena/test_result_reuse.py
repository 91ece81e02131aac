"""Results that Athena uses again: what is sent for them, and how their age is found."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data_hist.athena.executions import Descriptions, Query, QueryStatus, parse_query
from data_hist.athena.result_reuse import ReusedResults
from tests.unit.athena.conftest import StubbedAws

IDS = [f"{n}b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de" for n in range(5)]
LOCATION = "s3://results/data_hist/retention=60/tenant=1/"
WRITTEN = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
NOTHING = Descriptions({}, frozenset())


def execution(query_id: str, reused: str | None = None) -> dict[str, Any]:
    """A description by Athena of a query, which may have the result of another."""
    ended = WRITTEN + timedelta(minutes=30 if reused else 0)
    return {
        "QueryExecutionId": query_id,
        "Query": "SELECT 1",
        "ResultConfiguration": {"OutputLocation": f"{LOCATION}{reused or query_id}.csv"},
        "Status": {
            "State": "SUCCEEDED",
            "SubmissionDateTime": ended,
            "CompletionDateTime": ended,
        },
        "Statistics": {"ResultReuseInformation": {"ReusedPreviousResult": reused is not None}},
    }


def described(*executions: dict[str, Any]) -> Descriptions:
    return Descriptions(
        {each["QueryExecutionId"]: parse_query(each) for each in executions}, frozenset()
    )


class Athena:
    """Describes the queries it knows, and remembers what it was asked for."""

    def __init__(self, known: Descriptions) -> None:
        self._known = known
        self.asked: list[list[str]] = []

    def describe(self, query_ids: Sequence[str]) -> Descriptions:
        self.asked.append(list(query_ids))
        found = {each: self._known.found[each] for each in query_ids if each in self._known.found}
        return Descriptions(found, self._known.unknown & set(query_ids))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, None),
        ({"max_age_minutes": 0}, None),
        (
            {"max_age_minutes": 10_080},
            {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 10_080}},
        ),
    ],
)
def test_start_accepts_results_of_an_age(
    aws: StubbedAws, given: dict[str, int], sent: dict[str, Any] | None
) -> None:
    request: dict[str, Any] = {
        "ClientRequestToken": "t" * 32,
        "QueryString": "SELECT 1",
        "QueryExecutionContext": {"Catalog": "awsdatacatalog", "Database": "data_hist_empty"},
        "ResultConfiguration": {"OutputLocation": LOCATION},
        "WorkGroup": "primary",
    }
    expected = request | ({"ResultReuseConfiguration": sent} if sent else {})
    aws.athena.add_response("start_query_execution", {"QueryExecutionId": IDS[0]}, expected)

    aws.client.start(
        "SELECT 1",
        catalog="awsdatacatalog",
        output_location=LOCATION,
        idempotency_token="t" * 32,
        **given,
    )


def test_a_reused_result_is_as_old_as_the_query_that_wrote_it(aws: StubbedAws) -> None:
    for asked, answered in (
        (IDS[0], execution(IDS[0], reused=IDS[1])),
        (IDS[1], execution(IDS[1])),
        (IDS[0], execution(IDS[0], reused=IDS[1])),
    ):
        aws.athena.add_response(
            "batch_get_query_execution",
            {"QueryExecutions": [answered]},
            {"QueryExecutionIds": [asked]},
        )

    # The second time, the age of the result is known.
    first, again = (aws.client.describe_many([IDS[0]]).found[IDS[0]] for _ in range(2))

    assert first == again
    assert first.status is QueryStatus.FINISHED
    assert (first.reused_query_id, first.reused_result_at) == (IDS[1], WRITTEN)
    assert first.completed_at == WRITTEN + timedelta(minutes=30)
    assert first.output_location == f"{LOCATION}{IDS[1]}.csv"


def test_queries_of_their_own_results_cost_no_call() -> None:
    athena = Athena(NOTHING)

    found = ReusedResults().date(described(execution(IDS[0])), athena.describe).found

    assert (found[IDS[0]].reused_query_id, athena.asked) == (None, [])


def test_all_sources_are_looked_up_in_one_call_unless_they_are_there_already() -> None:
    athena = Athena(described(execution(IDS[3])))
    listed = described(
        execution(IDS[0], reused=IDS[2]),
        execution(IDS[1], reused=IDS[3]),
        execution(IDS[2]),
        execution(IDS[4], reused=IDS[3]),
    )

    found = ReusedResults().date(listed, athena.describe).found

    assert athena.asked == [[IDS[3]]]
    assert {each.reused_result_at for each in found.values()} == {WRITTEN, None}
    assert found[IDS[2]].reused_result_at is None


def test_a_source_that_was_not_described_this_time_leaves_the_query_out() -> None:
    both = described(execution(IDS[0], reused=IDS[1]), execution(IDS[2]))

    dated = ReusedResults().date(both, Athena(NOTHING).describe)

    assert dated.found.keys() == {IDS[2]}
    assert dated.unknown == frozenset()


def test_a_source_that_athena_has_forgotten_has_no_age() -> None:
    athena = Athena(Descriptions({}, frozenset({IDS[1]})))

    found = ReusedResults().date(described(execution(IDS[0], reused=IDS[1])), athena.describe).found

    assert (found[IDS[0]].reused_query_id, found[IDS[0]].reused_result_at) == (IDS[1], None)


def test_few_results_are_remembered() -> None:
    results = ReusedResults(capacity=1)
    athena = Athena(described(execution(IDS[1]), execution(IDS[2])))
    for source in (IDS[1], IDS[2], IDS[2], IDS[1]):
        results.date(described(execution(IDS[0], reused=source)), athena.describe)

    assert athena.asked == [[IDS[1]], [IDS[2]], [IDS[1]]]


@pytest.mark.parametrize("information", [{}, {"ReusedPreviousResult": False}])
def test_a_result_of_its_own_is_not_reused(information: dict[str, bool]) -> None:
    raw = execution(IDS[0])
    raw["Statistics"]["ResultReuseInformation"] = information

    query: Query = parse_query(raw)

    assert query.reused_query_id is None
