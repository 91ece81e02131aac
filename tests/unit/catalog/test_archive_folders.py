"""A folder that is no archive is called so, with what was looked for and what is there."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from data_hist.catalog.archive_folders import warnings_about
from data_hist.catalog.document import load_document
from data_hist.catalog.sources import Source

SOURCES = load_document().sources
DISCOVER = ["catalog discover --data"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], [["is empty", "events, logs and metrics"]]),
        ([".DS_Store", "_sample_archive"], [["is empty"]]),
        (
            ["events/dt=2026-11-20/x.json", "logs/x"],
            [["/metrics is not there", "has events and logs."]],
        ),
        (
            ["evnets/dt=2026-11-20/x.json", "metrics/x.json", "logs/x.json"],
            [["The source events", "/events is not there", "did you mean 'evnets'?"]],
        ),
        (
            [f"other{number}/x" for number in range(20)],
            [
                ["/events is not there", "and 12 more"],
                ["/metrics is not there"],
                ["/logs is not there"],
                ["data-hist catalog discover --data"],
            ],
        ),
        (["events/x.json", "logs/x.json", "metrics/dt=2026-11-20/"], [["/metrics holds no files"]]),
        (["events/x.json", "metrics/x.parquet", "logs/a/b/x"], []),
        (["metrics/x", "others/x"], [["/events is not"], ["/logs is not"], DISCOVER]),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, files: list[str], told: list[list[str]]) -> None:
    check(tmp_path, SOURCES, files, told)


@pytest.mark.parametrize(
    ("folder", "files", "told"),
    [
        ("logs/app", ["logs/app/2026/x.json"], []),
        (
            "logs/app",
            ["logs/web/x.json"],
            [["/logs/app is not there", "/logs has web."], DISCOVER],
        ),
        ("logs/app", ["logs/apps/x.json"], [["did you mean 'apps'?"], DISCOVER]),
        (
            "logs/app",
            ["log/app/x.json"],
            [["/logs is not there", "did you mean 'log'?"], DISCOVER],
        ),
        ("logs/app", ["logs/app/", "x"], [["/logs/app holds no files"], DISCOVER]),
        (
            "logs/app",
            ["logs/"],
            [["/logs/app is not there", "/logs is empty."], DISCOVER],
        ),
        ("", ["2026/x.json"], []),
        ("", [], [["is empty."]]),
        ("s3://bucket/folder", ["x"], []),
    ],
)
def test_folders_of_any_depth(
    tmp_path: Path, folder: str, files: list[str], told: list[list[str]]
) -> None:
    source = SOURCES["events"].model_copy(update={"folder": folder})

    check(tmp_path, {"events": source}, files, told)


def check(
    tmp_path: Path, sources: Mapping[str, Source], files: list[str], told: list[list[str]]
) -> None:
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.touch()

    warnings = list(warnings_about(tmp_path, sources))

    assert len(warnings) == len(told)
    for warning, parts in zip(warnings, told, strict=True):
        assert all(part in warning for part in parts), warning
        assert str(tmp_path) in warning
