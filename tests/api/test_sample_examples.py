"""Every example of every version has rows of the sample archive, and reads what was estimated."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from local_athena.sample.archive import write_sample_archive

from data_hist.app import Limits
from data_hist.catalog.resolve import load_catalog
from data_hist.queries.estimates import EstimateLimits
from data_hist.queries.limits import QueryLimits
from tests.support.api_calls import submitted
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for

FORM = "%Y-%m-%d %H:%M:%S"
UNHURRIED = Limits(queries=QueryLimits(estimates=EstimateLimits(seconds=120)))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service without tenants over the last day of the sample archive."""
    root = tmp_path_factory.mktemp("sample") / "archive"
    write_sample_archive(root, days=1)
    state = tmp_path_factory.mktemp("state")
    with (
        running_endpoint(root, state, workers=1) as url,
        running_service(settings_for(url), limits=UNHURRIED) as client,
    ):
        yield client


@contextmanager
def of_version(sample: httpx.Client, version: str) -> Iterator[httpx.Client]:
    base = sample.base_url.copy_with(path=f"/{version}/data_hist")
    with httpx.Client(base_url=base, timeout=sample.timeout) as client:
        yield client


def runs_as_estimated(client: httpx.Client, sql: str) -> bool:
    """Whether a query has rows, and reads what its dry run said, within a tenth."""
    estimate = client.post("/query", json={"query": sql, "dry_run": True}).json()["estimate"]
    document = submitted(client, sql, results_per_page=1)
    scanned_bytes = document["statistics"]["scanned_bytes"]
    assert estimate["scanned_bytes"] == pytest.approx(scanned_bytes, rel=0.1), sql
    assert scanned_bytes > 0
    return bool(document["page"]["rows"])


@pytest.mark.parametrize("version", load_catalog().versions)
def test_every_example_has_rows_of_the_sample_archive(sample: httpx.Client, version: str) -> None:
    with of_version(sample, version) as client:
        examples = {
            table["name"]: [example["query"] for example in table["examples"]]
            for table in client.get("/tables").json()["tables"]
        }
        without_rows = [
            sql
            for queries in examples.values()
            for sql in queries
            if not runs_as_estimated(client, sql)
        ]

    assert all(examples.values()), examples
    assert without_rows == []


def test_ranges_of_a_page_read_what_was_estimated(sample: httpx.Client) -> None:
    """Two hours with an end of the arrival and without it, and a day; a chart, and rows."""
    end = datetime.now(UTC) - timedelta(hours=3)
    two_hours = (
        f"time >= timestamp '{end - timedelta(hours=2):{FORM}}' AND time < timestamp '{end:{FORM}}'"
    )
    arrived = f"arrived < timestamp '{end + timedelta(hours=1):{FORM}}'"
    day = "time >= now() - interval '24' hour"
    with of_version(sample, "v1") as client:
        for where in (two_hours, f"{two_hours} AND {arrived}", day):
            chart = f"SELECT level, count(*) FROM events WHERE {where} GROUP BY level"
            rows = f"SELECT * FROM events WHERE {where} ORDER BY time DESC LIMIT 500"

            assert runs_as_estimated(client, chart)
            assert runs_as_estimated(client, rows)
