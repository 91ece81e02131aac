"""An error about a broken file names its path below the archive, and quotes no content."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.api_calls import as_tenant
from tests.support.archive_files import record, write_records
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for

SECRET = "hunter2"
WHOLE = f'{{"tags": "{SECRET}"}}\n'.encode()
LONG = gzip.compress(b"".join(b'{"tags": "%d"}\n' % number for number in range(5_000)))
NO_GZIP = "Error opening Hive split {path} (offset=0, length=20): Not in GZIP format"
NO_MAGIC = "Malformed Parquet file. Expected magic number: PAR1 - in {path}"
NO_FOOTER = "Malformed Parquet file. Metadata index out of range - in {path}"
NOT_READ = "Failed to read file at {path}"
FILES = [
    ("2025-01-01", "a.json.gz", WHOLE, "HIVE_CANNOT_OPEN_SPLIT", NO_GZIP),
    ("2025-01-02", "a.json.gz", LONG[:-500], "HIVE_CURSOR_ERROR", NOT_READ),
    ("2025-01-03", "a.json", b'{"tags": "' + WHOLE, "HIVE_CURSOR_ERROR", NOT_READ),
    ("2025-01-04", "it is.json", WHOLE[:-2], "HIVE_CURSOR_ERROR", NOT_READ),
    (
        "2025-01-05",
        "a.json",
        f'{{"customerid": {{"name": "{SECRET}"}}}}\n'.encode(),
        "HIVE_CURSOR_ERROR",
        NOT_READ,
    ),
    ("2025-01-06", "a.parquet", WHOLE * 10, "HIVE_BAD_DATA", NO_MAGIC),
    ("2025-01-07", "a.parquet", b"PAR1" + WHOLE * 10 + b"PAR1", "HIVE_BAD_DATA", NO_FOOTER),
]


def path_of(day: str, name: str) -> str:
    return f"events/dt={day}/hr=10/min=00/{name}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("broken")
    write_records(root, "events", [record(1, 11000)])
    write_records(root, "metrics", [record(1, 11000)])
    for day, name, content, _, _ in FILES:
        path = root / path_of(day, name)
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return root


@pytest.fixture(scope="module")
def service(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        running_endpoint(root, tmp_path_factory.mktemp("state"), workers=1) as url,
        running_service(settings_for(url)) as client,
    ):
        yield client


@pytest.mark.parametrize("tenant", [1, 11000])
@pytest.mark.parametrize("file", FILES, ids=[f"{each[1]}-{each[0]}" for each in FILES])
def test_a_broken_file_is_named_by_its_path_below_the_archive(
    service: httpx.Client, root: Path, file: tuple[str, str, bytes, str, str], tenant: int
) -> None:
    day, name, _, code, text = file
    sql = f"SELECT customerid, tags FROM events WHERE dt = '{day}'"

    response = service.post(
        "/query", json={"query": sql, "wait_seconds": 30}, headers=as_tenant(tenant)
    )

    document = response.json()
    assert document["status"] == "FAILED"
    assert document["error"]["code"] == code
    assert document["error"]["detail"] == text.format(path=path_of(day, name))
    assert str(root) not in response.text
    assert SECRET not in response.text
