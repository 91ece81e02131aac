"""Requests, queries, streams and AWS calls are counted once, under the right labels."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from data_hist.errors import EngineUnavailable
from tests.support.api_calls import UNKNOWN_ID, next_page, submitted
from tests.support.fake_engine import ROW, FakeEngine
from tests.support.log_lines import log_lines
from tests.support.metric_values import Series, metric_values, series
from tests.support.queries import SLOW
from tests.support.running_service import running_service, settings_for
from tests.support.waiting import wait_until

BASE = "/v0/data_hist"
REQUESTS = "data_hist_http_requests_total"


def test_metrics_need_no_tenant_and_no_credentials(endpoint_url: str) -> None:
    settings = settings_for(endpoint_url, tenant_required=True, gateway_secret="x" * 16)
    with running_service(settings) as client:
        assert metric_values(client)[series("data_hist_http_requests_in_flight")] >= 1


def test_requests_are_counted_by_route_method_and_status(client: httpx.Client) -> None:
    before = metric_values(client)

    client.get("/tables/events")
    client.get("/tables/metrics")
    client.get("/tables/none")
    client.get("/nonsense")
    client.request("PROPFIND", "/tables")

    grown = metric_values(client) - before
    table = f"{BASE}/tables/{{table}}"
    assert grown[series(REQUESTS, method="GET", route=table, status="200")] == 2
    assert grown[series(REQUESTS, method="GET", route=table, status="404")] == 1
    assert grown[series(REQUESTS, method="GET", route="none", status="404")] == 1
    assert grown[series(REQUESTS, method="other", route=f"{BASE}/tables", status="405")] == 1
    assert grown[series("data_hist_problems_total", problem="not-found")] == 2
    duration = "data_hist_http_request_duration_seconds"
    assert grown[series(f"{duration}_count", method="GET", route=table)] == 3
    assert grown[series(f"{duration}_bucket", method="GET", route=table, le="+Inf")] == 3


def test_query_is_counted_once_with_what_it_scanned(client: httpx.Client) -> None:
    before = metric_values(client)

    document = submitted(client, "SELECT count(*) FROM events")
    for _ in range(3):
        client.get(f"/status/{document['query_id']}")

    grown = metric_values(client) - before
    assert document["statistics"]["scanned_bytes"] > 0
    of_class = {"tenant_class": "operator"}
    assert grown[series("data_hist_queries_ended_total", status="FINISHED", **of_class)] == 1
    scanned = document["statistics"]["scanned_bytes"]
    assert grown[series("data_hist_scanned_bytes_total", **of_class)] == scanned


def test_query_is_counted_by_the_service_that_started_it(
    client: httpx.Client, endpoint_url: str
) -> None:
    ended = series("data_hist_queries_ended_total", status="CANCELLED", tenant_class="operator")
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]
    before = metric_values(client)

    with running_service(settings_for(endpoint_url)) as other:
        assert other.delete(f"/query/{query_id}").json()["status"] == "CANCELLED"
        assert metric_values(other)[ended] == before[ended]

    client.get(f"/status/{query_id}")
    assert metric_values(client)[ended] == before[ended] + 1


def test_calls_of_aws_are_counted_by_operation_and_outcome(client: httpx.Client) -> None:
    before = metric_values(client)

    query_id = submitted(client, "SELECT * FROM events")["query_id"]
    page = next_page(client, query_id, results_per_page=5)
    next_page(client, query_id, paging_token=page["paging_token"])
    next_page(client, query_id, paging_token=page["paging_token"])

    grown = metric_values(client) - before
    calls = "data_hist_aws_calls_total"
    assert grown[series(calls, operation="StartQueryExecution", outcome="ok")] == 1
    assert grown[series(calls, operation="BatchGetQueryExecution", outcome="ok")] >= 1
    assert grown[series(calls, operation="GetObject", outcome="ok")] == 2
    durations = "data_hist_aws_call_duration_seconds_count"
    assert grown[series(durations, operation="GetObject")] == 2
    read_ahead = "data_hist_page_read_ahead_total"
    assert grown[series(read_ahead, outcome="hit")] == 1
    assert grown[series(read_ahead, outcome="miss")] == 1


def test_unreachable_aws_is_counted() -> None:
    with running_service(settings_for("http://127.0.0.1:9")) as client:
        before = metric_values(client)
        client.get(f"/status/{UNKNOWN_ID}")
        grown = metric_values(client) - before

    calls = "data_hist_aws_calls_total"
    assert grown[series(calls, operation="BatchGetQueryExecution", outcome="unreachable")] >= 1


def stream_series(client: httpx.Client, fmt: str, completion: str) -> tuple[float, float]:
    values: Counter[Series] = metric_values(client)
    return (
        values[series("data_hist_result_streams_total", format=fmt, completion=completion)],
        values[series("data_hist_result_stream_bytes_total", format=fmt)],
    )


@pytest.mark.parametrize("fmt", ["csv", "ndjson", "json", "arrow", "parquet"])
def test_streams_are_counted_with_their_bytes(client: httpx.Client, fmt: str) -> None:
    query_id = submitted(client, "SELECT * FROM events")["query_id"]
    streams, sent = stream_series(client, fmt, "whole")

    with (
        log_lines() as lines,
        client.stream("GET", f"/results/{query_id}?format={fmt}") as response,
    ):
        received = sum(map(len, response.iter_raw()))
        lines.about(response.headers["x-request-id"])

    assert stream_series(client, fmt, "whole") == (streams + 1, sent + received)


def test_broken_stream_is_counted_as_broken() -> None:
    failures = [EngineUnavailable("S3 is away.") for _ in range(99)]
    engine = FakeEngine(200_000, {150_000 * len(ROW): failures})
    with running_service(settings_for("http://127.0.0.1:9"), engine=engine) as client:  # type: ignore[arg-type]  # a fake
        streams, _ = stream_series(client, "csv", "broken")
        with (
            log_lines() as lines,
            client.stream("GET", f"/results/{UNKNOWN_ID}") as response,
        ):
            with pytest.raises(httpx.RemoteProtocolError):
                list(response.iter_raw())
            lines.about(response.headers["x-request-id"])

        assert stream_series(client, "csv", "broken")[0] == streams + 1


def test_long_poll_is_counted_and_its_wait_is_not_measured(
    client: httpx.Client,
) -> None:
    waiters = series("data_hist_poller_waiters")
    seconds = series(
        "data_hist_http_request_duration_seconds_sum",
        method="GET",
        route=f"{BASE}/status/{{query_id}}",
    )
    asked = series("data_hist_poller_batch_queries_count")
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]
    before = metric_values(client)

    with log_lines() as lines, ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(client.get, f"/status/{query_id}?wait_seconds=30")
        wait_until(lambda: metric_values(client)[waiters] > before[waiters], "somebody waits")
        client.delete(f"/query/{query_id}")
        line = lines.about(waiting.result().headers["x-request-id"])

    after = metric_values(client)
    assert after[waiters] == before[waiters]
    assert after[asked] > before[asked]
    assert line["waited_ms"] > 0
    served_ms = line["duration_ms"] - line["waited_ms"]
    assert (after[seconds] - before[seconds]) * 1000 == pytest.approx(served_ms, abs=0.2)
