"""A proxy that spoils answers before the embedded endpoint."""

from collections.abc import Iterator

import httpx
import pytest

from data_hist.app import Limits
from data_hist.http.concurrency_limit import ConcurrencyLimits
from tests.reliability.fault_proxy import FaultProxy, fault_proxy
from tests.support.held_service import full_service


@pytest.fixture(scope="module")
def proxy(endpoint_url: str) -> Iterator[FaultProxy]:
    with fault_proxy(endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def full(endpoint_url: str) -> Iterator[httpx.Client]:
    """A service whose only slot is taken, and which queues no request for it."""
    limits = Limits(concurrency=ConcurrencyLimits(queued_per_slot=0))
    with full_service(endpoint_url, 1, limits) as (client, _):
        yield client
