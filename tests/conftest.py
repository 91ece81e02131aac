"""The embedded endpoint and the services that tests share, and an endpoint of one test alone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import hypothesis
import pytest

from tests.support.archive_files import record, write_records
from tests.support.endpoint import running_endpoint, running_endpoint_on_trino
from tests.support.foreign_archives import write_foreign_archives
from tests.support.month import write_month
from tests.support.running_service import running_service, settings_for

# A busy machine is no failure, and the same tree passes or fails twice alike.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests that share one endpoint run on a real Trino."""
    parser.addoption(
        "--engine",
        choices=("duckdb", "trino"),
        default="duckdb",
        help="what runs the SQL of the shared endpoint; trino is started by scripts/trino",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With a real Trino, leave out the tests that do not reach it."""
    if config.getoption("--engine") == "trino":
        on_trino = {"endpoint_url", "off_aws_service"}
        reaches = [
            item
            for item in items
            if on_trino & set(getattr(item, "fixturenames", ()))
            and item.get_closest_marker("whole_ranges") is None
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in reaches])
        items[:] = reaches


@pytest.fixture(autouse=True, scope="session")
def clean_environment() -> Iterator[None]:
    """No setting and no credentials of whoever runs the tests reach them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "DATA_HIST_", "OTEL_")) and name not in (
                "AWS_CA_BUNDLE",
                "DATA_HIST_SHARED",
            ):
                patch.delenv(name)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(autouse=True, scope="session")
def heeded_signals() -> None:
    """Commands heed what ends them, also where the tests run in the background or with nohup."""
    for number in (signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty events of customers 11000 and 11001, metrics, logs, a month, and others' layouts."""
    root = tmp_path_factory.mktemp("archive")
    write_records(root, "events", (record(n, 11000 + n % 2) for n in range(20)))
    write_records(root, "metrics", (record(n, 11000, servicename="node") for n in range(4)))
    write_records(root, "logs", (record(n, 11000, servicename="journald") for n in range(4)))
    write_month(root)
    write_foreign_archives(root)
    return root


@pytest.fixture(scope="session")
def endpoint_url(
    archive: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    is_trino = request.config.getoption("--engine") == "trino"
    run = running_endpoint_on_trino if is_trino else running_endpoint
    with run(archive, tmp_path_factory.mktemp("state")) as url:
        yield url


@pytest.fixture
def endpoint(archive: Path, tmp_path: Path) -> Iterator[str]:
    """An endpoint of one test alone, which may load it as it likes."""
    with running_endpoint(archive, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def client(endpoint_url: str) -> Iterator[httpx.Client]:
    """The service without tenants: everybody is the operator."""
    with running_service(settings_for(endpoint_url)) as client:
        yield client


@pytest.fixture(scope="session")
def tenants(endpoint_url: str) -> Iterator[httpx.Client]:
    """The service with tenants; requests name theirs with `as_tenant`."""
    with running_service(settings_for(endpoint_url, tenant_required=True)) as client:
        yield client
