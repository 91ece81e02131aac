"""A catalog that is made from a folder of any layout is served as it is, with its examples."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow
import pyarrow.parquet
import pytest

from data_hist.catalog.discovery.discover import discover
from data_hist.catalog.document import load_document
from data_hist.catalog.resolve import resolve
from data_hist.catalog.tables import Catalog
from data_hist.cli.local_athena import RESULT_BUCKET, local_documents
from local_athena import testing
from tests.support.api_calls import all_rows
from tests.support.archives import write_lines
from tests.support.running_service import running_service, settings_for

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FOLDERS = 3
RECORDS = 40


def write_archive(root: Path) -> None:
    for number in range(FOLDERS):
        moment = NOON + timedelta(hours=number)
        records = [{**record(moment, each), "$type": "x"} for each in range(RECORDS)]
        write_lines(root / "topics" / "app" / f"{moment:%Y/%m/%d/%H}" / "part-0", records)
        hive = f"region=eu-{number}/year=2026/month={number + 1}"
        write_lines(root / "topics" / "hive" / hive / "a.json.gz", [{"order": "a", "size": "12"}])
        write_parquet(root / "measures" / f"dt={moment:%Y%m%d%H}" / "a.parquet", moment)
    for number in range(120):
        write_lines(root / "devices" / f"Gerät {number * 31:x}" / "a.json", [{"no": number}])
    (root / "devices" / "Gerät 0" / "a.json").write_bytes(b'{"no": 0}\nbroken\n')


def record(moment: datetime, number: int) -> dict[str, Any]:
    at = moment + timedelta(minutes=number)
    return {
        "createdAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "user-agent": "curl" if number % 2 else None,
        "requestPayload": {"User": {"name": f"user-{number % 3}"}, "bytes": number},
    }


def write_parquet(file: Path, moment: datetime) -> None:
    file.parent.mkdir(parents=True)
    times = pyarrow.array([moment] * RECORDS, pyarrow.timestamp("us", "UTC"))
    table = pyarrow.table(
        {"Time": times, "group": ["a", "b"] * (RECORDS // 2), "dt": range(RECORDS)}
    )
    pyarrow.parquet.write_table(table, file)


@pytest.fixture(scope="module")
def archive_of_any_kind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("any-kind")
    write_archive(root)
    return root


@pytest.fixture(scope="module")
def file(archive_of_any_kind: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog with each proposal that it has in comments."""
    text = discover(archive_of_any_kind, lambda _: None) or ""
    lines = (line.replace("# ", "", 1) if "path:" in line else line for line in text.splitlines())
    file = tmp_path_factory.mktemp("catalog") / "catalog.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def discovered(file: Path) -> Catalog:
    return resolve(load_document(file))


@pytest.fixture(scope="module")
def served(
    file: Path,
    discovered: Catalog,
    archive_of_any_kind: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    tables = local_documents(load_document(file).sources)
    state = tmp_path_factory.mktemp("state")
    with (
        testing.running_endpoint(
            tables, archive_of_any_kind, state, bucket=RESULT_BUCKET, workers=1
        ) as endpoint,
        running_service(settings_for(endpoint.url), catalog=discovered) as client,
    ):
        yield client


@pytest.mark.parametrize("table", ["devices", "measures", "topics_app", "topics_hive"])
def test_each_example_has_rows(served: httpx.Client, discovered: Catalog, table: str) -> None:
    for example in discovered.versions["v0"].tables[table].examples:
        assert all_rows(served, example.sql), example.title


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM topics_app", [[FOLDERS * RECORDS]]),
        (
            "SELECT user_agent, type, hour, user_name, bytes FROM topics_app "
            "WHERE createdat = '2026-11-20T13:05:00Z'",
            [["curl", "x", "13", "user-2", 5]],
        ),
        (
            "SELECT min(createdat), count(*) FROM topics_app WHERE "
            "createdat BETWEEN '2026-11-20T13:00:00Z' AND '2026-11-20T13:59:59Z'",
            [["2026-11-20T13:00:00Z", RECORDS]],
        ),
        (
            "SELECT order_, size, region, month FROM topics_hive WHERE month = '2'",
            [["a", "12", "eu-1", "2"]],
        ),
        (
            "SELECT group_, count(*), max(dt), max(dt_folder) FROM measures "
            "WHERE time = timestamp '2026-11-20 14:00:00' GROUP BY 1 ORDER BY 1",
            [["a", 20, 38, "2026112014"], ["b", 20, 39, "2026112014"]],
        ),
        (
            "SELECT no FROM devices WHERE folder = 'Gerät 0' ORDER BY no",
            [[0], [None]],
        ),
    ],
)
def test_columns_are_those_of_the_records(
    served: httpx.Client, sql: str, rows: list[list[Any]]
) -> None:
    assert all_rows(served, sql) == rows
