"""The guard of the shipped tables, and engines that run what it sends."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from data_hist.sql_guard.guard import Guard
from tests.guarded_queries.engine import CATALOG, VISIBLE, Engine
from tests.guarded_queries.worlds import world


@pytest.fixture(scope="package")
def guard() -> Guard:
    return Guard(CATALOG.versions["v0"])


@contextmanager
def closing(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    """All records, behind the physical tables that the guard names."""
    with closing(Engine()) as engine:
        engine.load(**world(with_foreign=True))
        yield engine


@pytest.fixture(scope="package")
def visible() -> Iterator[Engine]:
    """All records, in tables with the callers' names and without hidden columns."""
    with closing(Engine(VISIBLE)) as engine:
        engine.load(**world(with_foreign=True))
        yield engine


@pytest.fixture(scope="package")
def own() -> Iterator[Engine]:
    """The records of one customer alone, in tables without hidden columns."""
    with closing(Engine(VISIBLE)) as engine:
        engine.load(**world(with_foreign=False))
        yield engine
