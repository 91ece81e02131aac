"""A client whose AWS is a fault server, and who does not wait for long."""

from collections.abc import Iterator

import pytest

from data_hist.athena import client as client_module
from data_hist.athena import retries as attempts_module
from data_hist.athena.retries import RetryPolicy
from tests.reliability.athena_client.faulty_aws import Aws
from tests.support.fault_server import fault_server

# Enough for a good answer on a busy machine.
ATTEMPT_SECONDS = 1.0
WHOLE_SECONDS = 2.0


@pytest.fixture(scope="module")
def running() -> Iterator[Aws]:
    with fault_server() as server:
        yield Aws(server)


@pytest.fixture
def aws(running: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for patience in ("_ANSWER", "_START", "_ROWS"):
        monkeypatch.setattr(client_module, patience, RetryPolicy(ATTEMPT_SECONDS, WHOLE_SECONDS))
    monkeypatch.setattr(client_module, "_STATUS_SECONDS", ATTEMPT_SECONDS)
    monkeypatch.setattr(attempts_module, "_FIRST_PAUSE_SECONDS", 0.005)
    running.renew()
    return running
