"""A client whose AWS is a fault server."""

from collections.abc import Iterator

import pytest

from tests.reliability.athena_client.faulty_aws import Aws
from tests.support.fault_server import fault_server


@pytest.fixture(scope="module")
def running() -> Iterator[Aws]:
    with fault_server() as server:
        yield Aws(server)


@pytest.fixture
def aws(running: Aws) -> Aws:
    running.renew()
    return running
