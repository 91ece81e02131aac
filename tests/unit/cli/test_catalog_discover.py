"""`data-hist catalog discover`."""

from pathlib import Path

import pytest

from data_hist.cli import main
from tests.support.archives import write_lines


def test_the_catalog_goes_to_standard_output_and_warnings_to_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, file = tmp_path / "my-archive", tmp_path / "catalog.yaml"
    write_lines(archive / "events" / "a.json", [{"a": 1}])
    (archive / "events" / "b.csv").write_text("a,b,c\n")

    assert main(["catalog", "discover", "--data", str(archive)]) == 0

    printed = capsys.readouterr()
    assert printed.err.startswith(f"data-hist: warning: {archive}/events/b.csv is CSV")
    file.write_text(printed.out)
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))
    assert main(["catalog", "check"]) == 0
    assert "with the sources events" in capsys.readouterr().out


def test_an_archive_without_records_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "discover", "--data", str(tmp_path)]) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "has no records to make a catalog of" in printed.err


def test_an_archive_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "discover", "--data", str(tmp_path / "none")]) == 1
    assert "is not a folder" in capsys.readouterr().err
