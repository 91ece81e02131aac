"""Each query is counted once, however often its end is observed."""

from datetime import UTC, datetime

import pytest

from data_hist.athena.executions import Query, QueryStatus, Statistics
from data_hist.observability import metrics
from data_hist.queries.status import QueryMetrics

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def query(query_id: str, status: QueryStatus = QueryStatus.FINISHED) -> Query:
    return Query(query_id, status, "SELECT 1", "s3://b/k", NOW, NOW, Statistics(7))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    counted: list[tuple[str, str, int]] = []
    monkeypatch.setattr(metrics, "query_ended", lambda *ended: counted.append(ended))
    return counted


@pytest.mark.parametrize(
    ("tenant", "tenant_class"), [(1, "operator"), (11000, "customer"), (11001, "customer")]
)
def test_end_is_counted_once_by_the_class_of_its_tenant(
    counted: list[tuple[str, str, int]], tenant: int, tenant_class: str
) -> None:
    started = QueryMetrics()
    started.add("a", tenant)

    started.observe(query("a", QueryStatus.RUNNING))
    started.observe(query("a", QueryStatus.FAILED))
    started.observe(query("a", QueryStatus.FAILED))

    assert counted == [("FAILED", tenant_class, 7)]


def test_idempotent_repeat_is_not_counted_again(counted: list[tuple[str, str, int]]) -> None:
    started = QueryMetrics()
    for _ in range(2):
        started.add("a", 1)
        started.observe(query("a"))

    assert len(counted) == 1


def test_query_of_another_process_is_not_counted(counted: list[tuple[str, str, int]]) -> None:
    QueryMetrics().observe(query("a"))

    assert counted == []


def test_oldest_give_way(counted: list[tuple[str, str, int]]) -> None:
    started = QueryMetrics(capacity=2)
    for query_id in "abc":
        started.add(query_id, 1)

    for query_id in "abc":
        started.observe(query(query_id))

    assert len(counted) == 2
