"""A first page that cannot be read is a warning in the query document, not an error."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Query, QueryStatus
from data_hist.queries.model import Page, PageShape, QueryWarning
from data_hist.queries.result_reader import PAGE_NOT_READ, ResultLimits, ResultPages
from data_hist.results.pages import PageReader

QUERY = Query(
    "id", QueryStatus.FINISHED, "", "s3://bucket/id.csv", datetime(2026, 1, 1, tzinfo=UTC)
)


class SlowEngine:
    """Returns columns when the test allows it."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def columns(self, _query_id: str) -> Any:
        assert self.let_go.wait(30)


class BrokenEngine(SlowEngine):
    def columns(self, _query_id: str) -> Any:
        raise KeyError("a secret of ours")


def first_page(engine: SlowEngine, seconds: float) -> Page | QueryWarning:
    with ThreadPoolExecutor(1) as threads:
        athena = cast(AthenaClient, engine)
        reader = PageReader(athena, threads, threads)
        pages = ResultPages(athena, threads, reader, ResultLimits(first_page_seconds=seconds))
        try:
            return asyncio.run(pages.first(QUERY, PageShape()))
        finally:
            engine.let_go.set()


@pytest.mark.parametrize(("engine", "seconds"), [(SlowEngine, 0.0), (BrokenEngine, 30.0)])
def test_late_or_broken_page_is_a_warning(engine: type[SlowEngine], seconds: float) -> None:
    found = first_page(engine(), seconds)

    assert isinstance(found, QueryWarning)
    assert found.code == PAGE_NOT_READ
    assert "secret" not in found.detail
