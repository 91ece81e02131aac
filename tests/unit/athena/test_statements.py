"""A statement that fails or does not end is an error, and does not run on."""

import pytest

from data_hist.athena.statements import WaitLimits, run_statement
from data_hist.errors import EngineFailed, EngineUnavailable
from tests.unit.athena.conftest import StubbedAws
from tests.unit.athena.test_client import ID, LOCATION, execution


def run(aws: StubbedAws, pauses: list[float]) -> None:
    run_statement(
        aws.client,
        "SELECT 1",
        catalog="awsdatacatalog",
        output_location=LOCATION,
        limits=WaitLimits(looks=3, pause_seconds=7),
        pause=pauses.append,
    )


def answer(aws: StubbedAws, *states: str, **status: object) -> None:
    aws.athena.add_response("start_query_execution", {"QueryExecutionId": ID})
    for state in states:
        described = {"QueryExecutions": [execution(state, **status)]}
        aws.athena.add_response("batch_get_query_execution", described)


def test_statement_that_fails(aws: StubbedAws) -> None:
    answer(aws, "FAILED", StateChangeReason="Insufficient permissions on the table")

    with pytest.raises(EngineFailed, match="Insufficient permissions"):
        run(aws, [])


def test_statement_that_does_not_end_is_stopped(aws: StubbedAws) -> None:
    answer(aws, "QUEUED", "RUNNING", "RUNNING")
    aws.athena.add_response("stop_query_execution", {}, {"QueryExecutionId": ID})
    pauses: list[float] = []

    with pytest.raises(EngineUnavailable, match="does not end"):
        run(aws, pauses)
    assert pauses == [7, 7, 7]


def test_interrupted_statement_is_stopped(aws: StubbedAws) -> None:
    answer(aws, "RUNNING")
    aws.athena.add_response("stop_query_execution", {}, {"QueryExecutionId": ID})

    class Interrupting(list[float]):
        def append(self, _seconds: float) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(aws, Interrupting())
