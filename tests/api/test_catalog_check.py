"""`data-hist catalog check --glue` compares the catalog file with the tables that Athena sees."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from data_hist.athena.table_metadata import TableMetadataReader
from data_hist.catalog.document import PACKAGED_FILE
from data_hist.cli import main
from data_hist.errors import EngineUnavailable
from tests.e2e.commands import required_settings
from tests.support.running_service import settings_for

# The embedded endpoint lets an archive on a disk be of any age.
ANY_DAY = PACKAGED_FILE.read_text().replace("[NOW-366DAYS, NOW]", "['1000-01-01', '9999-12-31']")


@pytest.fixture
def catalog(endpoint_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "catalog.yaml"
    file.write_text(ANY_DAY)
    settings = required_settings(endpoint_url) | {"DATA_HIST_CATALOG": str(file)}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield file


def check(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    status = main(["catalog", "check", "--glue"])
    return status, capsys.readouterr().out.splitlines()


@pytest.mark.whole_ranges
def test_tables_that_agree(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, (line,) = check(capsys)

    assert status == 0
    assert line.startswith(f"OK: {catalog}, ")


@pytest.mark.whole_ranges
def test_each_difference_has_its_line(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = ANY_DAY.replace("table: metrics_v0", "table: metrics_v9")
    text = text.replace("database: data_hist\n    table: logs", "database: other\n    table: logs")
    text = text.replace("range: [0, 23]", "range: [1, 23]")
    catalog.write_text(text)

    status, lines = check(capsys)

    assert status == 1
    told = {line.split(": ", 2)[1]: line.split(": ", 2)[2] for line in lines}
    assert told["sources.events.partitions.hr.range"] == (
        "the table has '0,23' for projection.hr.range, and the catalog makes it '1,23'."
    )
    assert told["sources.metrics.table"].startswith("there is no such table; ")
    assert told["sources.logs.database"].startswith("there is no such database; ")
    assert len(told) == 3
    numbers = [int(line.removeprefix(f"{catalog}:").partition(":")[0]) for line in lines]
    assert text.splitlines()[numbers[0] - 1].strip() == "range: [1, 23]"


def test_settings_are_asked_for(
    catalog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATA_HIST_REGION")

    assert main(["catalog", "check", "--glue"]) == 1
    assert capsys.readouterr().err == "data-hist: DATA_HIST_REGION: is not set\n"


def test_rights_are_asked_for_if_aws_does_not_answer(
    catalog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_HIST_ENDPOINT_URL", "http://127.0.0.1:9")

    assert main(["catalog", "check", "--glue"]) == 1
    assert "needs athena:GetDatabase, athena:GetTableMetadata, glue:" in capsys.readouterr().err


def test_refusals_of_glue_are_no_missing_table() -> None:
    athena = boto3.client(
        "athena", region_name="eu-central-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    reader = TableMetadataReader(settings_for("http://127.0.0.1:9"), athena)
    with Stubber(athena) as stubber:
        stubber.add_client_error(
            "get_table_metadata",
            "MetadataException",
            "User is not authorized to perform: glue:GetTable (Service: AWSGlue)",
            400,
        )
        with pytest.raises(EngineUnavailable, match="Glue refuses"):
            reader.read_table("awsdatacatalog", "data_hist", "events_v0")
