"""Every example of every version has rows of the sample archive."""

from collections.abc import Iterator

import httpx
import pytest
from local_athena.sample.archive import write_sample_archive

from data_hist.catalog.resolve import load_catalog
from tests.support.api_calls import all_rows
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service without tenants over the last day of the sample archive."""
    root = tmp_path_factory.mktemp("sample") / "archive"
    write_sample_archive(root, days=1)
    state = tmp_path_factory.mktemp("state")
    with running_endpoint(root, state) as url, running_service(settings_for(url)) as client:
        yield client


@pytest.mark.parametrize("version", load_catalog().versions)
def test_every_example_has_rows_of_the_sample_archive(sample: httpx.Client, version: str) -> None:
    base = sample.base_url.copy_with(path=f"/{version}/data_hist")
    with httpx.Client(base_url=base, timeout=sample.timeout) as client:
        examples = {
            table["name"]: [example["query"] for example in table["examples"]]
            for table in client.get("/tables").json()["tables"]
        }
        without_rows = [
            sql for queries in examples.values() for sql in queries if not all_rows(client, sql)
        ]

    assert all(examples.values()), examples
    assert without_rows == []
