"""`data-hist catalog discover --table` makes a catalog of tables in AWS that works as it is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.resolve import resolve
from data_hist.catalog.sources import Source
from data_hist.cli import main
from data_hist.cli.local_athena import RESULT_BUCKET
from local_athena import testing
from tests.e2e.commands import required_settings
from tests.support.api_calls import all_rows
from tests.support.archives import write_lines
from tests.support.running_service import running_service, settings_for

TODAY = datetime.now(UTC)
AUDIT = Source.model_validate(
    {
        "database": "security",
        "table": "audit",
        "folder": "audit/v2",
        "template": "${region}/${order}/h-${hour}/",
        "tenant": None,
        "serde": {"case.insensitive": "FALSE"},
        "partitions": {
            "region": {"projection": "enum", "values": ["eu", "us"]},
            "order": {"projection": "date", "format": "yyyy/MM/dd", "range": ["2020/01/01", "NOW"]},
            "hour": {"projection": "integer", "range": [0, 23], "digits": 2},
        },
        "columns": {
            "createdat": {"type": "bigint", "key": "createdAt"},
            "account": {"type": "integer", "key": "accountId"},
            "group": {"type": "varchar"},
            "user-agent": {"type": "varchar"},
            "payload": {"type": "varchar"},
            "pair": {"type": "row(a integer, b array(varchar))"},
        },
    }
)


def write_audit(root: Path) -> None:
    for days in (0, 1, 2, 20):
        day = TODAY - timedelta(days=days)
        moment = int(day.timestamp()) // 3600 * 3600 * 1000
        folder = root / "audit" / "v2" / "eu" / f"{day:%Y/%m/%d}" / f"h-{day:%H}"
        records = (
            {
                "createdAt": moment + number,
                "accountId": 11,
                "group": "a" if number % 2 else "b",
                "user-agent": "curl",
                "payload": {"User": {"name": f"user-{number}"}},
                "pair": {"a": number, "b": ["x"]},
            }
            for number in range(200)
        )
        write_lines(folder / "part-0.json", records)


@pytest.fixture(scope="module")
def foreign_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("foreign")
    write_audit(root)
    tables = glue_documents({"audit": AUDIT}, "s3://archive/")
    state = tmp_path_factory.mktemp("state")
    with testing.running_endpoint(tables, root, state, bucket=RESULT_BUCKET, workers=1) as endpoint:
        yield endpoint.url


class Commands:
    """Runs the commands with the settings of an endpoint."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.file = file

    def use(self, url: str) -> None:
        for name, value in required_settings(url).items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setenv("DATA_HIST_CATALOG", str(self.file))

    def run(self, *arguments: str) -> tuple[int, str, str]:
        status = main(["catalog", *arguments])
        out, errors = self._capsys.readouterr()
        return status, out, errors

    def discover(self, url: str, *tables: str) -> str:
        """Discover tables, check the file against Glue, and return the messages."""
        self.use(url)
        arguments = (each for table in tables for each in ("--table", table))
        status, text, errors = self.run("discover", *arguments)
        assert status == 0, errors
        self.file.write_text(text)
        status, found, _ = self.run("check", "--glue")
        assert (status, found.startswith("OK: ")) == (0, True), found
        return errors


@pytest.fixture
def commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Commands:
    return Commands(monkeypatch, capsys, tmp_path / "catalog.yaml")


@pytest.mark.whole_ranges
def test_tables_of_the_packaged_catalog(commands: Commands, endpoint_url: str) -> None:
    names = ("events_v0", "metrics_v0")
    errors = commands.discover(endpoint_url, *(f"data_hist.{name}" for name in names))

    document = load_document(commands.file)
    assert list(document.sources) == list(names)
    packaged = load_document().sources["events"]
    events = document.sources["events_v0"]
    assert {name: of.type for name, of in events.columns.items()} == {
        name: of.type for name, of in packaged.columns.items()
    }
    assert [getattr(each, "tells", None) for each in events.partitions.values()] == [
        None,
        "hour",
        "minute",
    ]
    assert events.columns["createdtimestamp"].time is not None
    assert "Columns that look like a tenant: customerid." in commands.file.read_text()
    assert errors.count("bytes scanned") == len(names)
    catalog = resolve(document)
    with running_service(settings_for(endpoint_url), catalog=catalog) as client:
        for name in names:
            for example in catalog.versions["v0"].tables[name].examples:
                assert all_rows(client, example.sql), example.sql


def test_foreign_table(commands: Commands, foreign_url: str) -> None:
    errors = commands.discover(foreign_url, "Security.Audit")

    text = commands.file.read_text()
    document = load_document(commands.file)
    source = document.sources["audit"]
    assert (source.folder, source.template) == ("s3://archive/audit/v2", AUDIT.template)
    assert source.columns["createdat"].time is not None
    assert source.columns["createdat"].time.unit == "ms"
    assert source.columns["createdat"].time.greatest_delay is None
    assert "# user_name: {from: payload, path: $.User.name}" in text
    assert re.search(r"""WHERE "order" >= '[0-9/]{10}' LIMIT 500""", errors)
    catalog = resolve(document)
    with running_service(settings_for(foreign_url), catalog=catalog) as client:
        for example in catalog.versions["v0"].tables["audit"].examples:
            assert all_rows(client, example.sql), example.sql
        assert all_rows(client, "SELECT count(*), max(user_agent) FROM audit") == [[800, "curl"]]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("security.audits", "There is no table audits in security; did you mean 'audit'?"),
        ("other.audit", "There is no database other in the region."),
    ],
)
def test_missing_tables(commands: Commands, foreign_url: str, table: str, message: str) -> None:
    commands.use(foreign_url)

    assert commands.run("discover", "--table", table) == (1, "", f"data-hist: {message}\n")


def test_rights_and_credentials_are_asked_for(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use("http://127.0.0.1:9")
    monkeypatch.delenv("DATA_HIST_ACCESS_KEY_ID")
    monkeypatch.delenv("DATA_HIST_SECRET_ACCESS_KEY")

    status, out, errors = commands.run("discover", "--table", "a.b")

    assert (status, out) == (1, "")
    assert "Check the region and the credentials." in errors
    assert "athena:GetTableMetadata" in errors
