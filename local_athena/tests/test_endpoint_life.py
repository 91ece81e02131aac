"""The endpoint as a process: starting, stopping, and what survives it."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from local_athena.testing import Endpoint

from tests.archive_tree import TABLES_FILE
from tests.clients import ENDLESS, AthenaSession
from tests.endpoint import endpoint_process

TOKEN = "a-token-of-at-least-32-characters"


def test_healthz_answers(endpoint: Endpoint) -> None:
    response = httpx.get(f"{endpoint.url}/healthz")

    assert (response.status_code, response.text) == (200, "ok")


def test_it_binds_the_loopback_address(endpoint: Endpoint) -> None:
    assert endpoint.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_with_queries_that_would_never_end(
    small_archive: Path, tmp_path: Path, signal_number: int
) -> None:
    with endpoint_process(small_archive, tmp_path) as endpoint:
        session = AthenaSession(endpoint.url)
        running = [session.start(ENDLESS) for _ in range(2)]
        session.start(ENDLESS)
        for query_id in running:
            session.wait_for(query_id, "RUNNING")

        assert endpoint.stop(signal_number) == 0


def test_executions_results_and_tokens_survive_a_restart(
    small_archive: Path, tmp_path: Path
) -> None:
    with endpoint_process(small_archive, tmp_path) as endpoint:
        session = AthenaSession(endpoint.url)
        done = session.run("SELECT 'kept' AS word", ClientRequestToken=TOKEN)
        failed = session.run("SELECT * FROM data_hist.missing_table")
        bytes_before = session.result_file(done)

    with endpoint_process(small_archive, tmp_path) as endpoint:
        session = AthenaSession(endpoint.url)
        ids = session.athena.list_query_executions()["QueryExecutionIds"]
        again = session.start("SELECT 'kept' AS word", ClientRequestToken=TOKEN)

        assert session.get(done["QueryExecutionId"]) == done
        assert session.get(failed["QueryExecutionId"]) == failed
        assert session.result_file(done) == bytes_before
        assert ids == [failed["QueryExecutionId"], done["QueryExecutionId"]]
        assert again == done["QueryExecutionId"]
        page = session.athena.get_query_results(QueryExecutionId=again)["ResultSet"]
        assert page["Rows"][1]["Data"] == [{"VarCharValue": "kept"}]


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_queued_or_running_at_the_end_has_failed_and_may_be_retried(
    small_archive: Path, tmp_path: Path, signal_number: int
) -> None:
    with endpoint_process(small_archive, tmp_path, workers=1) as endpoint:
        session = AthenaSession(endpoint.url)
        running, queued = session.start(ENDLESS), session.start("SELECT 1")
        session.wait_for(running, "RUNNING")
        endpoint.stop(signal_number)

    with endpoint_process(small_archive, tmp_path) as endpoint:
        session = AthenaSession(endpoint.url)
        for query_id in (running, queued):
            status = session.get(query_id)["Status"]
            assert status["State"] == "FAILED"
            assert status["AthenaError"]["ErrorCategory"] == 1
            assert status["AthenaError"]["Retryable"]
        assert session.rows("SELECT 2 AS n") == [["2"]]


def test_executions_older_than_the_history_of_athena_are_forgotten(
    small_archive: Path, tmp_path: Path
) -> None:
    with endpoint_process(small_archive, tmp_path) as endpoint:
        session = AthenaSession(endpoint.url)
        old, recent = session.start("SELECT 1"), session.start("SELECT 2")
        session.finish(old)
        session.finish(recent)
    document = tmp_path / "executions" / f"{old}.json"
    execution = json.loads(document.read_text())
    document.write_text(json.dumps(execution | {"submitted_at": "2020-01-01T00:00:00+00:00"}))

    with endpoint_process(small_archive, tmp_path) as endpoint:
        listed = AthenaSession(endpoint.url).athena.list_query_executions()

    assert listed["QueryExecutionIds"] == [recent]
    assert not document.exists()


def test_a_damaged_document_costs_one_execution_alone(small_archive: Path, tmp_path: Path) -> None:
    with endpoint_process(small_archive, tmp_path) as endpoint:
        session = AthenaSession(endpoint.url)
        ids = [session.run(f"SELECT {number}")["QueryExecutionId"] for number in range(2)]
    (tmp_path / "executions" / f"{ids[0]}.json").write_text('{"id": "cut sho')

    with endpoint_process(small_archive, tmp_path) as endpoint:
        listed = AthenaSession(endpoint.url).athena.list_query_executions()

    assert listed["QueryExecutionIds"] == ids[1:]


def test_a_port_that_is_taken_is_a_clear_failure(small_archive: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        refusal = _serve(small_archive, tmp_path, port)

    assert refusal.returncode == 1
    assert refusal.stderr == (
        f"local-athena: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )


def test_an_archive_that_is_not_there_is_a_clear_failure(tmp_path: Path) -> None:
    refusal = _serve(tmp_path / "missing", tmp_path, 0)

    assert refusal.returncode == 1
    assert refusal.stderr == f"local-athena: there is no archive at {tmp_path / 'missing'}\n"


def test_a_state_folder_has_one_owner(endpoint: Endpoint, small_archive: Path) -> None:
    refusal = _serve(small_archive, endpoint.state, 0)

    assert refusal.returncode == 1
    assert refusal.stderr.endswith("is in use by another process\n")


def _serve(data: Path, state: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [
        *(sys.executable, "-m", "local_athena", "serve", "--tables", TABLES_FILE),
        *("--data", data, "--state", state, "--port", str(port)),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
