"""The JSON documents of queries and pages."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from data_hist.athena.executions import (
    Column,
    Failure,
    FailureCause,
    Query,
    QueryStatus,
    Statistics,
)
from data_hist.http.serializers import (
    dry_run_document,
    page_document,
    query_document,
    retry_headers,
)
from data_hist.json_documents import dumps
from data_hist.queries.model import Estimate, Page, QueryWarning, ValidatedQuery
from data_hist.queries.sql_trailer import append_trailer
from data_hist.retention.ownership import OwnedQuery, Owner
from data_hist.sql_guard.rewrite import Edit

SUBMITTED = datetime(2026, 11, 20, 5, 0, 0, 123456, tzinfo=UTC)
QUERY = Query(
    query_id="id",
    status=QueryStatus.FINISHED,
    sql=append_trailer("SELECT 1", "SELECT ?", [Edit(7, 1, 1)]),
    output_location="s3://bucket/key",
    submitted_at=SUBMITTED,
    completed_at=SUBMITTED + timedelta(seconds=2),
    statistics=Statistics(50 * 2**20, 1, 2, 3, 6),
)
OWNER = Owner(11000, 60)


def test_query_document_has_every_field() -> None:
    assert query_document(OwnedQuery(QUERY, OWNER), 5.0) == {
        "query_id": "id",
        "query": "SELECT ?",
        "parameters": [1],
        "status": "FINISHED",
        "submitted_at": "2026-11-20T05:00:00.123Z",
        "completed_at": "2026-11-20T05:00:02.123Z",
        "expires_at": "2026-11-20T06:00:02.123Z",
        "retention_minutes": 60,
        "statistics": {
            "scanned_bytes": 50 * 2**20,
            "queue_ms": 1,
            "planning_ms": 2,
            "engine_ms": 3,
            "total_ms": 6,
            "estimated_cost_usd": 0.00023842,
            "reused": False,
        },
        "warnings": [],
    }


def test_times_are_utc_whatever_zone_the_engine_answers_in() -> None:
    local = SUBMITTED.astimezone(timezone(timedelta(hours=5, minutes=30)))

    document = query_document(OwnedQuery(replace(QUERY, submitted_at=local), OWNER), 5.0)

    assert document["submitted_at"] == "2026-11-20T05:00:00.123Z"


def test_unfinished_query_has_no_end_and_no_expiry() -> None:
    running = replace(QUERY, status=QueryStatus.RUNNING, completed_at=None)

    document = query_document(OwnedQuery(running, OWNER), 5.0)

    assert (document["completed_at"], document["expires_at"]) == (None, None)


def test_document_has_the_warnings() -> None:
    document = query_document(OwnedQuery(QUERY, OWNER), 5.0, [QueryWarning("CODE", "Mind this.")])

    assert document["warnings"] == [{"code": "CODE", "detail": "Mind this."}]


def test_failed_query_says_why() -> None:
    failure = Failure(FailureCause.ENGINE, "HIVE_BAD_DATA", "broken", True, line=2, column=3)
    failed = replace(QUERY, status=QueryStatus.FAILED, failure=failure)

    document = query_document(OwnedQuery(failed, OWNER), 5.0)

    assert document["error"] == {
        "code": "HIVE_BAD_DATA",
        "detail": "broken",
        "retryable": True,
        "line": 2,
        "column": 3,
    }


@pytest.mark.parametrize(
    ("status", "scanned_bytes", "cost_usd"),
    [
        (QueryStatus.FINISHED, 0, 0.0),
        (QueryStatus.FINISHED, 1, 10 * 2**20 / 2**40 * 5),
        (QueryStatus.FINISHED, 2**40, 5.0),
        (QueryStatus.FINISHED, 10 * 2**20 + 1, 11 * 2**20 / 2**40 * 5),
        (QueryStatus.CANCELLED, 2**40, 5.0),
        (QueryStatus.FAILED, 2**40, 0.0),
    ],
)
def test_estimated_cost_is_what_athena_bills(
    status: QueryStatus, scanned_bytes: int, cost_usd: float
) -> None:
    query = replace(QUERY, status=status, statistics=Statistics(scanned_bytes))

    document = query_document(OwnedQuery(query, OWNER), 5.0)

    assert document["statistics"]["estimated_cost_usd"] == pytest.approx(cost_usd, abs=1e-8)


@pytest.mark.parametrize(
    ("known", "cost_usd"),
    [
        (Estimate(None, None, None, bounded=False), None),
        (Estimate(None, None, 60, bounded=True), None),
        (Estimate(0, 0, 0, bounded=True), 0.0),
        (Estimate(1_093_543, 720, 720, bounded=True), 0.00004768),
        (Estimate(50 * 2**20, 720, 720, bounded=True), 0.00023842),
    ],
)
def test_dry_run_reveals_nothing_about_its_explain_query(
    known: Estimate, cost_usd: float | None
) -> None:
    checked = ValidatedQuery(OwnedQuery(QUERY, OWNER), known)

    assert dry_run_document(checked, "SELECT ?", 5.0, [QueryWarning("CODE", "Mind this.")]) == {
        "query_id": None,
        "query": "SELECT ?",
        "valid": True,
        "status": None,
        "submitted_at": None,
        "completed_at": None,
        "expires_at": None,
        "retention_minutes": 60,
        "statistics": None,
        "estimate": {
            "scanned_bytes": known.scanned_bytes,
            "files": known.files,
            "cost_usd": cost_usd,
            "partitions": known.partitions,
            "bounded": known.bounded,
        },
        "warnings": [{"code": "CODE", "detail": "Mind this."}],
    }


def test_page_document_embeds_its_rows_unchanged() -> None:
    columns = [Column("a", "integer"), Column("b", "varchar")]
    page = Page("id", columns, b'[[1,null],[2,"x"]]', 5, "token")

    assert json.loads(dumps(page_document(page))) == {
        "query_id": "id",
        "columns": [{"name": "a", "type": "integer"}, {"name": "b", "type": "varchar"}],
        "rows": [[1, None], [2, "x"]],
        "row_offset": 5,
        "paging_token": "token",
    }


@pytest.mark.parametrize(
    ("total_ms", "seconds"), [(0, "1"), (9_999, "1"), (55_000, "5"), (3_600_000, "10")]
)
def test_unfinished_query_suggests_when_to_retry(total_ms: int, seconds: str) -> None:
    running = replace(QUERY, status=QueryStatus.RUNNING, statistics=Statistics(total_ms=total_ms))

    assert retry_headers(OwnedQuery(running, OWNER)) == {"Retry-After": seconds}
    assert retry_headers(OwnedQuery(QUERY, OWNER)) == {}
