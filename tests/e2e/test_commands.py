"""`data-hist`: both processes together, clear refusals, a clean end."""

import json
import os
import signal
import socket
import subprocess
import tomllib
from pathlib import Path

import httpx
import pytest

from data_hist.cli.local import address_to_open, local_environment, warn_of_open_door
from tests.e2e.commands import (
    ROOT,
    children_of,
    descendants_of,
    free_port,
    is_alive,
    required_settings,
    run_to_end,
    running,
)
from tests.support.api_calls import all_rows, submitted
from tests.support.waiting import wait_until

READY = "Ready."


def local(archive: Path, state: Path, port: int) -> list[str]:
    return ["local", "--data", str(archive), "--state", str(state), "--port", str(port)]


# The endpoint with a process for each of its two workers, and gunicorn with its two.
PROCESSES = 6


def api(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}/v0/data_hist", timeout=120)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_local_answers_and_stops_with_everything_it_started(
    archive: Path, tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    errors = tmp_path / "errors"
    with (
        errors.open("w") as log,
        running(local(archive, tmp_path / "state", port), READY, errors=log) as process,
    ):
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "SIGHUP replaces no catalog here" in errors.read_text(), "the advice")
        with api(port) as client:
            assert all_rows(client, "SELECT count(*) FROM events") == [[20]]
        started = descendants_of(process.pid)
        assert len(started) == PROCESSES

        process.send_signal(number)

        assert process.wait(120) == 0
        assert not any(is_alive(pid) for pid in started)


def test_queries_survive_a_restart_of_everything(archive: Path, tmp_path: Path) -> None:
    port = free_port()
    with running(local(archive, tmp_path, port), READY), api(port) as client:
        document = submitted(client, "SELECT 1")

    with running(local(archive, tmp_path, port), READY), api(port) as client:
        assert client.get(f"/status/{document['query_id']}").json() == document


@pytest.mark.parametrize("victim", [0, 1])
def test_local_restarts_nothing_silently(archive: Path, tmp_path: Path, victim: int) -> None:
    port = free_port()
    with running(local(archive, tmp_path, port), READY) as process:
        started = descendants_of(process.pid)
        assert len(started) == PROCESSES

        os.kill(children_of(process.pid)[victim], signal.SIGKILL)

        assert process.wait(120) == 1
        # The system ends the processes of an endpoint that was killed.
        wait_until(lambda: not any(is_alive(pid) for pid in started), "the end of all processes")


@pytest.mark.parametrize("command", ["local", "local-athena"])
def test_port_that_is_taken(archive: Path, tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = run_to_end([command, *local(archive, tmp_path, port)[1:]])

    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "choose another port" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["local", "local-athena"])
