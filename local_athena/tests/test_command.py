"""The `local-athena` command: what it refuses, and the sample from nothing to a first row."""

import json
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import boto3
import pytest

from local_athena import command, testing
from tests.clients import BUCKET, AthenaSession

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local_athena", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_version_is_that_of_the_project() -> None:
    project = tomllib.loads(PROJECT.read_text())["project"]

    assert run("--version").stdout == f"local-athena {project['version']}\n"


def test_the_console_script_is_the_module() -> None:
    (script,) = entry_points(group="console_scripts", name="local-athena")

    assert script.load() is command.main


def test_the_sample_answers_through_its_own_tables(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    written = run("sample-data", folder)
    assert written.returncode == 0, written.stderr
    tables = folder / "_tables.json"
    assert f"--tables {tables} --data {folder}" in written.stdout

    with testing.running_endpoint(tables, folder, tmp_path / "state", bucket=BUCKET) as endpoint:
        session = AthenaSession(endpoint.url)
        for table in ("events", "metrics"):
            ((count,),) = session.rows(f"SELECT count(*) FROM sample.{table}")
            assert int(count or 0) > 1000


def test_the_sample_spares_what_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    ended = run("sample-data", tmp_path)

    assert ended.returncode == 1
    assert ended.stderr == f"local-athena: {tmp_path} is not empty and holds no sample archive\n"


def test_the_sample_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = run("sample-data", tmp_path / "file")

    assert ended.returncode == 1
    assert ended.stderr.startswith("local-athena: Cannot write to")


def test_tables_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "tables.json").write_text(json.dumps({"TableInput": {"Name": "t"}}))

    ended = run("serve", "--tables", tmp_path / "tables.json", "--data", tmp_path, "--port", 0)

    assert ended.returncode == 1
    assert ended.stderr == (
        "local-athena: tables.json: TableInput.StorageDescriptor is missing; "
        "write a TableInput of AWS Glue\n"
    )


@pytest.mark.parametrize("rate", ["GetQueryExecution", "GetQueryExecution=20", "X=a:b"])
def test_call_rate_that_makes_no_sense(rate: str, tmp_path: Path) -> None:
    ended = run("serve", "--tables", tmp_path, "--data", tmp_path, "--call-rate", rate)

    assert ended.returncode == 2
    assert "write it as GetQueryExecution=20:100" in ended.stderr


@pytest.mark.parametrize(
    ("option", "limits"),
    [
        ("--port=70000", "from 0 to 65535"),
        ("--port=-1", "from 0 to 65535"),
        ("--workers=0", "of at least 1"),
        ("--max-active-queries=x", "of at least 1"),
        ("--query-timeout-seconds=0", "of at least 0.001"),
        ("--query-timeout-seconds=nan", "of at least 0.001"),
    ],
)
def test_number_out_of_range(option: str, limits: str, tmp_path: Path) -> None:
    ended = run("serve", "--tables", tmp_path, "--data", tmp_path, option)

    assert ended.returncode == 2
    assert f"must be a number {limits}" in ended.stderr


@pytest.mark.parametrize("size", ["1", "GB", "80%", "1PB", "-1GB"])
def test_size_that_makes_no_sense(size: str, tmp_path: Path) -> None:
    ended = run("serve", "--tables", tmp_path, "--data", tmp_path, f"--memory-limit={size}")

    assert ended.returncode == 2
    assert "write it as 500MB or 2GiB" in ended.stderr


def test_bucket_that_no_bucket_can_be_called(tmp_path: Path) -> None:
    (tmp_path / "tables.json").write_text("[]")
    places = ("--tables", tmp_path / "tables.json", "--data", tmp_path, "--state", tmp_path / "s")

    ended = run("serve", *places, "--port", 0, "--bucket", "Not_A_Bucket")

    assert ended.returncode == 1
    assert ended.stderr == "local-athena: Not_A_Bucket is no name for a bucket\n"


def test_tables_may_be_given_as_documents(tmp_path: Path) -> None:
    (tmp_path / "data/words").mkdir(parents=True)
    (tmp_path / "data/words/a.json").write_text('{"word": "one"}\n{"word": "two"}\n')
    words = {
        "DatabaseName": "test",
        "TableInput": {
            "Name": "words",
            "Parameters": {"classification": "json"},
            "StorageDescriptor": {
                "Location": "s3://any/words/",
                "Columns": [{"Name": "word", "Type": "string"}],
            },
        },
    }

    data, state = tmp_path / "data", tmp_path / "state"
    with testing.running_endpoint([words], data, state, bucket=BUCKET) as endpoint:
        found = boto3.client("athena", **endpoint.client_options).list_databases(
            CatalogName="AwsDataCatalog"
        )
        rows = AthenaSession(endpoint.url).rows("SELECT word FROM test.words ORDER BY 1")

    assert [each["Name"] for each in found["DatabaseList"]] == ["default", "test"]
    assert rows == [["one"], ["two"]]


def test_an_endpoint_that_does_not_start_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="did not start: status 1"),
        testing.running_endpoint(tmp_path, tmp_path, tmp_path / "state"),
    ):
        pass
