"""`data-hist catalog check`."""

from pathlib import Path

import pytest

from data_hist.cli import main
from tests.support.archives import write_lines

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


def test_what_does_not_fit_an_archive_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, archive = tmp_path / "catalog.yaml", tmp_path / "archive"
    file.write_text(VALID.replace("varchar", "bigint"))
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))
    write_lines(archive / "a.json", [{"name": 1, "more": 1}])
    command = ["catalog", "check", "--data", str(archive)]

    assert main(command) == 0
    note, summary = capsys.readouterr().out.splitlines()
    assert note == (
        f"note: {file}:3: sources.hosts.columns: no column shows the keys more (in 100%)."
    )
    assert summary.startswith("OK: ")

    write_lines(archive / "a.json", [{"name": "db-1"}])
    assert main(command) == 1
    (problem,) = capsys.readouterr().out.splitlines()
    assert problem.startswith(f"{file}:3: sources.hosts.columns.name.type: 1 of 1 values are no")


def test_examples_are_queries_that_may_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "catalog.yaml"
    examples = (
        "[{title: A, sql: SELECT name FROM hosts}, {title: B, sql: DROP TABLE hosts},\n"
        "      {title: C, sql: SELECT name FORM hosts},\n"
        "      {title: D, sql: SELECT name FROM host}]"
    )
    file.write_text(VALID.replace("source: hosts}", f"source: hosts, examples: {examples}}}", 1))
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))

    assert main(["catalog", "check"]) == 1
    refused, misspelt, unknown = capsys.readouterr().out.splitlines()
    assert refused.startswith(f"{file}:5: versions.v3.tables.hosts.examples.1.sql: ")
    assert misspelt.startswith(f"{file}:6: versions.v3.tables.hosts.examples.2.sql: ")
    assert misspelt.endswith("did you mean FROM?")
    assert unknown.startswith(f"{file}:7: versions.v3.tables.hosts.examples.3.sql: ")
    assert unknown.endswith("did you mean 'hosts'?")
