"""The guard over the tables that the service ships with."""

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.sql_guard.guard import Guard


@pytest.fixture(scope="session")
def guard() -> Guard:
    return Guard(load_catalog().versions["v0"])
