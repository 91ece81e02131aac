"""The gateway before several workers: what passes it unharmed, and what it logs."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from data_hist.http.middleware import MAX_BODY_BYTES
from data_hist.server.gunicorn_conf import keepalive
from data_hist.settings import Settings
from tests.e2e.gateway import (
    API,
    CONFIGURATION,
    PASSWORD,
    SECRET,
    HeldUpstream,
    api,
    needs_nginx,
    running_gateway,
    running_workers,
)
from tests.support.api_calls import as_tenant, next_page, submitted
from tests.support.archive_files import record, write_records
from tests.support.contract import HEALTH_SPEC, SPEC, operations
from tests.support.endpoint import running_endpoint

pytestmark = needs_nginx


# More rows than all the buffers on the way hold.
LONG_RESULT = (
    "SELECT a.createdtimestamp, b.data AS one, c.data AS other "
    "FROM events a, events b, events c, events d WHERE d.createdtimestamp IN "
    "(SELECT createdtimestamp FROM events ORDER BY 1 LIMIT 12)"
)


def directive(name: str) -> str:
    found = re.findall(rf"^\s*{name} (.*);", CONFIGURATION.read_text(), re.M)
    return str(found[-1])


def test_every_route_passes(alice: httpx.Client) -> None:
    query_id = submitted(alice, "SELECT 1 AS one FROM events")["query_id"]
    question = {"title": "x", "state": "y"}
    saved = "/saved/" + alice.post("/saved", json=question).json()["id"]
    routes: dict[str, Callable[[], httpx.Response]] = {
        "submit_query": lambda: alice.post("/query", json={"query": "SELECT 1"}),
        "cancel_by_key": lambda: alice.post(
            "/query/cancel", json={"query": "SELECT 1"}, headers={"Idempotency-Key": "key"}
        ),
        "get_status": lambda: alice.get(f"/status/{query_id}", params={"wait_seconds": 1}),
        "next_page": lambda: alice.post("/next", json={"query_id": query_id}),
        "get_results": lambda: alice.get(f"/results/{query_id}", params={"format": "csv"}),
        "list_queries": lambda: alice.get("/queries"),
        "list_tables": lambda: alice.get("/tables"),
        "get_table": lambda: alice.get("/tables/events"),
        "list_fields": lambda: alice.get(
            "/tables/events/fields", params={"from": "2026-11-20", "to": "2026-11-21"}
        ),
        "get_session": lambda: alice.get("/session"),
        "list_saved": lambda: alice.get("/saved"),
        "create_saved": lambda: alice.post("/saved", json=question),
        "get_saved": lambda: alice.get(saved),
        "replace_saved": lambda: alice.put(saved, headers={"If-Match": "*"}, json=question),
        "delete_saved": lambda: alice.delete(saved),
        "cancel_query": lambda: alice.delete(f"/query/{query_id}"),
        "get_health": lambda: alice.get(str(alice.base_url).replace(f"{API}/", "/healthz")),
        "get_readiness": lambda: alice.get(str(alice.base_url).replace(f"{API}/", "/readyz")),
    }

    statuses = {name: call().status_code for name, call in routes.items()}
    assert statuses == dict.fromkeys(routes, 200) | {"create_saved": 201, "delete_saved": 204}
    everything = set(operations(SPEC)) | set(operations(HEALTH_SPEC))
    # The metrics are nobody's business out there.
    assert set(routes) == everything - {"get_metrics"}
    assert alice.get("/ui/").status_code == 200
    assert alice.get("/viewer/").status_code == 200
    assert alice.get("/openapi.json").json()["paths"].keys() == SPEC["paths"].keys()


@pytest.mark.parametrize("given", ["an-id.of_mine-1", None])
def test_a_request_has_one_id_all_the_way(gateway: str, given: str | None) -> None:
    headers = {"X-Request-Id": given} if given else {}
    paths = [f"{API}/tables", f"{API}/none", "/none"]
    with httpx.Client(base_url=gateway, auth=("alice", PASSWORD), headers=headers) as client:
        ids = [client.get(path).headers.get_list("X-Request-Id") for path in paths]

    assert all(len(found) == 1 for found in ids)
    assert given is None or ids == [[given]] * len(paths)


def test_the_first_rows_come_before_the_last_are_sent(tmp_path: Path) -> None:
    upstream = HeldUpstream()
    try:
        with (
            running_gateway(tmp_path, upstream.port) as url,
            api(url, "alice") as client,
            client.stream("GET", "/results/x") as answer,
        ):
            blocks = answer.iter_raw()
            assert next(blocks) == b"first"
            assert not upstream.go_on.is_set()

            upstream.go_on.set()

            assert b"".join(blocks) == b"second"
    finally:
        upstream.close()


def test_a_stream_that_breaks_is_seen_to_be_broken(tmp_path: Path) -> None:
    upstream = HeldUpstream()
    upstream.ends_well = False
    upstream.go_on.set()
    try:
        with (
            running_gateway(tmp_path, upstream.port) as url,
            api(url, "alice") as client,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            client.get("/results/x")
    finally:
        upstream.close()


def test_a_long_result_arrives_whole(gateway: str, workers: int) -> None:
    with api(gateway, "operator") as client:
        query_id = submitted(client, LONG_RESULT)["query_id"]
        through = client.get(f"/results/{query_id}", params={"format": "csv"})
        headers = as_tenant(1) | {"X-Gateway-Secret": SECRET}
        direct = httpx.get(
            f"http://127.0.0.1:{workers}{API}/results/{query_id}",
            params={"format": "csv"},
            headers=headers,
            timeout=120,
        )
        ranged = client.get(
            f"/results/{query_id}", params={"format": "csv"}, headers={"Range": "bytes=10-19"}
        )
        packed = client.get(f"/results/{query_id}", params={"format": "ndjson"})

    assert len(direct.content) > 8_000_000
    assert through.content == direct.content
    assert ranged.status_code == 206
    assert ranged.content == direct.content[10:20]
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content.count(b"\n") == 20**3 * 12


def test_pages_come_from_whichever_worker(alice: httpx.Client) -> None:
    query_id = submitted(alice, "SELECT createdtimestamp FROM events ORDER BY 1")["query_id"]

    pages = [next_page(alice, query_id, results_per_page=3) for _ in range(12)]

    assert all(page == pages[0] for page in pages)


def test_a_long_poll_is_not_cut(tmp_path: Path) -> None:
    write_records(tmp_path / "archive", "events", (record(n, 11000) for n in range(300)))
    (tmp_path / "gateway").mkdir()
    slow = (
        "SELECT count(*) FROM events a, events b, events c, events d "
        "WHERE a.data || b.data < c.data || d.data"
    )
    with (
        running_endpoint(tmp_path / "archive", tmp_path / "state", workers=1) as endpoint,
        running_workers(endpoint, workers=2) as port,
        running_gateway(tmp_path / "gateway", port) as url,
        api(url, "alice") as client,
    ):
        query = client.post("/query", json={"query": slow}).json()

        waited = client.get(f"/status/{query['query_id']}", params={"wait_seconds": 3})

        assert waited.status_code == 200
        assert waited.json()["status"] == "RUNNING"
        assert client.delete(f"/query/{query['query_id']}").json()["status"] == "CANCELLED"


def test_the_gateway_waits_longer_than_the_service() -> None:
    (wait,) = (
        parameter["schema"]["maximum"]
        for parameter in operations(SPEC)["get_status"]["parameters"]
        if parameter.get("name") == "wait_seconds"
    )

    assert int(directive("proxy_read_timeout").removesuffix("s")) > wait
    assert int(directive("client_max_body_size")) == MAX_BODY_BYTES
    upstream_keepalive, _ = re.findall(r"keepalive_timeout (\d+)s;", CONFIGURATION.read_text())
    assert int(upstream_keepalive) < keepalive


def test_the_log_tells_who_came_and_nothing_that_they_sent(
    workers: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_gateway(tmp_path, workers) as url, api(url, "alice") as client:
        client.get("/queries", params={"paging_token": "a-token"})
        client.post("/query", json={"query": "SELECT 'a literal'", "dry_run": True})
        client.get("/tables", auth=("alice", "a-guess"))

    log = (tmp_path / "log").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert [(entry["user"], entry["path"], entry["status"]) for entry in entries] == [
        ("alice", f"{API}/queries", 400),
        ("alice", f"{API}/query", 200),
        ("alice", f"{API}/tables", 401),
    ]
    written = log + capfd.readouterr().err
    assert not any(sent in written for sent in ("a-token", "literal", "a-guess", PASSWORD))


def test_the_headers_are_those_of_the_service() -> None:
    text = CONFIGURATION.read_text()

    assert f"proxy_set_header {Settings.model_fields['tenant_header'].default} $tenant;" in text
    assert f"`proxy_set_header {Settings.model_fields['gateway_secret_header'].default} " in text
