"""A sample of fields that takes longer than a request."""

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.scripted import TurnedClock, client_of

SAMPLE: dict[str, Any] = {
    "fields": [{"column": "data", "path": "$.a", "type": "bigint", "share": 0.5, "values": ["1"]}],
    "fields_left_out": 2,
    "sampled_from": "2026-11-20T00:00:00Z",
    "sampled_to": "2026-11-21T00:00:00Z",
    "sampled_at": "2026-11-21T00:00:01Z",
    "sampled_records": 10,
    "scanned_bytes": 100,
}


def test_the_sample_is_waited_for() -> None:
    answers = iter([(202, {"Retry-After": "3"}, {}), (200, {}, SAMPLE)])
    requests: list[httpx.Request] = []
    clock = TurnedClock()

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        status, headers, document = next(answers)
        return httpx.Response(status, headers=headers, json=document)

    with client_of(answer, clock) as client:
        sample = client.fields("a/b", datetime(2026, 11, 20), datetime(2026, 11, 21), "iam-admin")

    assert (sample.start, sample.records) == (datetime(2026, 11, 20, tzinfo=UTC), 10)
    assert [field.path for field in sample.fields] == ["$.a"]
    assert clock.slept == [3]
    assert requests[0].url == requests[1].url
    assert requests[0].url.raw_path.startswith(b"/v1/data_hist/tables/a%2Fb/fields?")
    assert dict(requests[0].url.params) == {
        "from": "2026-11-20T00:00:00.000000Z",
        "to": "2026-11-21T00:00:00.000000Z",
        "service": "iam-admin",
        "wait_seconds": "30",
    }
