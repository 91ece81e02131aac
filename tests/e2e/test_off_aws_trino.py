"""The service over a real Trino and an S3 store, with the catalog that `deploy/off-aws` ships."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from data_hist.app import utc_now
from local_athena import testing
from tests.e2e.commands import ROOT, free_port
from tests.support.api_calls import all_rows, submitted
from tests.support.running_service import BUCKET, running_service, settings_for

FOLDER = ROOT / "deploy/off-aws"
CATALOG = FOLDER / "catalog/awsdatacatalog.properties"
TRINO = ROOT / "scripts/trino"
HOUR = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
RECORD = '{"customerid": 11000, "servicename": "%s", "createdtimestamp": 1, "data": {"n": %d}}\n'


@pytest.fixture(scope="module")
def off_aws_service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Run the service over a Trino with the catalog of the deployment, and a store."""
    if request.config.getoption("--engine") != "trino":
        pytest.skip("runs a Trino; needs `scripts/test --engine trino`")
    folder = tmp_path_factory.mktemp("service")
    archive, tables = folder / "archive", folder / "tables"
    tables.mkdir()
    for minute in (0, 30):
        place = archive / f"events/dt={HOUR:%Y-%m-%d}/hr={HOUR:%H}/min={minute:02}"
        place.mkdir(parents=True)
        (place / "1_0_00000000000000000001.json").write_text(RECORD % (f"nova-{minute}", minute))
    # The endpoint is a store too, of the buckets that it creates.
    with testing.running_endpoint([], folder, folder / "store", bucket="archive") as store:
        keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
        run("upload.py", archive, "archive", AWS_ENDPOINT_URL=store.url, **keys)
        run("write_tables.py", tables, "s3://archive/")
        with (
            running_trino(folder, S3_ENDPOINT=store.url, TABLES_FOLDER=str(tables)) as trino,
            testing.running_endpoint(
                tables / "tables.json",
                None,
                folder / "results",
                bucket=BUCKET,
                backend="trino",
                trino_url=trino,
            ) as endpoint,
            running_service(settings_for(endpoint.url)) as client,
        ):
            yield client


def run(script: str, *arguments: object, **environment: str) -> None:
    subprocess.run(
        [sys.executable, FOLDER / script, *map(str, arguments)],
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1"} | environment,
        check=True,
    )


@contextmanager
def running_trino(folder: Path, **environment: str) -> Iterator[str]:
    """Run a second Trino, beside the one that the other tests may have."""
    fetched = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "data-hist"
    (folder / "cache/data-hist/trino-476").mkdir(parents=True)
    (folder / "cache/data-hist/trino-476/server").symlink_to(fetched / "trino-476/server")
    variables = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "S3_READER_KEY": "any",
        "S3_READER_SECRET": "any",
        **environment,
    }
    port = free_port()
    start = [TRINO, "start", "--catalog", str(CATALOG), "--port", str(port)]
    with (folder / "start.log").open("w") as log:
        subprocess.run(start, env=variables, stdout=log, stderr=log, check=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([TRINO, "stop"], env=variables, check=True)


WHERE = f"WHERE dt = '{HOUR:%Y-%m-%d}' AND hr = '{HOUR:%H}'"


def test_rows_come_from_the_store(off_aws_service: httpx.Client) -> None:
    sql = f"SELECT servicename, json_extract_scalar(data, '$.n') FROM events {WHERE} ORDER BY 1"

    assert all_rows(off_aws_service, sql) == [["nova-0", "0"], ["nova-30", "30"]]


def test_bounds_prune_what_is_read(off_aws_service: httpx.Client) -> None:
    hour = f"SELECT servicename FROM events {WHERE}"
    statistics = [
        submitted(off_aws_service, sql)["statistics"] for sql in (hour, f"{hour} AND min = '30'")
    ]

    whole, half = (each["scanned_bytes"] for each in statistics)
    assert half == len(RECORD % ("nova-30", 30))
    assert whole == half + len(RECORD % ("nova-0", 0))


def test_an_error_has_its_position(off_aws_service: httpx.Client) -> None:
    sql = f"SELECT servicename\n, 1 + tags FROM events {WHERE}"
    response = off_aws_service.post("/query", json={"query": sql, "wait_seconds": 30})

    problem = response.json()
    told = tuple(problem[name] for name in ("code", "line", "column"))
    assert told == ("TYPE_MISMATCH", 2, 5), problem
