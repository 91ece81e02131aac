"""The sweep command and the service itself delete results past their retention."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from data_hist import cli
from data_hist.app import Limits
from data_hist.retention import sweeper
from data_hist.retention.sweeper import SweepCounts, create_sweeper
from data_hist.settings import PREFIX, Settings
from tests.support.api_calls import assert_problem, submitted
from tests.support.endpoint import running_endpoint
from tests.support.running_service import BUCKET, running_service, settings_for

SQL = "SELECT count(*) FROM events"


@pytest.fixture
def settings(archive: Path, tmp_path: Path) -> Iterator[Settings]:
    """An endpoint for one test, without the results of other tests."""
    with running_endpoint(archive, tmp_path, workers=1) as url:
        yield settings_for(url)


def results_of(client: httpx.Client) -> dict[int, str]:
    """Finish queries, and return their ids by retention."""
    return {
        minutes: submitted(client, SQL, retention_minutes=minutes)["query_id"]
        for minutes in (60, 600)
    }


def test_expired_results_are_deleted_and_others_kept(settings: Settings) -> None:
    with running_service(settings) as client:
        queries = results_of(client)

        counts = create_sweeper(settings, lambda: datetime.now(UTC) + timedelta(hours=2)).sweep()

        gone, kept = (client.post("/next", json={"query_id": each}) for each in queries.values())
    assert (counts.listed, counts.deleted, counts.failed) == (counts.expired * 2, counts.expired, 0)
    assert counts.deleted >= 1
    assert counts.deleted_bytes > 0
    assert_problem(gone, 410, "query-expired")
    assert kept.json()["rows"] == [[20]]


def test_the_command_reports_what_it_deleted(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("region", "result_bucket", "endpoint_url"):
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", getattr(settings, name))
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"{PREFIX}{name}", "local")
    with running_service(settings) as client:
        results_of(client)
    two_hours_ago = time.time() - 7200
    for path in tmp_path.rglob("*.csv*"):
        os.utime(path, (two_hours_ago, two_hours_ago))

    first = cli.main(["sweep"]), capsys.readouterr().out
    second = cli.main(["sweep"]), capsys.readouterr().out

    assert first[0] == second[0] == 0
    assert first[1].startswith("Deleted ")
    assert not first[1].startswith("Deleted 0 ")
    assert second[1].startswith("Deleted 0 of ")
    assert second[1].endswith(" (0 bytes).\n")


def test_the_command_fails_if_a_result_is_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli.sweep, "load_settings", lambda: settings)
    left = SweepCounts(listed=5, expired=3, deleted=1, deleted_bytes=1234)
    monkeypatch.setattr(sweeper.Sweeper, "sweep", lambda _: left)

    code = cli.main(["sweep"])

    printed = capsys.readouterr()
    assert code == 1
    assert printed.out == "Deleted 1 of 5 result objects (1,234 bytes).\n"
    assert printed.err == "data-hist: 2 expired objects could not be deleted.\n"


def test_the_command_fails_if_s3_does_not_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = settings.model_copy(update={"result_bucket": f"not-{BUCKET}"})
    monkeypatch.setattr(cli.sweep, "load_settings", lambda: elsewhere)

    assert cli.main(["sweep"]) == 1
    assert capsys.readouterr().err.startswith("data-hist: ")


def test_the_service_sweeps_by_itself(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = threading.Semaphore(0)
    sweep = sweeper.Sweeper.sweep

    def counted(each: sweeper.Sweeper) -> SweepCounts:
        counts = sweep(each)
        passes.release()
        return counts

    monkeypatch.setattr(sweeper.Sweeper, "sweep", counted)
    with running_service(settings) as client:
        queries = results_of(client)
    often = Limits(sweep_interval_seconds=0.005)

    with running_service(
        settings, clock=lambda: datetime.now(UTC) + timedelta(hours=2), limits=often
    ) as client:
        assert all(passes.acquire(timeout=20) for _ in range(3))
        kept = client.post("/next", json={"query_id": queries[600]})

    assert kept.json()["rows"] == [[20]]
    assert (
        create_sweeper(settings, lambda: datetime.now(UTC) + timedelta(hours=2)).sweep().expired
        == 0
    )
