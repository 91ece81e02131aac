"""The first page beside a document: whatever happens to it, the query is not lost."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from data_hist.athena import AthenaClient
from data_hist.model import Page, PageShape, Query, QueryStatus, QueryWarning
from data_hist.queries.result_pages import PAGE_NOT_READ, ResultPages

QUERY = Query(
    "id", QueryStatus.FINISHED, "", "s3://bucket/id.csv", datetime(2026, 1, 1, tzinfo=UTC)
)


class Engine:
    def __init__(self, columns: Callable[[], Any]) -> None:
        self._columns = columns

    def columns(self, _query_id: str) -> Any:
        return self._columns()


def first_page(columns: Callable[[], Any], seconds: float) -> Page | QueryWarning:
    engine = cast(AthenaClient, Engine(columns))
    with ThreadPoolExecutor(1) as threads:
        pages = ResultPages(engine, threads, threads, seconds)
        try:
            return asyncio.run(pages.first(QUERY, PageShape()))
        finally:
            let_go.set()


let_go = threading.Event()


def waits() -> None:
    assert let_go.wait(30)


def breaks() -> None:
    raise KeyError("a secret of ours")


@pytest.mark.parametrize(("columns", "seconds"), [(waits, 0.0), (breaks, 30.0)])
def test_late_or_broken_page_is_a_warning(columns: Callable[[], Any], seconds: float) -> None:
    found = first_page(columns, seconds)

    assert isinstance(found, QueryWarning)
    assert found.code == PAGE_NOT_READ
    assert "secret" not in found.detail