def test_an_open_door_is_warned_of_first(archive: Path, tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104 - so that nothing is served there
        taken.listen()
        port = taken.getsockname()[1]

        options = [*local(archive, tmp_path, port)[1:], "--host", "0.0.0.0"]  # noqa: S104
        ended = run_to_end([command, *options])

    warning, refusal = ended.stderr.splitlines()
    assert warning.startswith(f"data-hist: warning: whoever reaches 0.0.0.0:{port} ")
    assert "choose another port" in refusal


@pytest.mark.parametrize("command", ["local", "local-athena"])
def test_archive_that_does_not_exist(tmp_path: Path, command: str) -> None:
    ended = run_to_end([command, "--data", str(tmp_path / "none"), "--port", str(free_port())])

    assert ended.returncode == 1
    assert "is not a folder" in ended.stderr


@pytest.mark.parametrize(
    "option", ["--port=0", "--port=99999", "--port=x", "--workers=0", "--workers=-1"]
)
def test_number_that_makes_no_sense(archive: Path, option: str) -> None:
    ended = run_to_end(["local", "--data", str(archive), option])

    assert ended.returncode == 2
    assert "must be a number from 1 to" in ended.stderr


def test_address_that_is_none(archive: Path) -> None:
    ended = run_to_end(["local", "--data", str(archive), "--host", "nonsense.invalid"])

    assert ended.returncode == 1
    assert "nonsense.invalid is no address of this machine" in ended.stderr


def test_serve_names_each_missing_setting() -> None:
    ended = run_to_end(["serve"])

    assert ended.returncode == 1
    assert "DATA_HIST_REGION: is not set" in ended.stderr
    assert "DATA_HIST_RESULT_BUCKET: is not set" in ended.stderr
    assert "Warning" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_serve_refuses_a_workgroup_that_overrides_it(archive: Path, tmp_path: Path) -> None:
    from tests.support.endpoint import running_endpoint  # noqa: PLC0415 - this test only

    with running_endpoint(archive, tmp_path, workers=1, enforce_workgroup=True) as url:
        ended = run_to_end(
            ["serve", "--host", "127.0.0.1", "--port", str(free_port())],
            required_settings(url),
        )

    assert ended.returncode == 1
    assert "EnforceWorkGroupConfiguration=false" in ended.stderr
    assert ended.stderr.count("no credentials are checked") == 1


def test_sample_data_is_an_archive_to_try(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    ended = run_to_end(["sample-data", str(folder)])
    assert ended.returncode == 0, ended.stderr
    checked = run_to_end(["catalog", "check", "--data", str(folder)])
    assert checked.returncode == 0, checked.stdout

    port = free_port()
    with running(local(folder, tmp_path / "state", port), READY), api(port) as client:
        sql = "SELECT count(DISTINCT servicename) > 3, count(*) > 1000 FROM events"
        assert all_rows(client, sql) == [[True, True]]


def test_the_first_query_of_the_banner_has_rows(tmp_path: Path) -> None:
    folder, port = tmp_path / "sample", free_port()
    assert run_to_end(["sample-data", str(folder)]).returncode == 0

    with running(local(folder, tmp_path / "state", port), "Stop", printed := []):
        banner = "".join(printed)
        command = banner[banner.index("curl") : banner.index("  Stop")]
        ended = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=True, timeout=120
        )
        document = json.loads(ended.stdout)
        with api(port) as client:
            # On a busy machine, it is still running when the command returns.
            page = (
                document.get("page")
                or client.post(
                    client.base_url.join("/v1/data_hist/next"),
                    json={"query_id": document["query_id"], "wait_seconds": 30},
                ).json()
            )
            for path in ("/", "/start", "/v1/data_hist/ui/"):
                assert f"http://127.0.0.1:{port}{path}\n" in banner
                shown = client.get(client.base_url.join(path), follow_redirects=True)
                assert shown.status_code == 200
            readme = (ROOT / "README.md").read_text().split("/v1/data_hist/query ")[1]
            body = json.loads(readme.split("-d '")[1].split("'")[0])
            newest = client.base_url.join("/v1/data_hist/query")
            of_the_readme = client.post(
                newest, json=body | {"wait_seconds": 30, "results_per_page": 100}
            )

    assert [column["name"] for column in page["columns"]] == ["service", "level", "events"]
    assert len(page["rows"]) == 5
    assert all(events > 0 for _, _, events in page["rows"])
    rows = of_the_readme.json()["page"]["rows"]
    assert len(rows) > 3
    assert all(events > 0 for _, events in rows)


def test_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert run_to_end(["--version"]).stdout == f"data-hist {project['version']}\n"


def test_local_tells_at_once_what_the_folder_lacks(tmp_path: Path) -> None:
    (tmp_path / "archive/evnets").mkdir(parents=True)
    command = local(tmp_path / "archive", tmp_path / "state", free_port())

    # It ends before anything is started.
    ended = run_to_end([*command, "--host", "nonsense.invalid"])

    assert "archive/events is not there" in ended.stderr
    assert "did you mean 'evnets'?" in ended.stderr
    assert "archive/metrics is not there" in ended.stderr


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - what is bound, and what can be opened
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_banner_names_an_address_that_opens(host: str, shown: str) -> None:
    assert address_to_open(host, 8080) == f"http://{shown}:8080"


@pytest.mark.parametrize(
    ("host", "environment", "warned"),
    [
        ("0.0.0.0", {}, True),  # noqa: S104 - what is warned of
        ("::", {}, True),
        ("0.0.0.0", {"DATA_HIST_TENANT_REQUIRED": "true"}, False),  # noqa: S104
        ("0.0.0.0", {"DATA_HIST_HTPASSWD_FILE": "/users"}, False),  # noqa: S104
        ("127.0.0.1", {}, False),
        ("localhost", {}, False),
    ],
)
def test_local_warns_where_everybody_is_the_operator(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
    environment: dict[str, str],
    warned: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    warn_of_open_door(host, 8080, local_environment("http://127.0.0.1:9"))

    assert ("is the operator and sees every row" in capsys.readouterr().err) is warned


def test_sample_data_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = run_to_end(["sample-data", str(tmp_path / "file")])

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_sample_data_spares_what_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    ended = run_to_end(["sample-data", str(tmp_path)])

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
