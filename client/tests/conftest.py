"""One service for the whole session, and a clean environment."""

import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest
from data_hist_client import Client

from tests.service import running_service

# A busy machine is no failure, and the same tree passes or fails twice alike.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True, scope="session")
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting and no profile of whoever runs the tests reach them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "DATA_HIST_", "OTEL_")):
                patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home))
        yield


@pytest.fixture(autouse=True, scope="session")
def heeded_signals() -> None:
    """Commands heed what ends them, also where the tests run in the background or with nohup."""
    for number in (signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over twenty events."""
    with running_service(tmp_path_factory.mktemp("service")) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url) as each:
        yield each
