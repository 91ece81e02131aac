"""One database for the tests of the dialect; each statement runs in a session of its own."""

from collections.abc import Iterator

import pytest

from tests.dialect.running import Endpoint


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()
