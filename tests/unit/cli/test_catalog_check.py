"""`data-hist catalog check`."""

from pathlib import Path

import pytest

from data_hist.cli import main

VALID = """
sources:
  hosts: {database: inventory, table: hosts, tenant: null, columns: {name: {type: varchar}}}
versions:
  v3: {database: inventory, tables: {hosts: {source: hosts}, machines: {source: hosts}}}
"""


def test_a_valid_file_is_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(VALID)
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))

    assert main(["catalog", "check"]) == 0
    assert capsys.readouterr().out == (
        f"OK: {file}, with the sources hosts, and v3 with the tables hosts, machines.\n"
    )


def test_the_packaged_file_is_checked_if_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "check"]) == 0
    assert "default.yaml" in capsys.readouterr().out


def test_each_error_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(VALID.replace("varchar", "text").replace("{source", "{sorce", 1))
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))

    assert main(["catalog", "check"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{file}:3: sources.hosts.columns.name.type: 'text' is not a type;" in printed.err
    assert f"{file}:5: versions.v3.tables.hosts.sorce: is not known; did you" in printed.err
