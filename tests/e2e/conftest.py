"""The gateway before three workers, for all tests that only ask it, and a browser."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import running_browser
from tests.e2e.gateway import (
    PREFIX,
    api,
    running_gateway,
    running_prefix_proxy,
    running_workers,
)


@pytest.fixture(scope="session")
def workers(endpoint_url: str) -> Iterator[int]:
    with running_workers(endpoint_url, workers=3) as port:
        yield port


@pytest.fixture(scope="session")
def gateway(workers: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_gateway(tmp_path_factory.mktemp("gateway"), workers) as url:
        yield url


@pytest.fixture
def alice(gateway: str) -> Iterator[httpx.Client]:
    with api(gateway, "alice") as client:
        yield client


@pytest.fixture(scope="session")
def prefixed(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prefix")
    with running_prefix_proxy(folder, PREFIX, gateway) as url:
        yield url + PREFIX


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of one module, since no test beside it may run an event loop."""
    with running_browser() as browser:
        yield browser
