"""The real Trino that some tests ask, if there is one."""

import os

import pytest

VARIABLE = "LOCAL_ATHENA_TRINO_URL"


@pytest.fixture(scope="session")
def trino_url() -> str:
    """The address of a Trino that the tests may use."""
    url = os.environ.get(VARIABLE)
    if not url:
        pytest.skip(f"needs a Trino, whose address is in {VARIABLE}")
    return url
