"""`data-hist catalog glue`."""

import json
from pathlib import Path

import pytest

from data_hist.cli import main

FILE = """
sources:
  hosts: {database: inventory, table: hosts, folder: h, tenant: null, columns: {n: {type: varchar}}}
  far:
    {catalog: lake, database: away, table: far, tenant: null, columns: {name: {type: varchar}}}
versions:
  v3: {database: inventory, tables: {hosts: {source: hosts}, far: {source: far}}}
"""


@pytest.fixture(autouse=True)
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(FILE)
    monkeypatch.setenv("DATA_HIST_CATALOG", str(file))


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("s3://the-archive", "s3://the-archive/h/"),
        ("s3://the-archive/", "s3://the-archive/h/"),
        ("s3://the-archive/raw/v1", "s3://the-archive/raw/v1/h/"),
        ("s3://the-archive/raw/v1/", "s3://the-archive/raw/v1/h/"),
    ],
)
def test_tables_of_glue_are_in_the_archive(
    address: str, location: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "glue", "--archive", address]) == 0

    printed = capsys.readouterr()
    *databases, table = json.loads(printed.out)
    assert [each["DatabaseInput"]["Name"] for each in databases] == ["data_hist_empty", "inventory"]
    assert table["TableInput"]["StorageDescriptor"]["Location"] == location
    assert printed.err == (
        "data-hist: warning: far is left out: it is in the data catalog lake, not in Glue.\n"
    )


def test_json_needs_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "glue"]) == 1
    assert "--archive s3://BUCKET" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["the-archive", "s3://", "s3://A", "s3://the-archive/a b", "/x"]
)
def test_address_that_is_none(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["catalog", "glue", "--archive", address])

    assert f"{address} is no address such as s3://my-bucket/folder" in capsys.readouterr().err


def test_address_is_the_default_of_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["catalog", "glue", "--archive", "s3://the-archive/raw", "--format", "terraform"]

    assert main(command) == 0

    variables = json.loads(capsys.readouterr().out)["variable"]
    assert {name: each["default"] for name, each in variables.items()} == {
        "data_bucket": "the-archive",
        "archive_path": "raw/",
    }
