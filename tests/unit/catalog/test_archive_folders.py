"""A folder that is no archive is called so, with what was looked for and what is there."""

from pathlib import Path

import pytest

from data_hist.catalog.archive_folders import warnings_about
from data_hist.catalog.document import load_document

SOURCES = load_document().sources


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], [["is empty", "events, metrics"]]),
        ([".DS_Store", "_sample_archive"], [["is empty"]]),
        (["events/dt=2026-11-20/x.json"], [["/metrics is not there", "There is events."]]),
        (
            ["evnets/dt=2026-11-20/x.json", "metrics/x.json"],
            [["/events is not there", "the source events", "did you mean 'evnets'?"]],
        ),
        (
            [f"other{number}/x" for number in range(20)],
            [["/events is not there", "and 12 more"], ["/metrics is not there"]],
        ),
        (["events/x.json", "metrics/dt=2026-11-20/"], [["/metrics holds no files"]]),
        (["events/x.json", "metrics/x.parquet"], []),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, files: list[str], told: list[list[str]]) -> None:
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.touch()

    warnings = list(warnings_about(tmp_path, SOURCES))

    assert len(warnings) == len(told)
    for warning, parts in zip(warnings, told, strict=True):
        assert all(part in warning for part in parts), warning
        assert str(tmp_path) in warning
