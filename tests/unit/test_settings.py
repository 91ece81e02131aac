"""Settings come from the environment, and what is wrong is named."""

from pathlib import Path

import pytest

from data_hist import cli
from data_hist.catalog.document import PACKAGED_FILE
from data_hist.settings import Settings, SettingsError, load_settings, workgroups_asked_for

REQUIRED = {"DATA_HIST_REGION": "eu-west-1", "DATA_HIST_RESULT_BUCKET": "results"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_required_settings_are_enough() -> None:
    settings = load_settings()

    assert (settings.region, settings.result_bucket) == ("eu-west-1", "results")
    assert settings.tenant_required


def test_every_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REQUIRED:
        monkeypatch.delenv(name)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value).splitlines() == [
        "DATA_HIST_REGION: is not set",
        "DATA_HIST_RESULT_BUCKET: is not set",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA_HIST_REGION", ""),
        ("DATA_HIST_RESULT_PREFIX", "/x"),
        ("DATA_HIST_RESULT_PREFIX", "a//b"),
        ("DATA_HIST_TENANT_HEADER", "X Tenant"),
        ("DATA_HIST_TENANT_REQUIRED", "perhaps"),
        ("DATA_HIST_PRICE_USD_PER_TB", "-1"),
        ("DATA_HIST_REPLICAS", "0"),
        ("DATA_HIST_WORKERS", "65"),
        ("DATA_HIST_ARCHIVED_AFTER_DAYS_OF_CUSTOMERS", "{11000: 90"),
        ("DATA_HIST_WORKGROUPS_OF_TENANTS", "11000=own"),
        ("DATA_HIST_WORKGROUPS_OF_TENANTS", '{"11000": "a b"}'),
        ("DATA_HIST_WORKGROUPS_OF_TENANTS", '{"tenant": "own"}'),
        ("DATA_HIST_CORS_ORIGINS", "portal.example"),
        ("DATA_HIST_CORS_ORIGINS", "https://portal.example/"),
        ("DATA_HIST_CORS_ORIGINS", "https://Portal.example"),
        ("DATA_HIST_CORS_ORIGINS", "https://*"),
        ("DATA_HIST_CORS_ORIGINS", "https://a.example,https://b.example"),
    ],
)
def test_wrong_value_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value).startswith(f"{name}: ")
    assert not value or value not in str(refusal.value).removeprefix(name)


@pytest.mark.parametrize(
    ("own", "workgroups"),
    [
        (None, ["shared"]),
        ("{}", ["shared"]),
        ('{"11000": "b", "11001": "a", "11002": "b"}', ["a", "b", "shared"]),
    ],
)
def test_the_local_service_creates_the_workgroups_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, own: str | None, workgroups: list[str]
) -> None:
    monkeypatch.setenv("DATA_HIST_WORKGROUP", "shared")
    if own is not None:
        monkeypatch.setenv("DATA_HIST_WORKGROUPS_OF_TENANTS", own)

    assert workgroups_asked_for() == workgroups


@pytest.mark.parametrize("wrong", ["{", '{"11000": "a b"}', "[]"])
def test_it_names_workgroups_that_it_cannot_read(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("DATA_HIST_WORKGROUPS_OF_TENANTS", wrong)

    with pytest.raises(SettingsError, match=r"^DATA_HIST_WORKGROUPS_OF_TENANTS: "):
        workgroups_asked_for()


@pytest.mark.parametrize(
    ("replicas", "workers", "calls_per_second", "minutes"),
    [("1", "1", 15.0, 60), ("1", "3", 5.0, 180), ("5", "2", 1.5, 600)],
)
def test_workers_share_the_call_rate_and_the_sweeps(
    monkeypatch: pytest.MonkeyPatch,
    replicas: str,
    workers: str,
    calls_per_second: float,
    minutes: int,
) -> None:
    monkeypatch.setenv("DATA_HIST_REPLICAS", replicas)
    monkeypatch.setenv("DATA_HIST_WORKERS", workers)

    settings = load_settings()

    assert settings.status_calls_per_second_of_worker == calls_per_second
    assert settings.sweep_interval_minutes_of_worker == minutes


@pytest.mark.parametrize("command", ["serve", "local"])
@pytest.mark.parametrize("asked", [None, "7"])
def test_the_default_of_the_option_is_that_of_the_setting(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    asked: str | None,
) -> None:
    monkeypatch.delenv("DATA_HIST_WORKERS", raising=False)
    if asked:
        monkeypatch.setenv("DATA_HIST_WORKERS", asked)

    with pytest.raises(SystemExit):
        cli.main([command, "--help"])

    expected = asked or Settings.model_fields["workers"].default
    assert f"DATA_HIST_WORKERS, or {expected})" in " ".join(capsys.readouterr().out.split())


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_HIST_ACCESS_KEY_ID", "key-to-hide")
    monkeypatch.setenv("DATA_HIST_SECRET_ACCESS_KEY", "secret-to-hide")

    assert "to-hide" not in repr(load_settings())


def test_a_catalog_that_cannot_be_used_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(PACKAGED_FILE.read_text(encoding="utf-8") + "sorces: {}\n", encoding="utf-8")
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))

    assert cli.main(["serve"]) == 1
    line = len(file.read_text(encoding="utf-8").splitlines())
    assert f"data-hist: {file}:{line}: sorces: is not known; did you mean 'sources'?\n" in (
        capsys.readouterr().err
    )
