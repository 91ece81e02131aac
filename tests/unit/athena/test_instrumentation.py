"""Each call of AWS is counted by how it ended."""

import pytest
from botocore.exceptions import ClientError

from data_hist.observability import metrics
from tests.unit.athena.conftest import StubbedAws


def calls(outcome: str) -> float:
    labels = {"operation": "GetWorkGroup", "outcome": outcome}
    return metrics.REGISTRY.get_sample_value("data_hist_aws_calls_total", labels) or 0.0


def durations() -> float:
    name = "data_hist_aws_call_duration_seconds_count"
    return metrics.REGISTRY.get_sample_value(name, {"operation": "GetWorkGroup"}) or 0.0


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("AccessDeniedException", 400, "refused"),
        ("InvalidRequestException", 400, "refused"),
        ("ThrottlingException", 400, "throttled"),
        ("SlowDown", 503, "throttled"),
        ("Unknown", 429, "throttled"),
        ("InternalServerException", 500, "failed"),
    ],
)
def test_refusal(aws: StubbedAws, code: str, status: int, outcome: str) -> None:
    aws.athena.add_client_error("get_work_group", code, http_status_code=status)
    before = calls(outcome), durations()

    with pytest.raises(ClientError):
        aws.athena.client.get_work_group(WorkGroup="primary")

    assert (calls(outcome), durations()) == (before[0] + 1, before[1] + 1)


def test_good_answer(aws: StubbedAws) -> None:
    aws.athena.add_response("get_work_group", {"WorkGroup": {"Name": "primary"}})
    before = calls("ok"), durations()

    aws.athena.client.get_work_group(WorkGroup="primary")

    assert (calls("ok"), durations()) == (before[0] + 1, before[1] + 1)
