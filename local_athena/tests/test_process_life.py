"""The processes of an endpoint: what ends them, and that they never outlive it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from local_athena.testing import Endpoint

from tests.archive_tree import TABLES_FILE
from tests.clients import AthenaSession
from tests.endpoint import endpoint_process
from tests.processes import children_of, is_running
from tests.statements import LARGE_RESULT, RECURSIVE, UNCOUNTED_MEMORY, UNINTERRUPTIBLE
from tests.waiting import wait_until

HARD_TO_END = [UNINTERRUPTIBLE, RECURSIVE, LARGE_RESULT]


def processes_of(endpoint: Endpoint) -> list[int]:
    return children_of(endpoint.process.pid)


def all_end(processes: list[int]) -> None:
    wait_until(lambda: not any(map(is_running, processes)), "the processes end")


@pytest.fixture
def endpoint(small_archive: Path, tmp_path: Path) -> Iterator[Endpoint]:
    with endpoint_process(small_archive, tmp_path, workers=1) as running:
        yield running


@pytest.fixture
def session(endpoint: Endpoint) -> AthenaSession:
    return AthenaSession(endpoint.url)


def test_each_worker_has_a_process(small_archive: Path, tmp_path: Path) -> None:
    with endpoint_process(small_archive, tmp_path, workers=3) as endpoint:
        processes = processes_of(endpoint)

    assert len(processes) == 3
    assert not any(map(is_running, processes))


@pytest.mark.parametrize("sql", HARD_TO_END)
def test_a_cancelled_query_leaves_its_worker(session: AthenaSession, sql: str) -> None:
    query_id = session.start(sql)
    session.wait_for(query_id, "RUNNING")

    session.athena.stop_query_execution(QueryExecutionId=query_id)

    assert session.state(query_id) == "CANCELLED"
    assert session.rows("SELECT 'free' AS worker") == [["free"]]


@pytest.mark.parametrize("sql", HARD_TO_END)
def test_a_query_that_takes_too_long_leaves_its_worker(
    small_archive: Path, tmp_path: Path, sql: str
) -> None:
    with endpoint_process(
        small_archive, tmp_path, workers=1, query_timeout_seconds=0.5
    ) as endpoint:
        session = AthenaSession(endpoint.url)
        status = session.run(sql)["Status"]
        following = session.start("SELECT 1")
        session.wait_for(following, "RUNNING", "SUCCEEDED", "FAILED")

    assert status["StateChangeReason"] == "QUERY_TIMEOUT: Query timeout"


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("sql", HARD_TO_END)
def test_no_process_outlives_the_endpoint(
    endpoint: Endpoint, session: AthenaSession, sql: str, signal_number: int
) -> None:
    processes = processes_of(endpoint)
    session.wait_for(session.start(sql), "RUNNING")

    status = endpoint.stop(signal_number)

    assert status == (-signal.SIGKILL if signal_number == signal.SIGKILL else 0)
    all_end(processes)


def test_a_process_that_the_system_kills_costs_one_query(
    endpoint: Endpoint, session: AthenaSession
) -> None:
    (process,) = processes_of(endpoint)
    result = endpoint.state / "workers/0/result"
    query_id = session.start(LARGE_RESULT)
    wait_until(lambda: result.exists() and result.stat().st_size > 0, "rows arrive")

    os.kill(process, signal.SIGKILL)
    status = session.finish(query_id)["Status"]

    assert status["StateChangeReason"] == (
        "GENERIC_INTERNAL_ERROR: The process that ran the query ended (SIGKILL)"
    )
    assert status["AthenaError"]["ErrorCategory"] == 1
    assert status["AthenaError"]["Retryable"]
    assert session.rows("SELECT 'free' AS worker") == [["free"]]


def test_memory_without_end_is_no_fault_of_the_caller(small_archive: Path, tmp_path: Path) -> None:
    with endpoint_process(small_archive, tmp_path, workers=1, memory_limit="100MB") as endpoint:
        session = AthenaSession(endpoint.url)
        status = session.run(UNCOUNTED_MEMORY)["Status"]
        answer = session.rows("SELECT 'free' AS worker")

    assert status["StateChangeReason"] == "EXCEEDED_MEMORY_LIMIT: Query exceeded memory limit"
    assert status["AthenaError"]["ErrorCategory"] == 1
    assert answer == [["free"]]


def test_ctrl_c_in_a_terminal_ends_everything_in_silence(
    small_archive: Path, tmp_path: Path
) -> None:
    with server_in_a_terminal(small_archive, tmp_path) as server:
        assert server.stdout is not None
        session = AthenaSession(server.stdout.readline().split()[-1])
        processes = children_of(server.pid)
        session.wait_for(session.start(RECURSIVE), "RUNNING")

        os.killpg(server.pid, signal.SIGINT)
        _, errors = server.communicate()

    assert (server.returncode, errors) == (0, "")
    all_end(processes)


@contextmanager
def server_in_a_terminal(data: Path, state: Path) -> Iterator[subprocess.Popen[str]]:
    """A server with a group of processes of its own, to which a terminal sends its signals."""
    command = [
        *(sys.executable, "-m", "local_athena", "serve", "--tables", TABLES_FILE, "--data", data),
        *("--state", state, "--port", "0", "--bucket", "data-hist-results"),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as server:
        try:
            yield server
        finally:
            server.kill()
